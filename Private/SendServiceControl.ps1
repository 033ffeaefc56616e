# Asks the service manager to start or stop a service, and waits for neither. A service that is already so is left.
function SendServiceControl {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [ValidateSet('Start', 'Stop')] [string] $Control
    )

    Write-Verbose "$Control service '$Name'"
    try {
        $service = FindService $Name
        if (-not $service) { throw 'there is no such service' }
        if ($Control -eq 'Start') { $service.Start() } else { $service.Stop() }
    }
    catch {
        $there = if ($Control -eq 'Start') { 'Running', 'StartPending' } else { 'Stopped', 'StopPending' }
        if ((GetServiceState $Name) -in $there) { return }
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Cause $cause -Message (
                "Windows did not $($Control.ToLowerInvariant()) the service '$Name': $($cause.Message). " +
                'The System event log says more.'))
    }
}
