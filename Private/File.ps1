# The text of a file that another program may be writing, replacing or deleting meanwhile; from offset, bytes; '' where
# there is none that this session may read.
function ReadText {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [long] $Offset = 0
    )

    if (-not [System.IO.File]::Exists($Path)) { return '' }
    try {
        $stream = [System.IO.FileStream]::new($Path, 'Open', 'Read', 'ReadWrite, Delete')
    }
    catch {
        Write-Debug "Not read: $($_.Exception.GetBaseException().Message)"
        return ''
    }
    try {
        # A file shorter than the offset was rotated meanwhile: what is there is all new.
        if ($Offset -le $stream.Length) { [void]$stream.Seek($Offset, 'Begin') }
        $reader = [System.IO.StreamReader]::new($stream, [System.Text.Encoding]::UTF8)
        $reader.ReadToEnd()
    }
    finally {
        $stream.Dispose()
    }
}

# Replaces a file's content: UTF-8 without a BOM, which 5.1's Set-Content cannot write.
function WriteText {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Text
    )

    [System.IO.File]::WriteAllText($Path, $Text, [System.Text.UTF8Encoding]::new($false))
}

# Deletes what a folder holds, except Keep, and the folder itself once it is empty; whether all of it went.
function RemoveContent {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $Keep
    )

    try {
        foreach ($file in [System.IO.Directory]::GetFiles($Path)) { [System.IO.File]::Delete($file) }
        foreach ($folder in [System.IO.Directory]::GetDirectories($Path)) {
            if ($folder -ne $Keep) { [System.IO.Directory]::Delete($folder, $true) }
        }
        if (@([System.IO.Directory]::GetFileSystemEntries($Path)).Count -eq 0) { [System.IO.Directory]::Delete($Path) }
        $true
    }
    catch {
        Write-Debug "Not deleted: $($_.Exception.GetBaseException().Message)"
        $false
    }
}

# Makes a monitor's folder, or takes the one there is, open to SYSTEM and Administrators only: before anything is written
# in it. Any user may make folders in ProgramData, so the root's access is set too, and a link is refused.
function NewDataFolder {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path)

    foreach ($folder in [System.IO.Path]::GetDirectoryName($Path), $Path) {
        try {
            $directory = [System.IO.Directory]::CreateDirectory($folder)
            if ($directory.Attributes -band [System.IO.FileAttributes]::ReparsePoint) {
                throw [System.IO.IOException]::new('it is a link; remove it')
            }
            SetPrivateAccess $directory
        }
        catch {
            $cause = $_.Exception.GetBaseException()
            throw (NewErrorRecord -Id DataNotWritable -TargetObject $folder -Cause $cause -Message (
                    "The data folder '$folder' cannot be made or protected ($($cause.Message)). " +
                    'Check its disk and its access rights.'))
        }
    }
}

# Access for SYSTEM and Administrators, inherited by what is in the folder, and for nobody else. Administrators own it too:
# whoever owns a folder may change its access, and any user may have made it before.
function NewPrivateSecurity {
    [CmdletBinding()]
    [OutputType([System.Security.AccessControl.DirectorySecurity])]
    param()

    $security = [System.Security.AccessControl.DirectorySecurity]::new()
    $security.SetAccessRuleProtection($true, $false)
    foreach ($sid in 'S-1-5-18', 'S-1-5-32-544') {
        $who = [System.Security.Principal.SecurityIdentifier]::new($sid)
        $security.AddAccessRule([System.Security.AccessControl.FileSystemAccessRule]::new(
                $who, 'FullControl', 'ContainerInherit, ObjectInherit', 'None', 'Allow'))
    }
    $security.SetOwner([System.Security.Principal.SecurityIdentifier]::new('S-1-5-32-544'))
    $security
}

# Gives a folder to SYSTEM and Administrators, inherited by what is in it, and to nobody else.
function SetPrivateAccess {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [System.IO.DirectoryInfo] $Directory)

    $security = NewPrivateSecurity
    if ($PSVersionTable.PSEdition -eq 'Core') {
        [System.IO.FileSystemAclExtensions]::SetAccessControl($Directory, $security)
    }
    else {
        $Directory.SetAccessControl($security)
    }
}
