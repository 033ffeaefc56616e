# Ends a program that still runs, and lets go of it.
function EndNative {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [System.Diagnostics.Process] $Process)

    try {
        if (-not $Process.HasExited) { $Process.Kill() }
    }
    catch {
        # It ended just then.
        Write-Debug "Not ended: $($_.Exception.GetBaseException().Message)"
    }
    finally {
        $Process.Dispose()
    }
}
