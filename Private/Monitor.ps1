# The service entries of monitors whose names match any of the patterns. A plain name that is no monitor's is an error of
# the caller, MonitorNotFound; a pattern that matches none is no fault.
function GetMonitor {
    [CmdletBinding()]
    [OutputType([psobject], [object[]])]
    param(
        [Parameter(Mandatory)] [string[]] $Name,
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller
    )

    # Of a host's hundreds of services, only those are looked into whose name fits.
    $services = GetServiceName | Where-Object { $service = $_; @($Name | Where-Object { $service -eq $_ -or $service -like $_ }).Count -gt 0 }
    $monitors = @($services | Sort-Object | ForEach-Object { GetServiceEntry $_ } | Where-Object { $_.IsMonitor })
    foreach ($pattern in $Name) {
        $isPattern = [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($pattern)
        if (-not $isPattern -and @($monitors | Where-Object { $_.Name -eq $pattern }).Count -eq 0) {
            $Caller.WriteError((NewErrorRecord -Id MonitorNotFound -TargetObject $pattern -Message (
                        "There is no monitor named '$pattern'. Get-PsutilMonitor lists those there are.")))
        }
    }
    $monitors
}

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
    $failure = GetValue $status 'last_error'
    $lastError = if ($null -ne $failure) {
        [pscustomobject]@{
            PSTypeName = 'PsutilAgent.LastError'
            Time       = ConvertToTime (GetValue $failure 'time')
            Code       = GetValue $failure 'code'
            Message    = GetValue $failure 'message'
        }
    }
    [pscustomobject]@{
        PSTypeName        = 'PsutilAgent.Monitor'
        Name              = $Entry.Name
        State             = GetServiceState $Entry.Name
        Summary           = if ($null -ne $status) { if ($alive -or $state -in 'stopped', 'failed') { GetValue $status 'summary' } else { "the collector is gone; it last said: $(GetValue $status 'summary')" } }
        Version           = GetValue $status 'version'
        CollectorState    = if (-not $alive -and $state -notin $null, 'stopped', 'failed') { 'exited' } else { $state }
        ProcessId         = if ($alive) { GetValue $status 'pid' }
        Since             = if ($alive) { ConvertToTime (GetValue $status 'since') }
        Broker            = GetValue $status 'broker'
        Connected         = if ($null -ne $connected) { $alive -and $connected }
        Taken             = GetValue $status 'taken'
        Published         = GetValue $status 'published'
        Blocked           = if ($alive) { GetValue $status 'blocked' }
        Reconnects        = GetValue $status 'reconnects'
        Spooled           = GetValue $status 'spooled'
        SpooledBytes      = GetValue $status 'spooled_bytes'
        OldestSpooled     = ConvertToTime (GetValue $status 'spool_oldest')
        Dropped           = GetValue $status 'dropped'
        DroppedBy         = GetValue $status 'dropped_by'
        Unroutable        = GetValue $status 'unroutable'
        Skipped           = GetValue $status 'skipped'
        LastPublished     = ConvertToTime (GetValue $status 'last_published')
        LastError         = $lastError
        Updated           = ConvertToTime (GetValue $status 'updated')
        StartupType       = $Entry.StartupType
        Entries           = @((GetValue $status 'entries') | Where-Object { $null -ne $_ } | ForEach-Object { NewEntryObject -Report $_ -Monitor $Entry.Name })
        DataPath          = $path.Data
        ConfigurationPath = $path.Settings
    }
}

# Tells in the information stream what came of a command for a monitor, whether its samples flow, and what to look at next. Who runs
# the command sees it, unless they say otherwise with its -InformationAction.
function WriteOutcome {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        # What was done: what follows the monitor's name in a sentence. Empty: nothing had to be.
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Outcome,
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller
    )

    if (-not $Outcome) { $Outcome = 'runs with these settings: nothing was changed' }
    $action = $Caller.MyInvocation.BoundParameters['InformationAction']
    if ($null -eq $action) { $action = 'Continue' }
    $summary = GetValue (ReadStatus (GetMonitorPath $Name).Status) 'summary'
    $quoted = "'$([System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($Name))'"
    Write-Information -InformationAction $action -MessageData (
        "The monitor '$Name' ${Outcome}: $summary.`nNext: Get-PsutilMonitor $quoted tells whether its samples arrive, Watch-PsutilSample -Name $quoted shows their values.")
}

