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

# Makes a file anew with a text, in UTF-8 without a BOM, which 5.1's Set-Content cannot write. One that was there makes way: it
# would keep its own owner and access, and a link would lead elsewhere.
function WriteText {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Text
    )

    [System.IO.File]::Delete($Path)
    $bytes = [System.Text.Encoding]::UTF8.GetBytes($Text)
    $stream = [System.IO.FileStream]::new($Path, 'CreateNew', 'Write', 'Read')
    try { $stream.Write($bytes, 0, $bytes.Length) } finally { $stream.Dispose() }
}

# Makes a folder that only SYSTEM and Administrators may enter, its access with it in one step, or checks that the one there is
# such a folder; gives whether it was made. Account, a SID, may change what is in it too; Readers lets services read a folder of
# programs (see GrantRead). A Shared one that is there need only be an administrator's. Throws DataNotWritable
# for anything else: whoever made it could have laid links into it, or could change it any time.
function NewPrivateFolder {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $Account,
        [switch] $Readers,
        [switch] $Shared
    )

    $directory = [System.IO.DirectoryInfo]::new($Path)
    try {
        $isMade = -not $directory.Exists
        # Somebody may make it at this moment, so what is there then is checked in any case.
        if ($isMade) { NewProtectedDirectory -Directory $directory -Account $Account }
        $expected = (GetPrivateDescriptor $directory.Parent.FullName -Account $Account).Folder
        $fault = GetPrivacyFault -Item $directory -Expected $expected -Account $Account -Readers:$Readers -Shared:($Shared -and -not $isMade)
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id DataNotWritable -TargetObject $Path -Cause $cause -Message (
                "The folder '$Path' cannot be made ($($cause.Message)). Check its disk and its access rights."))
    }
    if ($fault) {
        throw (NewErrorRecord -Id DataNotWritable -TargetObject $Path -Message (
                "The folder '$Path' $fault. Nothing in it can be trusted, and it was not touched: look at it, then delete it or move it away (-Force moves a monitor's folder aside)."))
    }
    $isMade
}

# Makes a folder with access for SYSTEM and Administrators, inherited by what is in it, and for nobody else. Administrators own
# it: whoever owns a folder may change its access. Account, a SID, may change what is in it and not who may.
function NewProtectedDirectory {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.IO.DirectoryInfo] $Directory,
        [string] $Account
    )

    $security = [System.Security.AccessControl.DirectorySecurity]::new()
    $security.SetSecurityDescriptorSddlForm((GetProtectedSddl $Account))
    if ($PSVersionTable.PSEdition -eq 'Core') { [System.IO.FileSystemAclExtensions]::Create($Directory, $security) }
    else { [void][System.IO.Directory]::CreateDirectory($Directory.FullName, $security) }
}

# The access of a private folder, in SDDL: FA is full control, 0x1301bf to change.
function GetProtectedSddl {
    [CmdletBinding()]
    [OutputType([string])]
    param([string] $Account)

    'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)' + $(if ($Account) { "(A;OICI;0x1301bf;;;$Account)" })
}

# Lets services, whatever account of NT SERVICE they run as, read a folder of programs and start them. Nobody but
# administrators may change it, as before.
function GrantRead {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path)

    $directory = [System.IO.DirectoryInfo]::new($Path)
    if ((GetDescriptor $directory).Contains((GetServiceReadSddl))) { return }
    $security = [System.Security.AccessControl.DirectorySecurity]::new()
    $security.SetSecurityDescriptorSddlForm((GetProtectedSddl) + (GetServiceReadSddl))
    if ($PSVersionTable.PSEdition -eq 'Core') { [System.IO.FileSystemAclExtensions]::SetAccessControl($directory, $security) }
    else { $directory.SetAccessControl($security) }
}

# What GrantRead adds: NT SERVICE\ALL SERVICES may read and execute.
function GetServiceReadSddl {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    '(A;OICI;0x1200a9;;;S-1-5-80-0)'
}

# Owner and access of a file or folder, in SDDL.
function GetDescriptor {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [System.IO.FileSystemInfo] $Item)

    $sections = [System.Security.AccessControl.AccessControlSections]'Access, Owner'
    $security = if ($PSVersionTable.PSEdition -eq 'Core') { [System.IO.FileSystemAclExtensions]::GetAccessControl($Item, $sections) }
    else { $Item.GetAccessControl($sections) }
    $security.GetSecurityDescriptorSddlForm($sections)
}

# What the file system makes of a private folder's descriptor, and of those of a Folder and a File in it: of ones made for this
# in Parent and deleted again.
function GetPrivateDescriptor {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [string] $Parent,
        [string] $Account
    )

    $probe = [System.IO.DirectoryInfo]::new([System.IO.Path]::Combine($Parent, ".psutil-agent-$([guid]::NewGuid().ToString('n'))"))
    NewProtectedDirectory -Directory $probe -Account $Account
    try {
        $file = [System.IO.FileInfo]::new([System.IO.Path]::Combine($probe.FullName, 'file'))
        WriteText -Path $file.FullName -Text ''
        [pscustomobject]@{
            Folder      = GetDescriptor $probe
            InnerFile   = GetDescriptor $file
            InnerFolder = GetDescriptor $probe.CreateSubdirectory('folder')
        }
    }
    finally {
        $probe.Delete($true)
    }
}

