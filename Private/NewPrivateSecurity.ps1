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
