# Every value that NSSM is given for a monitor, in order: Parameter, the words of `nssm set` after
# the service's name, and Value. No secret is among them: any user may read them in the registry.
function GetNssmSetting {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [string] $Application,
        [Parameter(Mandatory)] [string] $AppDirectory,
        [Parameter(Mandatory)] [string] $AppParameters,
        [Parameter(Mandatory)] [string] $DisplayName,
        [Parameter(Mandatory)] [string] $Description,
        [Parameter(Mandatory)] [string] $StartupType,
        [Parameter(Mandatory)] [string] $ServiceLog
    )

    $starts = @{
        AutomaticDelayedStart = 'SERVICE_DELAYED_AUTO_START'
        Automatic             = 'SERVICE_AUTO_START'
        Manual                = 'SERVICE_DEMAND_START'
        Disabled              = 'SERVICE_DISABLED'
    }
    $settings = [ordered]@{
        'Application'          = $Application
        'AppDirectory'         = $AppDirectory
        'AppParameters'        = $AppParameters
        'DisplayName'          = $DisplayName
        'Description'          = $Description
        'Start'                = $starts[$StartupType]
        # 0: it was asked to stop. 3: its settings are wrong, and would be again.
        'AppExit Default'      = 'Restart'
        'AppExit 0'            = 'Exit'
        'AppExit 3'            = 'Exit'
        'AppRestartDelay'      = '5000'
        'AppThrottle'          = '3000'
        # Ctrl-C with time for the flush, then the end; a console program has no window to close.
        'AppStopMethodSkip'    = '6'
        'AppStopMethodConsole' = '15000'
        # NSSM 2.24 cannot start a program in a console of its own on newer Windows.
        'AppNoConsole'         = '1'
        'AppPriority'          = 'BELOW_NORMAL_PRIORITY_CLASS'
        'AppStdout'            = $ServiceLog
        'AppStderr'            = $ServiceLog
        'AppRotateFiles'       = '1'
        'AppRotateBytes'       = '1048576'
    }
    foreach ($parameter in $settings.Keys) {
        [pscustomobject]@{ Parameter = $parameter -split ' '; Value = $settings[$parameter] }
    }
}

# NSSM's values for a monitor as they are wanted, and as they are where it exists (else $null).
function NewServicePlan {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [psobject] $Path,
        [Parameter(Mandatory)] [AllowNull()] [psobject] $Existing,
        [string] $StartupType,
        [string] $NodePath
    )

    $common = @{ DisplayName = "PsutilAgent $Name"; ServiceLog = $Path.ServiceLog }
    $version = $ExecutionContext.SessionState.Module.Version
    if (-not $StartupType) { $StartupType = if ($Existing) { $Existing.StartupType } else { 'AutomaticDelayedStart' } }
    $wanted = GetNssmSetting @common -StartupType $StartupType -Application (GetProgramPath -Program node -Path $NodePath) `
        -AppDirectory (GetModuleRoot) -AppParameters ('"{0}" run --config "{1}"' -f (GetCollectorPath), $Path.Settings) `
        -Description "Samples psutil metrics and publishes them to RabbitMQ. Made by PsutilAgent $version."
    $present = if ($Existing) {
        GetNssmSetting @common -StartupType $Existing.StartupType -Application $Existing.Application `
            -AppDirectory $Existing.AppDirectory -AppParameters $Existing.AppParameters -Description $Existing.Description
    }
    [pscustomobject]@{ Wanted = @($wanted); Present = $present }
}

# Makes a plan's service, or changes the one there is where it differs, and pushes what undoes it; forced, it is
# made anew. Tells whether it was made.
function SetService {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo
    )

    # nssm.exe is the service's program: where it is another's, such as an older module's, a changed value is not enough.
    $isAnew = $Plan.IsForced -or ($Plan.Existing -and $Plan.Existing.ImagePath.Trim('"') -ne $Nssm)
    $service = @{ Nssm = $Nssm; Name = $Plan.Name }
    $previous = $service + @{ Setting = $Plan.PreviousService }
    if ($Plan.Existing -and -not $isAnew) {
        if (-not $Plan.ServiceChanged) { return $false }
        AddRollback -Undo $Undo -Command SetNssmSetting -Parameter $previous
        SetNssmSetting @service -Setting $Plan.Service
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

# Makes a service with NSSM: installed, then every value set and read back.
function InstallService {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [psobject[]] $Setting
    )

    $application = ($Setting | Where-Object { $_.Parameter[0] -eq 'Application' }).Value
    [void](InvokeNssm -Nssm $Nssm -ArgumentList install, $Name, $application)
    SetNssmSetting -Nssm $Nssm -Name $Name -Setting $Setting
}

# Sets values of a service with NSSM and reads each one back: NSSM takes some words apart and reports success.
function SetNssmSetting {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [psobject[]] $Setting
    )

    foreach ($one in $Setting) {
        [void](InvokeNssm -Nssm $Nssm -ArgumentList (@('set', $Name) + $one.Parameter + $one.Value))
        $found = InvokeNssm -Nssm $Nssm -ArgumentList (@('get', $Name) + $one.Parameter)
        # Where there is no delayed start (NSSM's words for old Windows, and Wine), automatic is what is left of it.
        $isStart = $one.Value -eq 'SERVICE_DELAYED_AUTO_START' -and $found -eq 'SERVICE_AUTO_START'
        if ($found -cne $one.Value -and -not $isStart) {
            throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Message (
                    "NSSM did not keep $($one.Parameter -join ' ') of '$Name': expected '$($one.Value)', found '$found'."))
        }
    }
}

# Deletes a stopped service, where there is one, with NSSM and waits until it is gone: while a program holds it open it
# lives on.
function RemoveService {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [string] $Name
    )

    if (-not (GetServiceState $Name)) { return }
    [void](InvokeNssm -Nssm $Nssm -ArgumentList remove, $Name, confirm)
    $gone = WaitUntil -Timeout 15 -Activity "Deleting service '$Name'" -Condition { -not (GetServiceState $Name) }
    if (-not $gone) {
        throw (NewErrorRecord -Id StopTimeout -TargetObject $Name -Message (
                "The service '$Name' is marked for deletion and still there: a program holds it open. " +
                'Close the Services window and other tools that show services; it goes then.'))
    }
    RemoveEventSource -Nssm $Nssm
}

# Deletes NSSM's source in the event log where it takes its messages from this nssm.exe and no service is left that this
# nssm.exe runs: every call of NSSM makes it, and no call deletes it. Another's NSSM is named by another path there.
function RemoveEventSource {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Nssm)

    $source = 'EventLog\Application\NSSM'
    if ([string](GetValue (ReadServiceKey -Name $source) 'EventMessageFile') -ne $Nssm) { return }
    foreach ($name in GetServiceName) {
        if (([string](GetValue (ReadServiceKey -Name $name) 'ImagePath')).Trim('"') -eq $Nssm) { return }
    }
    Write-Verbose "delete the event source $source"
    RemoveServiceKey -Name $source
}

# Runs nssm.exe, which writes UTF-16, for the service that is its second argument, and gives what it printed. Throws
# NssmFailed, with its words, where it fails.
function InvokeNssm {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList
    )

    if ($ArgumentList[0] -ne 'get') { Write-Verbose (@('nssm') + $ArgumentList -join ' ') }
    InvokeServiceTool -FilePath $Nssm -ArgumentList $ArgumentList -Name $ArgumentList[1] -Encoding ([System.Text.Encoding]::Unicode) -Call (
        @('nssm') + ($ArgumentList | Select-Object -First 3) -join ' ')
}
