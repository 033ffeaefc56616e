# Runs the engine that runs this test once more: dot-source it in BeforeAll.
$engine = [System.Diagnostics.Process]::GetCurrentProcess().MainModule.FileName

# Runs the engine with files behind its streams, since pipes of Linux do not work under Wine.
function Invoke-Engine {
    param([string[]] $Argument, [string] $InputText = '')
    $start = [System.Diagnostics.ProcessStartInfo]::new($engine)
    foreach ($item in @('-NoProfile', '-NonInteractive') + $Argument) { $start.ArgumentList.Add($item) }
    $start.UseShellExecute = $false
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = [System.Text.Encoding]::UTF8
    $process = [System.Diagnostics.Process]::Start($start)
    $errorText = $process.StandardError.ReadToEndAsync()
    $process.StandardInput.Write($InputText)
    $process.StandardInput.Close()
    $output = $process.StandardOutput.ReadToEnd()
    $process.WaitForExit()
    [pscustomobject]@{ Code = $process.ExitCode; Output = $output.Trim() -replace "`r"; Error = $errorText.Result }
}

function New-Script {
    param([string] $Text)
    $path = Join-Path $TestDrive "$([guid]::NewGuid().ToString('n')).ps1"
    [System.IO.File]::WriteAllText($path, $Text)
    $path
}
