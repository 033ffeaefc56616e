# All that a start will do, found out without changing anything: the monitor's name and places, its settings as text,
# what its service is to be, what is there already (Existing), whether settings or service differ from it, and Action, what to
# ask the user about, empty where there is nothing to do. Throws MonitorExists where the name is another service's.
function NewMonitorPlan {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Settings,
        [string] $StartupType,
        # LocalSystem or NT SERVICE\<Name>; what the monitor has, or else LocalSystem, where it is empty.
        [string] $ServiceAccount,
        [string] $NodePath,
        [string] $NssmPath,
        [switch] $Force
    )

    $existing = GetServiceEntry $Name
    if ($existing -and -not $existing.IsMonitor) {
        throw (NewErrorRecord -Id MonitorExists -TargetObject $Name -Message (
                "A service named '$Name' exists and is no monitor of this module; it was not touched. " +
                'Choose another name with -Name.'))
    }
    $account = if ($ServiceAccount) { $ServiceAccount } elseif ($existing) { $existing.Account } else { 'LocalSystem' }
    if ($account -notin 'LocalSystem', "NT SERVICE\$Name") {
        throw (NewErrorRecord -Id ConfigInvalid -TargetObject $ServiceAccount -Message (
                "The account '$account' is not one for the monitor '$Name': expected LocalSystem or NT SERVICE\$Name, which is its own."))
    }
    if ($existing -and $account -ne $existing.Account) {
        throw (NewErrorRecord -Id MonitorExists -TargetObject $Name -Message (
                "The monitor '$Name' runs as $($existing.Account), whose its files are. To have it run as $account, " +
                "delete it with 'Stop-PsutilMonitor $Name -RemoveData', which deletes unsent samples as well, and start it anew."))
    }
    $path = GetMonitorPath $Name
    $previous = ReadText $path.Settings
    $text = ConvertToJsonText (ProtectPassword -Settings $Settings -Previous $previous)
    $program = NewProgramPlan -NodePath $NodePath -NssmPath $NssmPath
    if (-not $StartupType) { $StartupType = if ($existing) { $existing.StartupType } else { 'AutomaticDelayedStart' } }
    $service = NewServiceSetting -Name $Name -Path $path -Program $program -StartupType $StartupType -Priority (GetMember $Settings service, priority) -Account $account
    $present = if ($existing) { ReadServiceSetting -Name $Name -Wanted $service }
    $runs = $existing -and (GetServiceState $Name) -in 'Running', 'StartPending' -and (TestCollectorAlive (ReadStatus $path.Status))
    $plan = [pscustomobject]@{
        Name            = $Name
        Action          = ''
        Path            = $path
        Settings        = $text
        HasBroker       = [bool](GetValue $Settings 'broker')
        LogPath         = [System.IO.Path]::Combine((GetMember $Settings log, path), 'psutil.log')
        Program         = $program
        Existing        = $existing
        Service         = $service
        PreviousService = $present
        SettingsChanged = $text -cne $previous
        ServiceChanged  = (ConvertToJsonText $service) -cne (ConvertToJsonText $present)
        IsForced        = [bool]$Force
        IsReload        = $false
        AccountSid      = GetAccountSid $account
        # The settings of the monitor that runs; empty where none does.
        RunningSettings = if ($runs) { $previous } else { '' }
    }
    if (-not $existing) { $plan.Action = 'Install and start monitor' }
    elseif (-not $runs) { $plan.Action = 'Start monitor' }
    elseif ($plan.ServiceChanged -or $Force -or ($plan.SettingsChanged -and -not (TestEntryChange -Settings $text -Previous $previous))) { $plan.Action = 'Update and restart monitor' }
    elseif ($plan.SettingsChanged) {
        $plan.IsReload = $true
        $plan.Action = 'Update running monitor'
    }
    $plan
}

