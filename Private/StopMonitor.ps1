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
        $nssm = FindProgram -Program nssm -Path $NssmPath
    }
    StopCollector -Name $name -Timeout $Timeout
    if ($KeepService) { return }
    RemoveService -Nssm $nssm -Name $name
    RemoveMonitorData -Path (GetMonitorPath $name) -All:$RemoveData
}
