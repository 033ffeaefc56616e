# Whether a call of a cmdlet may draw on the console: typed at the prompt by itself, not into a variable or a pipeline, at a console
# whose input and output nobody redirected.
function TestInteractive {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)] [System.Management.Automation.InvocationInfo] $Invocation)

    if ((GetHostName) -ne 'ConsoleHost' -or $Invocation.CommandOrigin -ne 'Runspace' -or $Invocation.PipelinePosition -ne $Invocation.PipelineLength) { return $false }
    if ([Console]::IsInputRedirected -or [Console]::IsOutputRedirected) { return $false }
    $tree = [System.Management.Automation.Language.Parser]::ParseInput($Invocation.Line, [ref]$null, [ref]$null)
    $statements = @($tree.EndBlock.Statements)
    if ($statements.Count -ne 1 -or $statements[0] -isnot [System.Management.Automation.Language.PipelineAst]) { return $false }
    $elements = @($statements[0].PipelineElements)
    # What comes before it, such as Get-PsutilMonitor, is no reader.
    $last = $elements[$elements.Count - 1]
    $last -is [System.Management.Automation.Language.CommandAst] -and $last.Redirections.Count -eq 0 -and $last.GetCommandName() -eq $Invocation.InvocationName
}

# The name of the program that PowerShell runs in.
function GetHostName {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $Host.Name
}

# Runs the collector on this console, which is its own until it ends.
function InvokeOnConsole {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [string[]] $ArgumentList
    )

    try {
        $process = StartNative -FilePath $FilePath -ArgumentList $ArgumentList -OnConsole
    }
    catch {
        throw (NewRunError -FilePath $FilePath -Cause $_.Exception)
    }
    try {
        while (-not $process.WaitForExit(100)) { }
        # It has said on the console what was wrong.
        if ($process.ExitCode -ne 0) {
            throw (NewErrorRecord -Id CollectorFailed -TargetObject $FilePath -Message "The collector ended with exit code $($process.ExitCode).")
        }
    }
    finally {
        StopNative $process
    }
}

# The words of a collector's call that reads these methods, each with the arguments.
function GetCallWord {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string[]] $Method,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Argument,
        [string] $ResultArgument
    )

    foreach ($name in $Method) {
        $name
        foreach ($key in $Argument.Keys) { "$key=" + (ConvertToArgumentText $Argument[$key]) }
    }
    if ($ResultArgument) { "--result-argument=$ResultArgument" }
}

# The value of an argument as the collector's command line takes it.
function ConvertToArgumentText {
    [CmdletBinding()]
    [OutputType([string])]
    param([AllowNull()] [object] $Value)

    if ($Value -is [string]) { $Value } else { ConvertToJsonText $Value }
}

# The values of monitors that are new since the last look, and all at the first; Count looks, without one until the caller is stopped.
function ReadMonitorValue {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Value')]
    param(
        [Parameter(Mandatory)] [string[]] $Name,
        [Parameter(Mandatory)] [double] $Interval,
        [int] $Count
    )

    $seen = @{}
    for ($look = 1; ; $look++) {
        $waited = [System.Diagnostics.Stopwatch]::StartNew()
        foreach ($monitor in $Name) {
            $status = ReadStatus (GetMonitorPath $monitor).Status
            $reports = GetValue $status 'entries'
            foreach ($report in $reports) {
                $key = "$monitor|$(GetValue $report 'index')|$(GetValue $report 'name')"
                $version = "$(GetValue (GetValue $report 'last') 'time')|$(GetValue $report 'fault')"
                if ($seen[$key] -eq $version) { continue }
                $seen[$key] = $version
                GetEntryValue (NewEntryObject -Report $report -Monitor $monitor)
            }
        }
        if ($Count -and $look -ge $Count) { return }
        $left = $Interval * 1000 - $waited.ElapsedMilliseconds
        if ($left -gt 0) { Start-Sleep -Milliseconds ([int]$left) }
    }
}