# Carries out a plan of these parameters: programs and settings written, service made or changed, started, and waited for.
# Gives what was done, for WriteOutcome; nothing where there was nothing to do. Where any of it fails, or the caller is stopped,
# everything done is undone, last first: nothing is left of a new monitor, and a monitor there was before runs again as it did.
function StartMonitor {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Settings,
        [string] $StartupType,
        [string] $ServiceAccount,
        [string] $NodePath,
        [string] $NssmPath,
        [switch] $Force,
        [Parameter(Mandatory)] [double] $Timeout
    )

    AssertElevated Start-PsutilMonitor
    $planned = @{} + $PSBoundParameters
    $planned.Remove('Timeout')
    $lock = EnterLock -Name $Name -Timeout $Timeout -Id StartTimeout
    $undo = [System.Collections.Generic.Stack[psobject]]::new()
    $isDone = $false
    try {
        # What was planned before the user was asked, or another session waited for, may have changed.
        $plan = NewMonitorPlan @planned
        if (-not $plan.HasBroker) { Write-Warning "No broker is configured: the samples go to '$($plan.Path.ServiceLog)'." }
        if ($plan.IsReload) { UpdateCollector -Plan $plan -Undo $undo -Timeout $Timeout }
        elseif ($plan.Action) {
            InstallMonitor -Plan $plan -Undo $undo -Timeout $Timeout
            if ($plan.RunningSettings) { 'was updated and restarted' } else { 'was started' }
        }
        $isDone = $true
    }
    finally {
        if (-not $isDone) { InvokeRollback $undo }
        ExitLock $lock
    }
}

# Does what a plan says, up to a collector that works, and pushes what undoes it.
function InstallMonitor {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo,
        [Parameter(Mandatory)] [double] $Timeout
    )

    $name = $Plan.Name
    $shared = EnterLock -Timeout 60 -Id StartTimeout
    try {
        InstallProgram -Program $Plan.Program -Readers:($Plan.AccountSid -ne '') -Undo $Undo
        if ($Plan.Existing) {
            if ((GetServiceState $name) -ne 'Stopped') {
                AddRollback -Undo $Undo -Command SendServiceControl -Parameter @{ Name = $name; Control = 'Start' }
            }
            StopCollector -Name $name -Timeout 30
        }
        WriteSettings -Plan $Plan -Undo $Undo
        RegisterEventSource -Undo $Undo
        $isMade = SetService -Plan $Plan -Undo $Undo
        if ($Plan.AccountSid) {
            if (-not $Plan.Existing) { AddRollback -Undo $Undo -Command SetCounterReader -Parameter @{ Account = $Plan.AccountSid; Remove = $true } }
            SetCounterReader -Account $Plan.AccountSid
        }
    }
    finally { ExitLock $shared }

    $offset = GetLogOffset $Plan.LogPath, $Plan.Path.ServiceLog
    AddRollback -Undo $Undo -Command StopCollector -Parameter @{ Name = $name; Timeout = 10 }
    SendServiceControl -Name $name -Control Start
    WaitCollector -Plan $Plan -LogOffset $offset -Timeout $Timeout
    # Not before it works: a service that Windows means to start again is not deleted until then.
    if ($isMade) { SetServiceRecovery $name }
    $Undo.Clear()
    if ($Plan.Existing -and $Plan.Existing.AppDirectory -ne $Plan.Program.Folder) {
        $shared = EnterLock -Timeout 60 -Id StartTimeout
        try { RemoveProgram -Folder $Plan.Existing.AppDirectory } finally { ExitLock $shared }
    }
}

