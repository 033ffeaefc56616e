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
    if (-not $KeepService) {
        # The service's own nssm.exe will do where the module's is gone.
        $own = $Entry.ImagePath.Trim('"')
        if (-not $NssmPath -and [System.IO.File]::Exists($own)) { $NssmPath = $own }
        $nssm = GetProgramPath -Program nssm -Path $NssmPath
    }
    StopCollector -Name $name -Timeout $Timeout
    if ($KeepService) { return }
    RemoveService -Nssm $nssm -Name $name
    RemoveMonitorData -Path (GetMonitorPath $name) -All:$RemoveData
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
