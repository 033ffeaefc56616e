@{
    RootModule           = 'PsutilAgent.psm1'
    ModuleVersion        = '0.1.0'
    GUID                 = '5b0c7e0e-6a4c-4b51-9d5c-3f1c7f2a9d64'
    Author               = 'PsutilAgent contributors'
    CompanyName          = 'PsutilAgent contributors'
    Copyright            = '(c) PsutilAgent contributors. Apache-2.0.'
    Description          = 'Windows metrics agent: psutil functions on their own intervals, every sample to RabbitMQ, nothing lost. A monitor is one Windows service.'
    PowerShellVersion    = '5.1'
    CompatiblePSEditions = @('Desktop', 'Core')
    FormatsToProcess     = @('PsutilAgent.Format.ps1xml')
    TypesToProcess       = @('PsutilAgent.Types.ps1xml')
    FunctionsToExport    = @(
        'Export-PsutilReport'
        'Get-PsutilCounter'
        'Get-PsutilLeftover'
        'Get-PsutilMethod'
        'Get-PsutilMonitor'
        'Get-PsutilSample'
        'New-PsutilConfiguration'
        'Protect-PsutilPassword'
        'Receive-PsutilSample'
        'Remove-PsutilLeftover'
        'Restart-PsutilMonitor'
        'Start-PsutilMonitor'
        'Stop-PsutilMonitor'
        'Test-PsutilConfiguration'
        'Test-PsutilMonitor'
        'Watch-PsutilSample'
    )
    CmdletsToExport      = @()
    VariablesToExport    = @()
    AliasesToExport      = @()
    PrivateData          = @{
        PSData = @{
            Tags         = @('PSEdition_Desktop', 'PSEdition_Core', 'Windows', 'Linux', 'psutil', 'metrics', 'monitoring', 'RabbitMQ', 'Cloudify')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
