# What Condition gives as soon as it is true; nothing once Timeout, in seconds, is over. Waits of more than two seconds
# show their progress.
function WaitUntil {
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter(Mandatory)] [scriptblock] $Condition,
        [Parameter(Mandatory)] [double] $Timeout,
        [Parameter(Mandatory)] [string] $Activity
    )

    $waited = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        do {
            $answer = & $Condition
            if ($answer) { return $answer }
            $seconds = $waited.Elapsed.TotalSeconds
            if ($seconds -gt 2) {
                Write-Progress -Activity $Activity -Status "$([int]$seconds) s of $([int]$Timeout) s" -PercentComplete (
                    [System.Math]::Min(100, 100 * $seconds / $Timeout))
            }
            Start-Sleep -Milliseconds 200
        } while ($waited.Elapsed.TotalSeconds -lt $Timeout)
    }
    finally {
        Write-Progress -Activity $Activity -Completed
    }
}
