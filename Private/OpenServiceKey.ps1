# The key of one service in the registry, $null where there is none; without a name the key of them all.
function OpenServiceKey {
    [CmdletBinding()]
    [OutputType([Microsoft.Win32.RegistryKey])]
    param([string] $Name)

    [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey("SYSTEM\CurrentControlSet\Services\$Name".TrimEnd('\'))
}
