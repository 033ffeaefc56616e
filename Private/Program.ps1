# What a monitor's service runs: Folder, which holds it all, and Node, Nssm and Collector, files in it unless others were
# asked for. List is what of SHA256SUMS belongs into the folder; a clone has none, and is run where it lies.
function NewProgramPlan {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [string] $NodePath,
        [string] $NssmPath
    )

    $list = (ReadText ([System.IO.Path]::Combine((GetModuleRoot), 'SHA256SUMS'))) -split '\r?\n' |
        Where-Object { $_ -match '^[0-9a-f]{64}  (bin|collector|schemas)/' -and $_ -notmatch '\.\.|:' }
    $text = if ($list) { ($list -join "`n") + "`n" } else { '' }
    $folder = if ($list) { GetProgramFolder -List $text } else { GetModuleRoot }
    $own = { param($Program) [System.IO.Path]::Combine($folder, 'bin', "$Program.exe") }
    [pscustomobject]@{
        Folder    = $folder
        List      = $text
        Node      = if ($list -and -not $NodePath) { & $own node } else { GetProgramPath -Program node -Path $NodePath }
        Nssm      = if ($list -and -not $NssmPath) { & $own nssm } else { GetProgramPath -Program nssm -Path $NssmPath }
        Collector = if ($list) { [System.IO.Path]::Combine($folder, 'collector', 'main.js') } else { GetCollectorPath }
    }
}

# The folder for this version's programs. Where another build of the same version is there, monitors may run from it, so
# this one gets a folder beside it.
function GetProgramFolder {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $List)

    $folder = [System.IO.Path]::Combine((GetProgramRoot), "$($ExecutionContext.SessionState.Module.Version)")
    $present = ReadText ([System.IO.Path]::Combine($folder, 'SHA256SUMS'))
    if (-not $present -or $present -ceq $List) { return $folder }
    $sha = [System.Security.Cryptography.SHA256]::Create()
    try { $hash = $sha.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($List)) } finally { $sha.Dispose() }
    $folder + '-' + (-join ($hash[0..3] | ForEach-Object { $_.ToString('x2') }))
}

# Puts the programs of a plan into their folder, for administrators only, and pushes what undoes it. They are checked where they
# end up, and the folder gets its name when all of it is there; one that is there was checked then, and nobody else can have
# changed it.
function InstallProgram {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Program,
        # Whether a service that is not LocalSystem is to run them.
        [switch] $Readers,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo
    )

    $folder = $Program.Folder
    if (-not $Program.List) {
        Write-Warning "The service runs from '$folder', which has no SHA256SUMS: whoever may write there may change what Windows runs as SYSTEM."
        return
    }
    $root = [System.IO.Path]::GetDirectoryName($folder)
    if (NewPrivateFolder -Path $root -Shared) { AddRollback -Undo $Undo -Command RemoveEmptyFolder -Parameter @{ Path = $root } }
    if ([System.IO.Directory]::Exists($folder)) {
        [void](NewPrivateFolder -Path $folder -Readers)
        if ((ReadText ([System.IO.Path]::Combine($folder, 'SHA256SUMS'))) -ceq $Program.List) {
            if ($Readers) { GrantRead -Path $folder }
            return
        }
        # What is left of a folder that could not be deleted as a whole.
        [void](RemoveContent -Path $folder)
        RemoveEmptyFolder -Path $folder
    }
    Write-Verbose "Copying the programs to '$folder'"
    $making = "$folder.$([guid]::NewGuid().ToString('n'))"
    try {
        [void](NewPrivateFolder -Path $making)
        foreach ($line in $Program.List.Trim() -split "`n") {
            $name = $line.Substring(66)
            $target = [System.IO.Path]::Combine($making, $name)
            [void][System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($target))
            [System.IO.File]::Copy([System.IO.Path]::Combine((GetModuleRoot), $name), $target)
            if ((Get-FileHash -LiteralPath $target -Algorithm SHA256).Hash -ne $line.Substring(0, 64)) {
                throw (NewErrorRecord -Id CollectorNotFound -TargetObject $name -Message (
                        "The module's file '$name' is not the one that its SHA256SUMS names, so nothing was installed. Install the module anew."))
            }
        }
        WriteText -Path ([System.IO.Path]::Combine($making, 'SHA256SUMS')) -Text $Program.List
        AddRollback -Undo $Undo -Command RemoveProgram -Parameter @{ Folder = $folder }
        [System.IO.Directory]::Move($making, $folder)
        if ($Readers) { GrantRead -Path $folder }
    }
    catch {
        $record = $_
        [void](RemoveContent -Path $making)
        RemoveEmptyFolder -Path $making
        if ($record.FullyQualifiedErrorId -in 'CollectorNotFound', 'DataNotWritable') { throw $record }
        $cause = $record.Exception.GetBaseException()
        throw (NewErrorRecord -Id DataNotWritable -TargetObject $folder -Cause $cause -Message (
                "The programs cannot be copied to '$folder' ($($cause.Message)). Check the module folder '$(GetModuleRoot)' and the disk."))
    }
}

# Whether a service runs programs of a folder.
function TestProgramInUse {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)] [string] $Folder)

    foreach ($name in GetServiceName) {
        $entry = GetServiceEntry $name
        if ($entry -and ($entry.AppDirectory -eq $Folder -or $entry.ImagePath.Trim('"') -like ([System.Management.Automation.WildcardPattern]::Escape($Folder) + '\*'))) { return $true }
    }
    $false
}

# Deletes a folder of programs that a service ran from, once no service names it any more, and the folder of all versions with
# the last one. A folder elsewhere is not this module's to delete.
function RemoveProgram {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Folder)

    $root = GetProgramRoot
    if ([System.IO.Path]::GetDirectoryName($Folder) -ne $root -or -not [System.IO.Directory]::Exists($Folder)) { return }
    if (TestProgramInUse $Folder) { return }
    Write-Verbose "Deleting '$Folder'"
    # Without its list a folder counts as unfinished.
    [System.IO.File]::Delete([System.IO.Path]::Combine($Folder, 'SHA256SUMS'))
    if (-not (WaitUntil -Timeout 10 -Activity "Deleting '$Folder'" -Condition { RemoveContent -Path $Folder })) {
        Write-Warning "Not all of '$Folder' could be deleted: another program holds a file in it, such as the Event Viewer. Delete it later."
    }
    foreach ($empty in $Folder, $root) { RemoveEmptyFolder -Path $empty }
}
