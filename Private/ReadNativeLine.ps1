# Runs the collector and gives the lines of its output as they come. Throws CollectorFailed, with what it wrote to
# standard error, where it cannot be run or ends with an exit code other than 0. Ends it when the caller is stopped.
function ReadNativeLine {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList
    )

    try {
        $process = StartNative -FilePath $FilePath -ArgumentList $ArgumentList -Encoding ([System.Text.UTF8Encoding]::new($false))
    }
    catch {
        throw (NewRunError -FilePath $FilePath -Cause $_.Exception)
    }
    try {
        $errorOutput = $process.StandardError.ReadToEndAsync()
        [void](SendText -Process $process)
        while ($true) {
            $reading = $process.StandardOutput.ReadLineAsync()
            [void](WaitNative -Process $process -Task $reading)
            if (-not $reading.IsCompleted -or $null -eq $reading.Result) { break }
            $reading.Result
        }
        # It has closed its output, so it is about to end.
        $ended = $process.WaitForExit(10000)
        if (-not $ended -or $process.ExitCode -ne 0) {
            [void](WaitNative -Process $process -Task $errorOutput -Timeout 1)
            $words = if ($errorOutput.IsCompleted) { $errorOutput.Result.Trim() }
            throw (NewErrorRecord -Id CollectorFailed -TargetObject $FilePath -Message (
                    "The collector ended with exit code $(if ($ended) { $process.ExitCode }): $words"))
        }
    }
    finally {
        EndNative $process
    }
}
