# The path in the file system that a user's path means from the session's location, no wildcard in it; the path as it is
# where it names a drive that is not there, for whoever opens it to refuse.
function ResolveFile {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Path)

    try {
        $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
    }
    catch {
        Write-Debug "Not resolved: $($_.Exception.GetBaseException().Message)"
        $Path
    }
}
