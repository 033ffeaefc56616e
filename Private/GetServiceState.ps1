# A service's state (Running, Stopped, Paused, StartPending ...) from the service manager; $null where there is none.
function GetServiceState {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Name)

    $service = Get-Service -Name ([System.Management.Automation.WildcardPattern]::Escape($Name)) -ErrorAction SilentlyContinue
    if ($service) { [string]$service.Status }
}
