# The values of a key under the services' key of the registry, unexpanded; $null where there is no such key, or none that
# this session may read: Windows keeps some services' keys to themselves, and no monitor is among those.
function ReadServiceKey {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [string] $Name)

    $key = $null
    try {
        $key = OpenServiceKey $Name
        if (-not $key) { return }
        $values = @{}
        foreach ($value in $key.GetValueNames()) {
            $values[$value] = $key.GetValue($value, $null, 'DoNotExpandEnvironmentNames')
        }
        $values
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        if ($cause -isnot [System.Security.SecurityException] -and $cause -isnot [System.UnauthorizedAccessException] -and
            $cause -isnot [System.IO.IOException]) { throw }
        Write-Debug "The registry key of '$Name' cannot be read: $($cause.Message)"
    }
    finally {
        if ($key) { $key.Dispose() }
    }
}
