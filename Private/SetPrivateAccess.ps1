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
