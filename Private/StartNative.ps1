# Starts a program with all three streams redirected, its output as text in the encoding given. Nothing secret may be an
# argument: any user may read a command line.
function StartNative {
    [CmdletBinding()]
    [OutputType([System.Diagnostics.Process])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList,
        [System.Text.Encoding] $Encoding
    )

    $start = [System.Diagnostics.ProcessStartInfo]::new($FilePath, (JoinArguments $ArgumentList))
    # Relative paths mean this session's location, which is not the process's. In a folder that is gone nothing starts.
    $folder = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath
    if ([System.IO.Directory]::Exists($folder)) { $start.WorkingDirectory = $folder }
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = $Encoding
    $start.StandardErrorEncoding = $Encoding
    Write-Debug "$FilePath $($start.Arguments)"

    # A virus scanner holds a program that was just unpacked, and lets it go within a second.
    for ($left = 3; ; $left--) {
        try {
            return [System.Diagnostics.Process]::Start($start)
        }
        catch {
            $cause = $_.Exception.GetBaseException()
            $noSuchFile = 2
            if ($left -eq 0 -or $cause -isnot [System.ComponentModel.Win32Exception] -or $cause.NativeErrorCode -eq $noSuchFile) { throw }
            Start-Sleep -Milliseconds 300
        }
    }
}
