# Runs a program to its end and gives ExitCode, Output and ErrorOutput. What a program writes to stderr is no
# PowerShell error this way. Throws TimeoutException after Timeout seconds, and where something that the program started
# keeps its output open; ends the program when the caller is stopped.
function InvokeNative {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList,
        [AllowEmptyString()] [string] $InputText = '',
        [System.Text.Encoding] $Encoding = [System.Text.UTF8Encoding]::new($false),
        [int] $Timeout = 60
    )

    $process = StartNative -FilePath $FilePath -ArgumentList $ArgumentList -Encoding $Encoding
    try {
        $output = $process.StandardOutput.ReadToEndAsync()
        $errorOutput = $process.StandardError.ReadToEndAsync()
        if (-not (SendText -Process $process -Text $InputText -Timeout $Timeout) -or
            -not (WaitNative -Process $process -Task $output, $errorOutput -Timeout $Timeout) -or
            -not $process.WaitForExit($Timeout * 1000)) {
            throw [System.TimeoutException]::new("$FilePath did not end and close its output within $Timeout seconds.")
        }
        [pscustomobject]@{
            ExitCode    = $process.ExitCode
            Output      = $output.Result
            ErrorOutput = $errorOutput.Result
        }
    }
    finally {
        EndNative $process
    }
}
