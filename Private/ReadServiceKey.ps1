# The values of a key under the services' key of the registry, unexpanded; $null where there is no such key.
function ReadServiceKey {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [string] $Name)

    $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey("SYSTEM\CurrentControlSet\Services\$Name")
    if (-not $key) { return }
    try {
        $values = @{}
        foreach ($value in $key.GetValueNames()) {
            $values[$value] = $key.GetValue($value, $null, 'DoNotExpandEnvironmentNames')
        }
        $values
    }
    finally {
        $key.Dispose()
    }
}
