# What is left on this host of monitors that are no more, and of those half removed: services without a data folder, data folders
# without a service, folders that -Force moved aside, programs that no service runs. A collector run by hand keeps its folder. Each
# has Kind, Name and Path.
function GetLeftover {
    [CmdletBinding()]
    [OutputType([psobject])]
    param()

    $leftover = { param($Kind, $Name, $Path) [pscustomobject]@{ Kind = $Kind; Name = $Name; Path = $Path } }
    $monitors = @(GetServiceName | ForEach-Object { GetServiceEntry $_ } | Where-Object { $_.IsMonitor } | ForEach-Object { [pscustomobject]@{ Name = $_.Name; Path = GetMonitorPath $_.Name } })
    foreach ($monitor in $monitors) {
        if (-not [System.IO.File]::Exists($monitor.Path.Settings)) { & $leftover Service $monitor.Name $monitor.Path.Data }
    }
    $used = @($monitors | ForEach-Object { $_.Path.Data })
    $root = [System.IO.DirectoryInfo]::new((GetDataRoot))
    if ($root.Parent.Exists) {
        foreach ($folder in $root.Parent.GetDirectories("$($root.Name).aside-*")) { & $leftover MovedAside $folder.Name $folder.FullName }
    }
    if ($root.Exists -and -not ($root.Attributes -band [System.IO.FileAttributes]::ReparsePoint)) {
        foreach ($folder in $root.GetDirectories()) {
            if ($folder.FullName -in $used -or (TestCollectorAlive (ReadStatus ([System.IO.Path]::Combine($folder.FullName, 'status.json'))))) { continue }
            $kind = if ($folder.Name -match '\.aside-\d{14}$') { 'MovedAside' } else { 'Data' }
            & $leftover $kind $folder.Name $folder.FullName
        }
    }
    foreach ($folder in GetUnusedProgram) { & $leftover Program ([System.IO.Path]::GetFileName($folder)) $folder }
}

# The folders of programs that no service runs, whole or half copied; only those named as InstallProgram names them, and none that
# holds a module: somebody may have installed this one there.
function GetUnusedProgram {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $root = [System.IO.DirectoryInfo]::new((GetProgramRoot))
    if (-not $root.Exists -or $root.Attributes -band [System.IO.FileAttributes]::ReparsePoint) { return }
    foreach ($folder in $root.GetDirectories()) {
        if ($folder.Name -notmatch '^\d+(\.\d+){1,3}(-[0-9a-f]{8})?(\.[0-9a-f]{32})?$') { continue }
        if ([System.IO.File]::Exists([System.IO.Path]::Combine($folder.FullName, 'PsutilAgent.psd1')) -or (TestProgramInUse $folder.FullName)) { continue }
        $folder.FullName
    }
}

# What a user sees of a leftover. Unsent is how many samples its spool holds, $null where that cannot be told; Size is in bytes.
function NewLeftoverObject {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Leftover')]
    param([Parameter(Mandatory)] [psobject] $Leftover)

    $folder = [System.IO.DirectoryInfo]::new($Leftover.Path)
    [pscustomobject]@{
        PSTypeName    = 'PsutilAgent.Leftover'
        Kind          = $Leftover.Kind
        Name          = $Leftover.Name
        Unsent        = if ($Leftover.Kind -ne 'Program') { GetUnsentCount $folder }
        Size          = GetFolderSize $folder
        LastWriteTime = if ($folder.Exists) { $folder.LastWriteTime }
        Path          = $Leftover.Path
    }
}

# How many samples the spool in a monitor's folder holds; $null where that cannot be told, also where a link is on the way to it.
function GetUnsentCount {
    [CmdletBinding()]
    [OutputType([long])]
    param([Parameter(Mandatory)] [System.IO.DirectoryInfo] $Folder)

    $spool = [System.IO.Path]::Combine($Folder.FullName, 'spool')
    if ($Folder.Exists -and ($Folder.Attributes -band [System.IO.FileAttributes]::ReparsePoint)) { return $null }
    if (-not [System.IO.Directory]::Exists($spool)) { return [long]0 }
    try {
        [long](InvokeCollector -ArgumentList status, --spool, $spool).count
    }
    catch {
        Write-Debug "The samples in '$spool' cannot be counted: $($_.Exception.GetBaseException().Message)"
        $null
    }
}

