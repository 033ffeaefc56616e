# All that the service manager and NSSM hold of a monitor's service: ImagePath, DisplayName, Description, StartupType, Account, Values
# (NSSM's own, by name) and Exit (what follows an exit code). No secret is among it: any user may read it in the registry.
function NewServiceSetting {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [psobject] $Path,
        [Parameter(Mandatory)] [psobject] $Program,
        [Parameter(Mandatory)] [string] $StartupType,
        # service.priority; normal where the settings have none.
        [string] $Priority,
        [string] $Account = 'LocalSystem'
    )

    # NSSM cannot take a variable away, only empty it, which node takes for the same. It passes over the entry after an empty
    # one, so each stands there twice.
    $environment = @('UV_THREADPOOL_SIZE=64') + @(GetNodeVariable | ForEach-Object { "$_="; "$_=" })
    # Windows' classes, under NSSM's names without _PRIORITY_CLASS. One below normal would be blind when the processor is busy.
    $classes = @{ realtime = 0x100; high = 0x80; above_normal = 0x8000; normal = 0x20; below_normal = 0x4000; idle = 0x40 }
    $class = if ($Priority) { $classes[$Priority] } else { $classes['normal'] }
    [ordered]@{
        # Unquoted, as NSSM leaves it, a C:\Program.exe would be run instead.
        ImagePath   = '"' + $Program.Nssm + '"'
        DisplayName = "PsutilAgent $Name"
        Description = "Samples psutil metrics and publishes them to RabbitMQ. Made by PsutilAgent $($ExecutionContext.SessionState.Module.Version)."
        StartupType = $StartupType
        Account     = $Account
        Values      = [ordered]@{
            Application          = $Program.Node
            AppDirectory         = $Program.Folder
            AppParameters        = '"{0}" run --config "{1}"' -f $Program.Collector, $Path.Settings
            AppEnvironmentExtra  = [string[]]$environment
            AppRestartDelay      = 5000
            AppThrottle          = 3000
            # Ctrl-C with time for the flush, then the end; a console program has no window to close.
            AppStopMethodSkip    = 6
            AppStopMethodConsole = 15000
            # NSSM 2.24 cannot start a program in a console of its own on newer Windows.
            AppNoConsole         = 1
            AppPriority          = $class
            AppStdout            = $Path.ServiceLog
            AppStderr            = $Path.ServiceLog
            AppRotateFiles       = 1
            AppRotateBytes       = 1048576
        }
        # 0: it was asked to stop. 3: its settings are wrong, and would be again. The empty name: any other.
        Exit        = [ordered]@{ '' = 'Restart'; '0' = 'Exit'; '3' = 'Exit' }
    }
}

# What a service has of what Wanted names, in the same shape, from one look at the registry; $null where there is no service.
function ReadServiceSetting {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Wanted
    )

    $entry = GetServiceEntry $Name
    if (-not $entry) { return }
    $found = [ordered]@{
        ImagePath   = $entry.ImagePath
        DisplayName = $entry.DisplayName
        Description = $entry.Description
        StartupType = $entry.StartupType
        # Windows does not tell capitals from small letters in it.
        Account     = if ($entry.Account -eq $Wanted['Account']) { $Wanted['Account'] } else { $entry.Account }
    }
    foreach ($part in @{ Member = 'Values'; Key = "$Name\Parameters" }, @{ Member = 'Exit'; Key = "$Name\Parameters\AppExit" }) {
        $values = ReadServiceKey -Name $part.Key
        if (-not $values) { $values = @{} }
        $found[$part.Member] = [ordered]@{}
        foreach ($value in $Wanted[$part.Member].Keys) { $found[$part.Member][$value] = $values[$value] }
    }
    $found
}

# Makes a plan's service, or brings the one there is to what is wanted, and pushes what undoes it; a forced one is made anew.
# Tells whether it was made.
function SetService {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo
    )

    $service = @{ Nssm = $Plan.Program.Nssm; Name = $Plan.Name }
    $previous = $service + @{ Setting = $Plan.PreviousService }
    if ($Plan.Existing -and -not $Plan.IsForced) {
        if (-not $Plan.ServiceChanged) { return $false }
        AddRollback -Undo $Undo -Command SetServiceSetting -Parameter $previous
        SetServiceSetting @service -Setting $Plan.Service
        return $false
    }
    if ($Plan.Existing) {
        AddRollback -Undo $Undo -Command SetServiceRecovery -Parameter @{ Name = $Plan.Name }
        AddRollback -Undo $Undo -Command InstallService -Parameter $previous
        RemoveService @service
    }
    elseif (GetServiceState $Plan.Name) {
        # It came after the plan was made: undoing must not delete what is another's.
        throw (NewErrorRecord -Id MonitorExists -TargetObject $Plan.Name -Message (
                "A service named '$($Plan.Name)' was made meanwhile; it was not touched. Try again."))
    }
    AddRollback -Undo $Undo -Command RemoveService -Parameter $service
    InstallService @service -Setting $Plan.Service
    $true
}

