# Runs scripts for a test, one after another, each in a runspace of its own with an environment of its own, as a line of JSON from the
# test's port asks, and answers with one each. A PowerShell of its own would cost each of them ten times its work under Wine.
[CmdletBinding()]
param([Parameter(Mandatory)] [int] $Port)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$stream = (New-Object System.Net.Sockets.TcpClient '127.0.0.1', $Port).GetStream()
$reader = New-Object System.IO.StreamReader $stream
$writer = New-Object System.IO.StreamWriter $stream
# In a script of its own, so that `exit` ends that alone, as it ends a PowerShell.
$run = 'param($Path) & $Path; $global:code = if (Test-Path variable:global:LASTEXITCODE) { $LASTEXITCODE } else { 0 }'

while ($null -ne ($line = $reader.ReadLine())) {
    $asked = ConvertFrom-Json -InputObject $line
    $before = [System.Environment]::GetEnvironmentVariables()
    foreach ($variable in $asked.env.PSObject.Properties) { [System.Environment]::SetEnvironmentVariable($variable.Name, $variable.Value) }
    $runspace = [runspacefactory]::CreateRunspace($Host, [initialsessionstate]::CreateDefault2())
    $runspace.Open()
    $shell = [powershell]::Create()
    $shell.Runspace = $runspace
    $code = 1
    $output = @()
    try {
        $output = @($shell.AddScript($run).AddArgument($asked.path).Invoke() | ForEach-Object { "$_" })
        $code = $runspace.SessionStateProxy.GetVariable('code')
        foreach ($fault in $shell.Streams.Error) { [System.Console]::Error.WriteLine("$fault") }
    }
    catch { [System.Console]::Error.WriteLine("$_") }
    finally {
        $shell.Dispose()
        $runspace.Dispose()
    }
    foreach ($name in @([System.Environment]::GetEnvironmentVariables().Keys)) {
        if (-not $before.ContainsKey($name)) { [System.Environment]::SetEnvironmentVariable($name, $null) }
    }
    foreach ($name in @($before.Keys)) { [System.Environment]::SetEnvironmentVariable($name, $before[$name]) }
    $writer.WriteLine((ConvertTo-Json -InputObject @{ code = $code; out = $output -join "`n" } -Compress))
    $writer.Flush()
}
