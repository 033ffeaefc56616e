# The cmdlets that pwsh-host supplies in place of this module's.
@{
    GUID                 = 'a94c8c7e-9810-47c0-b8af-65089c13a35a'
    Author               = 'PsutilAgent'
    Description          = 'Stand-in of the PsutilAgent test host for Microsoft.PowerShell.Security'
    ModuleVersion        = '7.0.0.0'
    CompatiblePSEditions = @('Core')
    PowerShellVersion    = '3.0'
    NestedModules        = @('../../pwsh-host.dll')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'ConvertFrom-SecureString'
        'ConvertTo-SecureString'
        'Get-ExecutionPolicy'
    )
}
