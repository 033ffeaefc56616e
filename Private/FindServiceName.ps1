# The names of all services, as the registry has them.
function FindServiceName {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $key = OpenServiceKey
    try { $key.GetSubKeyNames() } finally { $key.Dispose() }
}
