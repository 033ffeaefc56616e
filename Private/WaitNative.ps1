# Whether a program's streams are done with: Task are the reading or writing of them. Not so after Timeout seconds (without
# one there is no limit while the program runs), nor where the program has ended and what it started keeps a stream open.
# It waits in short steps, because PowerShell heeds Ctrl-C only between them.
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
        if ($null -ne $ended -and $seconds - $ended -ge 5) { return $false }
        if ($null -eq $ended -and $Process.HasExited) { $ended = $seconds }
    }
    $true
}
