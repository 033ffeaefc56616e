# The names of all services, as the registry has them.
function FindServiceName {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey('SYSTEM\CurrentControlSet\Services')
    try { $key.GetSubKeyNames() } finally { $key.Dispose() }
}
