# Waits until Task, the reading or writing of a program's streams, are done. Gives up on them 5 seconds after the program's
# end: what it wrote has been read by then, and what it started may keep its streams open for ever. Gives whether that was
# within Timeout seconds; without one there is no limit while the program runs. It waits in short steps, because
# PowerShell heeds Ctrl-C only between them.
function WaitNative {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [System.Diagnostics.Process] $Process,
        [Parameter(Mandatory)] [System.Threading.Tasks.Task[]] $Task,
        [double] $Timeout = [double]::PositiveInfinity
    )

    $waited = [System.Diagnostics.Stopwatch]::StartNew()
    $ended = $null
    while (-not [System.Threading.Tasks.Task]::WaitAll($Task, 100)) {
        $seconds = $waited.Elapsed.TotalSeconds
        if ($seconds -ge $Timeout) { return $false }
        if ($null -ne $ended -and $seconds - $ended -ge 5) { break }
        if ($null -eq $ended -and $Process.HasExited) { $ended = $seconds }
    }
    $true
}