# Waits until a monitor's collector says that it samples and, with a broker, is connected. Throws what hinders it, with
# the last log lines: CollectorExited, BrokerUnreachable, BrokerRefused, ConfigInvalid (a password that cannot be read) or StartTimeout.
function WaitCollector {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $LogOffset,
        [Parameter(Mandatory)] [double] $Timeout
    )

    # Of the collector that was started: a status left by one before it tells nothing. The last one that could be read counts.
    $seen = @{ Service = $null; Status = $null; IsRefused = $false }
    $isOver = WaitUntil -Timeout $Timeout -Activity "Starting monitor '$($Plan.Name)'" -Condition {
        $seen.Service = $service = GetServiceState $Plan.Name
        $status = ReadStatus $Plan.Path.Status
        $isAlive = TestCollectorAlive $status
        if ($isAlive) { $seen.Status = $status }
        if ($service -in $null, '', 'Stopped', 'Paused') {
            throw (NewStartError -Id CollectorExited -Plan $Plan -LogOffset $LogOffset -Message (
                    "the collector ended soon after its start (the service is $(if ($service) { $service.ToLowerInvariant() } else { 'gone' }))."))
        }
        # What only a person can put right, a wrong password say, is not waited for.
        $seen.IsRefused = $isAlive -and (GetValue (GetValue $status 'delivery') 'state') -eq 'refused'
        $seen.IsRefused -or ($service -eq 'Running' -and $isAlive -and (GetValue $status 'state') -eq 'sampling' -and
            (-not $Plan.HasBroker -or (GetValue $status 'connected') -eq $true))
    }
    if ($isOver -and -not $seen.IsRefused) { return }

    $failure = GetValue $seen.Status 'last_error'
    $code = [string](GetValue $failure 'code')
    if ($Plan.HasBroker -and ($code -like 'PSA_BROKER_*' -or $code -eq 'PSA_SECRET_UNAVAILABLE') -and (GetValue $seen.Status 'connected') -ne $true) {
        $record = NewCollectorError $failure
        throw (NewStartError -Id $record.FullyQualifiedErrorId -Plan $Plan -LogOffset $LogOffset -Message $record.Exception.Message)
    }
    throw (NewStartError -Id StartTimeout -Plan $Plan -LogOffset $LogOffset -Message (
            "the collector did not begin to work within $Timeout s (its service is $($seen.Service), the collector " +
            "$(if ($seen.Status) { GetValue $seen.Status 'state' } else { 'not heard of yet' })). Give it more time with -Timeout."))
}

# Why a monitor did not start, with the collector's last log lines.
function NewStartError {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory)] [string] $Id,
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $LogOffset,
        [Parameter(Mandatory)] [string] $Message
    )

    NewErrorRecord -Id $Id -TargetObject $Plan.Name -Message (
        "The monitor '$($Plan.Name)' was not started: $Message`n$(GetLogTail $LogOffset)")
}

# The present lengths of a monitor's log files, by path: what comes after them is new.
function GetLogOffset {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param([Parameter(Mandatory)] [string[]] $Path)

    $offsets = [ordered]@{}
    foreach ($file in $Path) {
        $info = [System.IO.FileInfo]::new($file)
        $offsets[$file] = if ($info.Exists) { $info.Length } else { 0 }
    }
    $offsets
}

# The last lines that a collector logged since the offsets, bytes, in its log and in the service's output, for a person.
function GetLogTail {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [System.Collections.IDictionary] $Offset)

    $lines = foreach ($file in $Offset.Keys) {
        foreach ($line in (ReadText -Path $file -Offset $Offset[$file]) -split '\r?\n' | Where-Object { $_.Trim() } | Select-Object -Last 8) {
            $record = if ($line.StartsWith('{')) { ConvertFromJsonText $line }
            $text = GetValue $record 'msg'
            if ($text) { $line = "$(GetValue $record 'level'): $text" }
            if ($line.Length -gt 500) { $line.Substring(0, 500) + ' ...' } else { $line }
        }
    }
    if (-not $lines) { return 'The collector logged nothing.' }
    "The collector's last log lines:`n  " + ($lines -join "`n  ")
}

# Notes a step that undoes what is about to be done: a command of this module and its parameters.
function AddRollback {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo,
        [Parameter(Mandatory)] [string] $Command,
        [Parameter(Mandatory)] [hashtable] $Parameter
    )

    $Undo.Push([pscustomobject]@{ Command = $Command; Parameter = $Parameter })
}

# Runs steps back, the last one first; one that fails does not keep the others from running.
function InvokeRollback {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Step)

    if ($Step.Count -eq 0) { return }
    $shared = EnterLock -Timeout 60 -Id StartTimeout
    try {
        while ($Step.Count -gt 0) {
            try {
                $one = $Step.Pop()
                $parameter = $one.Parameter
                Write-Verbose "Undoing: $($one.Command)"
                [void](& $one.Command @parameter)
            }
            catch {
                Write-Warning "Not everything could be undone: $($_.Exception.Message)"
            }
        }
    }
    finally { ExitLock $shared }
}