# What keeps a file or folder from being as private as Expected, the descriptor of one that is, as words of a sentence; nothing
# where it is. It may be SYSTEM's, Administrators' or the Account's whoever owns the expected one. Readers: services may read it.
# A Shared folder's access is not looked at.
function GetPrivacyFault {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [System.IO.FileSystemInfo] $Item,
        [Parameter(Mandatory)] [string] $Expected,
        [string] $Account,
        [switch] $Readers,
        [switch] $Shared
    )

    $Item.Refresh()
    if ($Item.Attributes -band [System.IO.FileAttributes]::ReparsePoint) { return 'is a link' }
    # The flags behind D: say how access came about (AI, AR), but for P: it comes from this folder alone.
    $pattern = '^O:(?<owner>.+?)D:(?<flags>[A-Z_]*)(?<access>(\(.*\))?)$'
    $found = if ((GetDescriptor $Item) -match $pattern) { $Matches } else { @{ owner = '?'; flags = ''; access = '?' } }
    $wanted = if ($Expected -match $pattern) { $Matches } else { @{ owner = ''; flags = ''; access = '' } }
    if ($Readers) { $found.access = $found.access.Replace((GetServiceReadSddl), '') }
    if ($found.owner -notin 'SY', 'BA', $wanted.owner -and ($Account -eq '' -or $found.owner -ne $Account)) { return "belongs to $($found.owner), expected Administrators" }
    if ($Shared) { return }
    $order = { param($Access) ($Access -split '(?<=\))' | Sort-Object) -join '' }
    if ($found.flags.Contains('P') -ne $wanted.flags.Contains('P') -or (& $order $found.access) -cne (& $order $wanted.access)) {
        'can be entered by others than SYSTEM and Administrators ({0}, expected {1})' -f $found.access, $wanted.access
    }
}

# Throws DataNotWritable where a private folder holds, at any depth, a link or what was not made in it: a hard link brings the
# access of the file that it is a name of.
function AssertPrivateContent {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $Account
    )

    $expected = GetPrivateDescriptor $Path -Account $Account
    $folders = [System.Collections.Generic.Queue[System.IO.DirectoryInfo]]::new()
    $folders.Enqueue([System.IO.DirectoryInfo]::new($Path))
    while ($folders.Count -gt 0) {
        foreach ($item in $folders.Dequeue().GetFileSystemInfos()) {
            $isFolder = $item -is [System.IO.DirectoryInfo]
            $fault = GetPrivacyFault -Item $item -Account $Account -Expected $(if ($isFolder) { $expected.InnerFolder } else { $expected.InnerFile })
            if ($fault) {
                throw (NewErrorRecord -Id DataNotWritable -TargetObject $item.FullName -Message (
                        "'$($item.FullName)' $fault. It was not made by this module, and nothing was touched: look at it, then delete it."))
            }
            if ($isFolder) { $folders.Enqueue($item) }
        }
    }
}

# Throws DataNotWritable where a log that the service is to write at Path, or one that was rotated beside it, is a link, a hard link
# or another's, or its folder is a link. The folder may be open to others: each log's access is what a new file gets there.
function AssertLogFile {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Path,
        # The SID of the account that the collector runs as, where that is not LocalSystem.
        [string] $Account
    )

    $folder = [System.IO.DirectoryInfo]::new([System.IO.Path]::GetDirectoryName($Path))
    if (-not $folder.Exists) { return }
    $item, $fault = $folder, ''
    if ($folder.Attributes -band [System.IO.FileAttributes]::ReparsePoint) { $fault = 'is a link' }
    else {
        try {
            $logs = @($folder.GetFileSystemInfos([System.IO.Path]::GetFileName($Path) + '*'))
            $probe = [System.IO.FileInfo]::new([System.IO.Path]::Combine($folder.FullName, ".psutil-agent-$([guid]::NewGuid().ToString('n'))"))
            if ($logs) { WriteText -Path $probe.FullName -Text '' }
            try { $expected = if ($logs) { GetDescriptor $probe } } finally { $probe.Delete() }
            foreach ($item in $logs) {
                $fault = GetPrivacyFault -Item $item -Expected $expected -Account $Account
                if ($fault) { break }
            }
        }
        catch { $fault = "cannot be looked at ($($_.Exception.GetBaseException().Message))" }
    }
    if ($fault) {
        throw (NewErrorRecord -Id DataNotWritable -TargetObject $item.FullName -Message (
                "'$($item.FullName)' $fault. The service would write its log there; nothing was touched: look at it, then delete it, or keep the log elsewhere."))
    }
}

# Deletes what a folder holds, except the names in Keep; whether all of it went. Of a link, at any depth, the link goes and
# never what it leads to; a folder that is one itself is left.
function RemoveContent {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string[]] $Keep = @()
    )

    $directory = [System.IO.DirectoryInfo]::new($Path)
    if (-not $directory.Exists) { return $true }
    if ($directory.Attributes -band [System.IO.FileAttributes]::ReparsePoint) { return $false }
    try {
        foreach ($item in $directory.GetFileSystemInfos()) {
            if ($item.Name -in $Keep) { continue }
            if ($item -is [System.IO.DirectoryInfo]) { $item.Delete(-not ($item.Attributes -band [System.IO.FileAttributes]::ReparsePoint)) }
            else { $item.Delete() }
        }
        $true
    }
    catch {
        Write-Debug "Not deleted: $($_.Exception.GetBaseException().Message)"
        $false
    }
}

# Deletes a folder where there is one, it is no link, and nothing is in it.
function RemoveEmptyFolder {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path)

    $directory = [System.IO.DirectoryInfo]::new($Path)
    if ($directory.Exists -and -not ($directory.Attributes -band [System.IO.FileAttributes]::ReparsePoint) -and
        @($directory.GetFileSystemInfos()).Count -eq 0) { $directory.Delete() }
}
