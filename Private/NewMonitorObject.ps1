# What a user sees of a monitor. What a dead collector last said is no more than that: only its counts are shown, with
# the time they are of. What cannot be known is $null.
function NewMonitorObject {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Monitor')]
    param([Parameter(Mandatory)] [psobject] $Entry)

    $path = GetMonitorPath $Entry.Name
    $status = ReadStatus $path.Status
    $alive = TestCollectorAlive $status
    $state = GetValue $status 'state'
    $connected = GetValue $status 'connected'
    [pscustomobject]@{
        PSTypeName        = 'PsutilAgent.Monitor'
        Name              = $Entry.Name
        State             = GetServiceState $Entry.Name
        CollectorState    = if (-not $alive -and $state -notin $null, 'stopped', 'failed') { 'exited' } else { $state }
        ProcessId         = if ($alive) { GetValue $status 'pid' }
        Since             = if ($alive) { ConvertToTime (GetValue $status 'since') }
        Connected         = if ($null -ne $connected) { $alive -and $connected }
        Taken             = GetValue $status 'taken'
        Published         = GetValue $status 'published'
        Spooled           = GetValue $status 'spooled'
        Dropped           = GetValue $status 'dropped'
        Unroutable        = GetValue $status 'unroutable'
        Skipped           = GetValue $status 'skipped'
        LastPublished     = ConvertToTime (GetValue $status 'last_published')
        LastError         = NewLastError (GetValue $status 'last_error')
        Updated           = ConvertToTime (GetValue $status 'updated')
        StartupType       = $Entry.StartupType
        Entries           = @((GetValue $status 'entries') | Where-Object { $null -ne $_ })
        DataPath          = $path.Data
        ConfigurationPath = $path.Settings
    }
}
