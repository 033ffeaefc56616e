@{
    RootModule        = 'Pester.psm1'
    ModuleVersion     = '5.0.0'
    GUID              = '5a3d1c0e-6f0b-4f3e-9f7e-1a5b1d3c2e4f'
    Author            = 'PsutilAgent'
    Description       = 'The part of Pester 5 that the tests of PsutilAgent use, written for its test host. It is not Pester.'
    PowerShellVersion = '7.0'
    FunctionsToExport = @(
        'AfterAll', 'AfterEach', 'BeforeAll', 'BeforeDiscovery', 'BeforeEach', 'Context', 'Describe', 'InModuleScope', 'Invoke-Pester', 'It', 'Mock'
        'New-PesterConfiguration', 'Set-ItResult', 'Should'
    )
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
    PrivateData       = @{ PSData = @{ Prerelease = 'standin' }; StandIn = 'PsutilAgent test host' }
}
