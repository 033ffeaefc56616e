# One collector that answers for a session of tests, where the module would start one for each call: a start costs a hundred times what
# most calls do. The first call of each kind starts one as it ships, and what that says of a configuration this one must say, too.
Set-StrictMode -Version Latest

$script:Server = $null
# The functions that start a collector for real.
$script:Real = @{}
$script:Started = [System.Collections.Generic.HashSet[string]]::new()

# Puts itself in the place of what starts the collector, in the module under test: as long as that is loaded, so after each import of it.
function Install-CollectorServer {
    $fakes = @{}
    foreach ($name in 'InvokeNative', 'ReadNativeLine') { $fakes[$name] = "Invoke-CollectorServer -Name $name -Parameters `$PSBoundParameters" }
    $script:Real = Set-ModuleFunction $fakes
}

# Gives functions of the module under test other bodies, by name; their parameters stay. Gives the functions as they were, by name.
function Set-ModuleFunction {
    param([System.Collections.IDictionary] $Body)

    & (Get-Module -Name PsutilAgent) {
        param($Body)
        $former = @{}
        foreach ($name in $Body.Keys) {
            $former[$name] = (Get-Item -Path "function:$name").ScriptBlock
            $tree = $former[$name].Ast
            # Of one that has been replaced it is the body itself.
            if ($tree -is [System.Management.Automation.Language.FunctionDefinitionAst]) { $tree = $tree.Body }
            $parameters = if ($tree.ParamBlock) { $tree.ParamBlock.Extent.Text } else { 'param()' }
            Set-Item -Path "function:script:$name" -Value ([scriptblock]::Create("[CmdletBinding()]`n$parameters`n$($Body[$name])"))
        }
        $former
    } $Body
}

# What InvokeNative or ReadNativeLine gives with these parameters. What is no call of the collector, or goes on, starts a program.
function Invoke-CollectorServer {
    param([string] $Name, [System.Collections.IDictionary] $Parameters)

    $launcher, $command, $more = $Parameters['ArgumentList']
    $once = $command -in 'validate', 'methods', 'check-broker', 'counters', 'init', 'doctor' -or ($command -eq 'sample' -and -not ($more -match '^--count'))
    $served = $once -and $launcher -like '*launcher.cjs' -and [System.IO.Path]::GetFileName($Parameters['FilePath']) -in 'node', 'node.exe'
    $compared = $command -in 'validate', 'methods'
    if (-not $served -or (-not $compared -and $script:Started.Add($command))) { return & $script:Real[$Name] @Parameters }

    $reply = Send-CollectorCall -Launcher $launcher -Node $Parameters['FilePath'] -Words (@($command) + $more) -InputText "$($Parameters['InputText'])"
    if ($Name -eq 'ReadNativeLine') {
        # What it says of such an end is the module's own affair.
        if ($reply.ExitCode -notin @($Parameters['ExitCode']) + 0) { return & $script:Real[$Name] @Parameters }
        return $reply.Output.Split("`n") | Where-Object { $_ }
    }
    if ($script:Started.Add($command)) {
        $real = & $script:Real[$Name] @Parameters
        foreach ($member in 'ExitCode', 'Output', 'ErrorOutput') {
            if ($reply.$member -ne $real.$member) { throw "The collector that answers for all says of '$command' another $member than one of its own: $($reply.$member) instead of $($real.$member)" }
        }
    }
    $reply
}

# Asks the collector that is there, which is started for the first call, and gives what InvokeNative does.
function Send-CollectorCall {
    param([string] $Launcher, [string] $Node, [string[]] $Words, [string] $InputText)

    if (-not $script:Server) {
        $folder = [System.IO.Path]::GetDirectoryName($Launcher)
        # As one file where each file takes long to be opened.
        $program = [System.IO.Path]::Combine($folder, 'collectorServer.cjs')
        if (-not [System.IO.File]::Exists($program)) { $program = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($folder), 'test', 'support', 'collectorServer.js') }
        $start = [System.Diagnostics.ProcessStartInfo]::new($Node, "`"$program`"")
        foreach ($variable in @($start.EnvironmentVariables.Keys)) { if ($variable -like 'NODE_*') { $start.EnvironmentVariables.Remove($variable) } }
        $start.UseShellExecute = $false
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $start.StandardOutputEncoding = [System.Text.UTF8Encoding]::new($false)
        $script:Server = [System.Diagnostics.Process]::Start($start)
    }
    $environment = @{ UV_THREADPOOL_SIZE = '64' }
    foreach ($variable in [System.Environment]::GetEnvironmentVariables().GetEnumerator()) { if ($variable.Key -notlike 'NODE_*') { $environment[$variable.Key] = $variable.Value } }
    $call = @{ words = $Words; input = $InputText; folder = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath; environment = $environment }
    $bytes = [System.Text.UTF8Encoding]::new($false).GetBytes((ConvertTo-Json -InputObject $call -Compress) + "`n")
    $stream = $script:Server.StandardInput.BaseStream
    $stream.Write($bytes, 0, $bytes.Length)
    $stream.Flush()
    $reading = $script:Server.StandardOutput.ReadLineAsync()
    if (-not $reading.Wait(120000) -or $null -eq $reading.Result) { throw "The collector that answers for all has not answered '$Words'." }
    $reply = ConvertFrom-Json -InputObject $reading.Result
    [pscustomobject]@{ ExitCode = $reply.code; Output = $reply.out; ErrorOutput = $reply.err }
}

# Ends the collector that answers for all; the next call starts another.
function Stop-CollectorServer {
    if (-not $script:Server) { return }
    $script:Server.StandardInput.Close()
    $script:Server.WaitForExit()
    $script:Server = $null
}

Export-ModuleMember -Function *-*