# The bytes of a folder's files, those that links lead to left out; $null where it is not there or not all of it may be looked at.
function GetFolderSize {
    [CmdletBinding()]
    [OutputType([long])]
    param([Parameter(Mandatory)] [System.IO.DirectoryInfo] $Folder)

    if (-not $Folder.Exists) { return $null }
    $size = [long]0
    $folders = [System.Collections.Generic.Queue[System.IO.DirectoryInfo]]::new()
    $folders.Enqueue($Folder)
    try {
        while ($folders.Count -gt 0) {
            $one = $folders.Dequeue()
            if ($one.Attributes -band [System.IO.FileAttributes]::ReparsePoint) { continue }
            foreach ($item in $one.GetFileSystemInfos()) {
                if ($item -is [System.IO.DirectoryInfo]) { $folders.Enqueue($item) } else { $size += $item.Length }
            }
        }
        $size
    }
    catch {
        Write-Debug "The size of '$($Folder.FullName)' cannot be told: $($_.Exception.GetBaseException().Message)"
        $null
    }
}

# Removes a leftover, unless it has come into use meanwhile, which is an error (MonitorExists).
function RemoveLeftover {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Leftover,
        [Parameter(Mandatory)] [double] $Timeout
    )

    if ($Leftover.Kind -eq 'Service') {
        $entry = GetServiceEntry $Leftover.Name
        if ($entry -and $entry.IsMonitor) { StopMonitor -Entry $entry -Timeout $Timeout -RemoveData }
        return
    }
    $lock = EnterLock -Name $Leftover.Name -Timeout $Timeout -Id StopTimeout
    try {
        $shared = EnterLock -Timeout 60 -Id StopTimeout
        try {
            if (-not [System.IO.Directory]::Exists($Leftover.Path)) { return }
            # The user was asked meanwhile.
            if (@(GetLeftover | Where-Object { $_.Path -eq $Leftover.Path -and $_.Kind -eq $Leftover.Kind }).Count -eq 0) {
                throw (NewErrorRecord -Id MonitorExists -TargetObject $Leftover.Path -Message "'$($Leftover.Path)' is no leftover: a monitor uses it, or it is none of this module's. It was not touched.")
            }
            if ($Leftover.Kind -eq 'Program') { RemoveProgram -Folder $Leftover.Path } else { RemoveLeftoverData $Leftover.Path }
        }
        finally { ExitLock $shared }
    }
    finally { ExitLock $lock }
}

# Deletes a folder of data, whoever made it, under a name that nobody else knows: whoever may change what is in it could lay links
# into it while it is being deleted.
function RemoveLeftoverData {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path)

    $root = GetDataRoot
    try {
        [void](NewPrivateFolder -Path $root)
        $removing = [System.IO.DirectoryInfo]::new([System.IO.Path]::Combine($root, ".removing-$([guid]::NewGuid().ToString('n'))"))
        Write-Verbose "Deleting '$Path'"
        [System.IO.Directory]::Move($Path, $removing.FullName)
        $removing.Refresh()
        # Of a link the link goes.
        if ($removing.Attributes -band [System.IO.FileAttributes]::ReparsePoint) { $removing.Delete() }
        elseif (WaitUntil -Timeout 10 -Activity "Deleting '$Path'" -Condition { RemoveContent -Path $removing.FullName }) { $removing.Delete() }
        else { throw [System.IO.IOException]::new("the rest is at '$($removing.FullName)'") }
    }
    catch {
        if ($_.FullyQualifiedErrorId -like 'DataNotWritable*') { throw }
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id DataNotWritable -TargetObject $Path -Cause $cause -Message (
                "Not all of '$Path' could be deleted ($($cause.Message)): another program holds a file in it. Close it, and try again."))
    }
    finally { RemoveEmptyFolder -Path $root }
}
