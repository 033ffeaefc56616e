# Has Windows start a service again after NSSM gave up, three times a day. NSSM starts a collector that ended, but ends
# itself where the collector's program cannot be started at all: a virus scanner holds it, no memory is left.
function SetServiceRecovery {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name)

    $program = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'sc.exe')
    # The last action, none, is what a fourth failure gets: wrong settings would be wrong again.
    $arguments = 'failure', $Name, 'reset=', '86400', 'actions=', 'restart/5000/restart/60000/restart/60000//0'
    Write-Verbose (@('sc') + $arguments -join ' ')
    $cause = $null
    try {
        $result = InvokeNative -FilePath $program -ArgumentList $arguments
        $words = if ($result.ExitCode -ne 0) { "exit code $($result.ExitCode): $(($result.Output -replace '\s+', ' ').Trim())" }
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        $words = $cause.Message
    }
    if ($words) {
        throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Cause $cause -Message (
                "Windows was not told to start the service '$Name' again after a failure ('sc failure'): $words"))
    }
}
