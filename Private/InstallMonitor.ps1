# Carries out a plan: settings written, service made or changed, started, and waited for. Where any of it fails, or the
# caller is stopped, everything done is undone, last first: nothing is left of a new monitor, and a monitor there was
# before runs again as it did.
function InstallMonitor {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [double] $Timeout,
        [switch] $Force
    )

    $name = $Plan.Name
    $undo = [System.Collections.Generic.Stack[psobject]]::new()
    $done = $false
    try {
        if ($Plan.Existing) {
            if ((GetServiceState $name) -ne 'Stopped') {
                PushUndo $undo SendServiceControl @{ Name = $name; Control = 'Start' }
            }
            StopCollector -Name $name -Timeout 30
        }
        PutSettings -Plan $Plan -Undo $undo
        $isMade = PutService -Plan $Plan -Nssm $Nssm -Undo $undo -Force:$Force

        $offset = GetLogOffset $Plan.LogPath, $Plan.Path.ServiceLog
        PushUndo $undo StopCollector @{ Name = $name; Timeout = 10 }
        SendServiceControl -Name $name -Control Start
        WaitCollector -Plan $Plan -LogOffset $offset -Timeout $Timeout
        # Not before it works: a service that Windows means to start again is not deleted until then.
        if ($isMade) { SetServiceRecovery $name }
        $done = $true
    }
    finally {
        if (-not $done) { UndoStep $undo }
    }
}
