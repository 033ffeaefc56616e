# The cmdlets that pwsh-host supplies in place of this module's.
@{
    GUID                 = 'eefcb906-b326-4e99-9f54-8b4bb6ef3c6d'
    Author               = 'PsutilAgent'
    Description          = 'Stand-in of the PsutilAgent test host for Microsoft.PowerShell.Management'
    ModuleVersion        = '7.0.0.0'
    CompatiblePSEditions = @('Core')
    PowerShellVersion    = '3.0'
    NestedModules        = @('../../pwsh-host.dll')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    CmdletsToExport      = @(
        'Add-Content'
        'Clear-Content'
        'Convert-Path'
        'Copy-Item'
        'Get-ChildItem'
        'Get-Content'
        'Get-Item'
        'Get-ItemProperty'
        'Get-Location'
        'Get-PSDrive'
        'Get-Process'
        'Get-Service'
        'Join-Path'
        'Move-Item'
        'New-Item'
        'New-ItemProperty'
        'New-PSDrive'
        'Pop-Location'
        'Push-Location'
        'Remove-Item'
        'Remove-ItemProperty'
        'Remove-PSDrive'
        'Rename-Item'
        'Resolve-Path'
        'Set-Content'
        'Set-ItemProperty'
        'Set-Location'
        'Set-Service'
        'Split-Path'
        'Start-Process'
        'Start-Service'
        'Stop-Process'
        'Stop-Service'
        'Test-Path'
        'Wait-Process'
    )
}
