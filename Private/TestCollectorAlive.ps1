# Whether the process that wrote a status lives. Its number may by now be another's: one with another name, or, after a
# boot, another collector, which began later than the status says.
function TestCollectorAlive {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)] [AllowNull()] [object] $Status)

    $id = GetValue $Status 'pid'
    if ($null -eq $id -or (GetValue $Status 'state') -eq 'stopped') { return $false }
    $process = Get-Process -Id $id -ErrorAction Ignore
    if (-not $process -or $process.ProcessName -notlike 'node*') { return $false }
    try {
        $began = $process.StartTime
    }
    catch {
        # Not told to this session; or it ended just then, which the next look will find.
        Write-Debug "No start time of process ${id}: $($_.Exception.GetBaseException().Message)"
        return $true
    }
    # The two clocks differ by a tick.
    $began -le (ConvertToTime (GetValue $Status 'since')).AddSeconds(2)
}
