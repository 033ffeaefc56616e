# Runs a program and gives the lines of its output as they come, then its standard error's last line as an error where
# it failed without a word on standard output. Ends the program when the caller is stopped.
function ReadNativeLine {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList
    )

    $encoding = [System.Text.UTF8Encoding]::new($false)
    $process = StartNative -FilePath $FilePath -ArgumentList $ArgumentList -Encoding $encoding
    try {
        $errorOutput = $process.StandardError.ReadToEndAsync()
        SendText -Process $process
        $silent = $true
        while ($null -ne ($line = $process.StandardOutput.ReadLine())) {
            $silent = $false
            $line
        }
        $process.WaitForExit()
        if ($silent -and $process.ExitCode -ne 0) {
            throw (NewErrorRecord -Id CollectorFailed -TargetObject $FilePath -Message (
                    "The collector ended with exit code $($process.ExitCode): $($errorOutput.Result.Trim())"))
        }
    }
    finally {
        if (-not $process.HasExited) { $process.Kill() }
        $process.Dispose()
    }
}
