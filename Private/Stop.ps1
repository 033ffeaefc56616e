# Stops one monitor and, unless told to keep it, deletes its service and what it wrote but for unsent samples.
function StopMonitor {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Entry,
        [Parameter(Mandatory)] [double] $Timeout,
        [string] $NssmPath,
        [switch] $KeepService,
        [switch] $RemoveData
    )

    $name = $Entry.Name
    $path = GetMonitorPath $name
    AssertNoLink $path.Data
    $lock = EnterLock -Name $name -Timeout $Timeout -Id StopTimeout
    try {
        # Another session may have stopped it meanwhile.
        $present = GetServiceEntry $name
        if (-not $present -or -not $present.IsMonitor) { return }
        if (-not $KeepService) {
            # The service's own nssm.exe will do where the module's is gone.
            $own = $present.ImagePath.Trim('"')
            if (-not $NssmPath -and [System.IO.File]::Exists($own)) { $NssmPath = $own }
            $nssm = GetProgramPath -Program nssm -Path $NssmPath
        }
        # A stopped service that Windows is about to start again would not stay so, nor be deleted: it is let start first.
        if ((GetServiceState $name) -eq 'Stopped' -and (TestServiceAborted $name)) {
            [void](WaitUntil -Timeout 65 -Activity "Windows may start '$name' again after a failure" -Condition { (GetServiceState $name) -ne 'Stopped' })
        }
        StopCollector -Name $name -Timeout $Timeout
        if ($KeepService) {
            $unsent = GetUnsent -Path $path
            if ($unsent) { Write-Warning $unsent }
            return
        }
        $shared = EnterLock -Timeout 60 -Id StopTimeout
        try {
            $account = GetAccountSid $present.Account
            RemoveService -Nssm $nssm -Name $name
            UnregisterEventSource
            if ($account) { SetCounterReader -Account $account -Remove }
            RemoveMonitorData -Path $path -All:$RemoveData
            RemoveProgram -Folder $present.AppDirectory
        }
        finally { ExitLock $shared }
    }
    finally { ExitLock $lock }
}

# Brings a monitor's service to Stopped. The collector is asked first, by its stop file, so that it can flush: NSSM's
# Ctrl-C does not always arrive. Throws StopTimeout where the service outlives that and a stop by the service manager.
function StopCollector {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [double] $Timeout
    )

    $path = GetMonitorPath $Name
    $activity = "Stopping monitor '$Name'"
    $isStopped = { (GetServiceState $Name) -in $null, '', 'Stopped' }
    if (& $isStopped) { return }
    if (TestCollectorAlive (ReadStatus $path.Status)) {
        Write-Verbose "Asking the collector of '$Name' to stop"
        WriteText -Path $path.Stop -Text ''
        # NSSM stops the service by itself once the collector has ended with 0.
        $stopped = WaitUntil -Timeout $Timeout -Activity $activity -Condition $isStopped
        [System.IO.File]::Delete($path.Stop)
        if ($stopped) { return }
    }
    # A service that is on its way takes no control.
    $settled = WaitUntil -Timeout 30 -Activity $activity -Condition { (GetServiceState $Name) -notlike '*Pending' }
    if ($settled) {
        if (-not (& $isStopped)) { SendServiceControl -Name $Name -Control Stop }
        if (WaitUntil -Timeout 30 -Activity $activity -Condition $isStopped) { return }
    }
    throw (NewErrorRecord -Id StopTimeout -TargetObject $Name -Message (
            "The service '$Name' is still $(GetServiceState $Name): neither its collector nor Windows stopped it in time. " +
            'Nothing was removed. Try again; if it stays, end its process in the Task Manager.'))
}
