# Runs a program to its end and gives ExitCode, Output and ErrorOutput. What a program writes to stderr is no
# PowerShell error this way. Throws TimeoutException where it has not ended after Timeout seconds; ends the program then, and
# when the caller is stopped.
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
        $streams = [System.IO.MemoryStream]::new(), [System.IO.MemoryStream]::new()
        $reading = $process.StandardOutput.BaseStream.CopyToAsync($streams[0]), $process.StandardError.BaseStream.CopyToAsync($streams[1])
        if (-not (SendText -Process $process -Text $InputText -Timeout $Timeout) -or
            -not (WaitNative -Process $process -Task $reading -Timeout $Timeout) -or
            -not $process.WaitForExit($Timeout * 1000)) {
            throw [System.TimeoutException]::new("$FilePath did not end within $Timeout seconds.")
        }
        $text = foreach ($stream in $streams) { [System.IO.StreamReader]::new([System.IO.MemoryStream]::new($stream.ToArray()), $Encoding).ReadToEnd() }
        [pscustomobject]@{
            ExitCode    = $process.ExitCode
            Output      = $text[0]
            ErrorOutput = $text[1]
        }
    }
    finally {
        EndNative $process
    }
}
