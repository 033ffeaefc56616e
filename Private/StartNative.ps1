# Starts a program with all three streams redirected, as text in the encoding given, and hands it InputText. Nothing
# secret may be an argument; a secret goes in by InputText.
function StartNative {
    [CmdletBinding()]
    [OutputType([System.Diagnostics.Process])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList,
        [AllowEmptyString()] [string] $InputText,
        [System.Text.Encoding] $Encoding
    )

    $start = [System.Diagnostics.ProcessStartInfo]::new($FilePath, (JoinArguments $ArgumentList))
    # Relative paths mean this session's location, which is not the process's.
    $start.WorkingDirectory = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = $Encoding
    $start.StandardErrorEncoding = $Encoding
    Write-Debug "$FilePath $($start.Arguments)"

    $process = [System.Diagnostics.Process]::Start($start)
    $bytes = [System.Text.Encoding]::UTF8.GetBytes($InputText)
    try {
        $process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
        $process.StandardInput.Close()
    }
    catch [System.IO.IOException] {
        # It ended without reading: its exit code tells why.
        Write-Debug "Standard input was not read: $($_.Exception.Message)"
    }
    $process
}
