# Has Windows start a service again after NSSM gave up, three times a day. NSSM starts a collector that ended, but ends
# itself where the collector's program cannot be started at all: a virus scanner holds it, no memory is left. Throws
# NssmFailed where Windows does not take it.
function SetServiceRecovery {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name)

    $program = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'sc.exe')
    # The last action, none, is what a fourth failure gets: wrong settings would be wrong again.
    $arguments = 'failure', $Name, 'reset=', '86400', 'actions=', 'restart/5000/restart/60000/restart/60000//0'
    Write-Verbose (@('sc') + $arguments -join ' ')
    [void](InvokeServiceTool -FilePath $program -ArgumentList $arguments -Name $Name -Call "sc failure $Name")
}
