# Asks the service manager to start or stop a service, and waits for neither.
function SendServiceControl {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [ValidateSet('Start', 'Stop')] [string] $Control
    )

    $service = Get-Service -Name ([System.Management.Automation.WildcardPattern]::Escape($Name)) -ErrorAction Stop
    Write-Verbose "$Control service '$Name'"
    try {
        if ($Control -eq 'Start') { $service.Start() } else { $service.Stop() }
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Cause $cause -Message (
                "Windows did not $($Control.ToLowerInvariant()) the service '$Name': $($cause.Message). " +
                'The System event log says more.'))
    }
}
