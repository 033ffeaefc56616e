# A service's state (Running, Stopped, Paused, StartPending ...) from the service manager; $null where there is none.
function GetServiceState {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Name)

    $service = FindService $Name
    if ($service) { [string]$service.Status }
}