# Makes a service with NSSM, and gives it its settings.
function InstallService {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Setting
    )

    InvokeNssm -Nssm $Nssm -ArgumentList install, $Name, $Setting['Values']['Application']
    SetServiceSetting -Nssm $Nssm -Name $Name -Setting $Setting
}

# Brings a service to the settings given, and reads them back. What the service manager keeps goes through NSSM, which asks
# it; what is NSSM's own goes into the registry, where NSSM looks at every start: as plain text, so that nothing in it is
# taken for a variable, and in one step instead of a program for each value.
function SetServiceSetting {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Setting
    )

    $words = @{
        AutomaticDelayedStart = 'SERVICE_DELAYED_AUTO_START'
        Automatic             = 'SERVICE_AUTO_START'
        Manual                = 'SERVICE_DEMAND_START'
        Disabled              = 'SERVICE_DISABLED'
    }
    $found = ReadServiceSetting -Name $Name -Wanted $Setting
    foreach ($member in 'ImagePath', 'DisplayName', 'Description') {
        if ((GetValue $found $member) -cne $Setting[$member]) { InvokeNssm -Nssm $Nssm -ArgumentList set, $Name, $member, $Setting[$member] }
    }
    if ((GetValue $found 'StartupType') -ne $Setting['StartupType']) {
        InvokeNssm -Nssm $Nssm -ArgumentList set, $Name, Start, $words[$Setting['StartupType']]
    }
    if ((GetValue $found 'Account') -ne $Setting['Account']) { SetServiceAccount -Name $Name -Account $Setting['Account'] }
    WriteServiceKey -Name "$Name\Parameters" -Value $Setting['Values']
    WriteServiceKey -Name "$Name\Parameters\AppExit" -Value $Setting['Exit']

    $kept = ReadServiceSetting -Name $Name -Wanted $Setting
    # Where there is no delayed start (Wine), automatic is what is left of it.
    if ($Setting['StartupType'] -eq 'AutomaticDelayedStart' -and (GetValue $kept 'StartupType') -eq 'Automatic') { $kept['StartupType'] = 'AutomaticDelayedStart' }
    foreach ($member in $Setting.Keys) {
        $expected, $actual = (ConvertToJsonText $Setting[$member]), (ConvertToJsonText (GetValue $kept $member))
        if ($expected -cne $actual) {
            throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Message (
                    "The service '$Name' did not keep its ${member}: expected $expected, found $actual. See whether another program changes it."))
        }
    }
}

# Deletes a stopped service, where there is one, with NSSM and waits until it is gone: while a program holds it open, or
# Windows means to start it again, it lives on. With the last service that this nssm.exe runs goes NSSM's source in the event
# log, which every call of NSSM makes and none deletes; another's NSSM is named by another path there.
function RemoveService {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [string] $Name
    )

    if (-not (GetServiceState $Name)) { return }
    InvokeNssm -Nssm $Nssm -ArgumentList remove, $Name, confirm
    $gone = WaitUntil -Timeout 15 -Activity "Deleting service '$Name'" -Condition { -not (GetServiceState $Name) }
    if (-not $gone) {
        throw (NewErrorRecord -Id StopTimeout -TargetObject $Name -Message (
                "The service '$Name' is marked for deletion and still there: a program holds it open. " +
                'Close the Services window and other tools that show services; it goes then.'))
    }
    $source = 'EventLog\Application\NSSM'
    if ([string](GetValue (ReadServiceKey -Name $source) 'EventMessageFile') -ne $Nssm) { return }
    foreach ($other in GetServiceName) {
        if (([string](GetValue (ReadServiceKey -Name $other) 'ImagePath')).Trim('"') -eq $Nssm) { return }
    }
    Write-Verbose "delete the event source $source"
    RemoveServiceKey -Name $source
}

# Runs nssm.exe, which writes UTF-16, for the service that is its second argument. Throws NssmFailed, with its words, where
# it fails.
function InvokeNssm {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList
    )

    Write-Verbose (@('nssm') + $ArgumentList -join ' ')
    [void](InvokeServiceTool -FilePath $Nssm -ArgumentList $ArgumentList -Name $ArgumentList[1] -Encoding ([System.Text.Encoding]::Unicode) -Call (
            @('nssm') + ($ArgumentList | Select-Object -First 3) -join ' '))
}
