# Shows what cmdlets print, for tools/terminal-pictures.mjs: a monitor's collector is a real one, by its status.json in Data; its service, which
# only Windows has, is told here.
param(
    [Parameter(Mandatory)] [string] $Data,
    [Parameter(Mandatory)] [ValidateSet('Get-PsutilMonitor', 'Entries', 'Get-PsutilSample')] [string] $Show
)

# As on an English Windows: without a language's own rules PowerShell breaks lines inside words.
[System.Globalization.CultureInfo]::CurrentCulture = 'en-US'
Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1')
& (Get-Module PsutilAgent) {
    param($Data)
    $script:PictureData = $Data
    function script:AssertWindows { }
    function script:TestElevated { $true }
    function script:TestCollectorAlive { $true }
    function script:GetServiceState { 'Running' }
    function script:GetMonitor { [pscustomobject]@{ Name = 'cloudify-psutil-web_1'; StartupType = 'AutomaticDelayedStart' } }
    function script:GetMonitorPath { [pscustomobject]@{ Data = $script:PictureData; Settings = "$script:PictureData/settings.json"; Status = "$script:PictureData/status.json" } }
} $Data

$commands = @{
    'Get-PsutilMonitor' = { Get-PsutilMonitor }
    'Entries'           = { (Get-PsutilMonitor).Entries }
    'Get-PsutilSample'  = { 'cpu_percent', 'virtual_memory' | Get-PsutilSample }
}
"PS C:\> $("$($commands[$Show])".Trim())"
& $commands[$Show] | Out-Default
'PS C:\> _'
