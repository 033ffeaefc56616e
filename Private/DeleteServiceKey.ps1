# Deletes a key below one service's key in the registry, and all that is in it.
function DeleteServiceKey {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name)

    [Microsoft.Win32.Registry]::LocalMachine.DeleteSubKeyTree("SYSTEM\CurrentControlSet\Services\$Name", $false)
}