# What a user sees of one entry. Value is its number where it gives one; Values has them all, by path; Rows are objects of their own.
function NewEntryObject {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Entry')]
    param(
        [Parameter(Mandatory)] [psobject] $Report,
        [Parameter(Mandatory)] [string] $Monitor
    )

    $last = GetValue $Report 'last'
    $values = GetValue $last 'values'
    $time = ConvertToTime (GetValue $last 'time')
    $entry = [pscustomobject]@{
        PSTypeName  = 'PsutilAgent.Entry'
        Monitor     = $Monitor
        Metric      = GetValue $Report 'name'
        Method      = GetValue $Report 'method'
        Interval    = GetValue $Report 'interval'
        Value       = GetValue $values 'value'
        Values      = $values
        Unit        = GetValue $Report 'unit'
        Units       = GetValue $Report 'units'
        Time        = $time
        Age         = if ($time) { [datetime]::Now - $time }
        Fault       = GetValue $Report 'fault'
        LastError   = GetValue (GetValue $Report 'last_error') 'message'
        Taken       = GetValue $Report 'taken'
        Skipped     = GetValue $Report 'skipped'
        Unavailable = GetValue $Report 'unavailable'
    }
    # What is shown of it, made when it is looked at: a monitor may have thousands of entries.
    $entry.PSObject.Properties.Add([System.Management.Automation.PSScriptProperty]::new('Rows', { GetEntryValue $this }))
    $entry
}

# What a collector last said of itself in status.json; $null where it said nothing.
function ReadStatus {
    [CmdletBinding()]
    [OutputType([object])]
    param([Parameter(Mandatory)] [string] $Path)

    ConvertFromJsonText (ReadText $Path)
}

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

# A time of the collector (ISO 8601, UTC) as local time; $null stays $null.
function ConvertToTime {
    [CmdletBinding()]
    [OutputType([datetime])]
    param([Parameter(Mandatory)] [AllowNull()] [object] $Value)

    if ($null -eq $Value) { return $null }
    # PowerShell 7.0 to 7.4 turn dates in JSON into times by themselves.
    if ($Value -is [datetime]) { return $Value.ToLocalTime() }
    [datetime]::Parse($Value, [System.Globalization.CultureInfo]::InvariantCulture, 'AdjustToUniversal').ToLocalTime()
}

# The name of a monitor, which is its service's: the one asked for, else cloudify-psutil with the node's id.
function GetMonitorName {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Document,
        [string] $Name,
        [string] $NodeId
    )

    if ($Name) { return $Name }
    $node = if ($NodeId) { $NodeId } else { GetMember $Document node, node_id }
    if ($node) { 'cloudify-psutil-' + (ConvertToSafeName "$node") } else { 'cloudify-psutil' }
}

# Deletes a monitor's files but for unsent samples, and with -All those too; the folder goes when it is
# empty, and with the last one the folder of all.
function RemoveMonitorData {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Path,
        [switch] $All
    )

    $folders = $Path.Data, [System.IO.Path]::GetDirectoryName($Path.Data)
    if (-not [System.IO.Directory]::Exists($Path.Data)) {
        RemoveEmptyFolder -Path $folders[1]
        return
    }
    AssertNoLink $Path.Data
    $unsent = GetUnsent -Path $Path
    $kept = if (-not $All -and $unsent) { [System.IO.Path]::GetFileName($Path.Spool) }
    Write-Verbose "Deleting '$($Path.Data)'$(if ($kept) { ' but for unsent samples in spool' })"
    $isDeleted = WaitUntil -Timeout 10 -Activity "Deleting '$($Path.Data)'" -Condition { RemoveContent -Path $Path.Data -Keep @($kept) }
    foreach ($folder in $folders) { RemoveEmptyFolder -Path $folder }
    if (-not $isDeleted) {
        throw (NewErrorRecord -Id DataNotWritable -TargetObject $Path.Data -Message (
                "Not all of '$($Path.Data)' could be deleted: another program holds a file in it. " +
                'Close it, then delete the folder.'))
    }
    if ($kept) {
        Write-Warning "$unsent Get-PsutilLeftover shows what is kept, Remove-PsutilLeftover deletes it."
    }
}

# What a stopped monitor did not send, for a person; empty where that is nothing.
function GetUnsent {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [psobject] $Path)

    $status = ReadStatus $Path.Status
    $count = if ((GetValue $status 'state') -eq 'stopped') { GetValue $status 'spooled' }
    if ($count -eq 0 -or -not [System.IO.Directory]::Exists($Path.Spool)) { return '' }
    $what = if ($null -eq $count) { 'Samples that were not sent may be' } elseif ($count -eq 1) { '1 sample was not sent and is' } else { "$count samples were not sent and are" }
    "$what kept in '$($Path.Spool)': a monitor '$([System.IO.Path]::GetFileName($Path.Data))' sends what is there once it is started again."
}

# Throws DataNotWritable where a monitor's folder, or the folder of all, is a link: nothing is written or deleted through one.
function AssertNoLink {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path)

    foreach ($folder in [System.IO.Path]::GetDirectoryName($Path), $Path) {
        $directory = [System.IO.DirectoryInfo]::new($folder)
        if ($directory.Exists -and ($directory.Attributes -band [System.IO.FileAttributes]::ReparsePoint)) {
            throw (NewErrorRecord -Id DataNotWritable -TargetObject $folder -Message (
                    "The folder '$folder' is a link, and nothing is written or deleted through one: see what it leads to, then delete the link."))
        }
    }
}
