# Invoke-Pester: discovery of every file, then the run, then the result.

function Invoke-Pester {
    [CmdletBinding(DefaultParameterSetName = 'Simple')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Simple')][string[]] $Path = @('.'),
        [Parameter(ParameterSetName = 'Simple')][Alias('Tag')][string[]] $TagFilter = @(),
        [Parameter(ParameterSetName = 'Simple')][Alias('ExcludeTag')][string[]] $ExcludeTagFilter = @(),
        [Parameter(ParameterSetName = 'Simple')][string[]] $FullNameFilter = @(),
        [Parameter(ParameterSetName = 'Simple')][ValidateSet('None', 'Normal', 'Detailed', 'Diagnostic')][string] $Output = 'Normal',
        [Parameter(ParameterSetName = 'Simple')][switch] $CI,
        [Parameter(ParameterSetName = 'Simple')][switch] $PassThru,
        [Parameter(ParameterSetName = 'Advanced', Mandatory = $true)] $Configuration
    )
    if ($PSCmdlet.ParameterSetName -eq 'Simple') {
        $Configuration = New-PesterConfiguration @{
            Run = @{ Path = $Path; PassThru = [bool]$PassThru; Exit = [bool]$CI }
            Output = @{ Verbosity = $Output }
            Filter = @{ Tag = $TagFilter; ExcludeTag = $ExcludeTagFilter; FullName = $FullNameFilter }
        }
    }
    elseif ($Configuration -is [System.Collections.IDictionary]) { $Configuration = New-PesterConfiguration $Configuration }

    $outer = $script:State
    $script:State = @{
        Verbosity = $Configuration.Output.Verbosity; Discovering = $null; Block = $null; Test = $null; Depth = 0
        TestDrive = $null; Mocks = [System.Collections.Generic.List[object]]::new(); Calls = [System.Collections.Generic.List[object]]::new()
    }
    try { $run = InvokeRun $Configuration $PSCmdlet.SessionState }
    finally { $script:State = $outer }

    if ($Configuration.Run.PassThru) { $run }
    $failures = $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
    if ($Configuration.Run.Throw -and $failures -gt 0) { throw "Pester run failed, because $($run.FailedCount) tests failed." }
    if ($Configuration.Run.Exit) { if ($failures -gt 0) { exit $failures } }
}

function FindTestFiles {
    param($Run)

    foreach ($path in $Run.Path) {
        foreach ($item in Microsoft.PowerShell.Management\Get-Item -Path $path -ErrorAction Stop) {
            if ($item -is [System.IO.DirectoryInfo]) {
                $files = [System.IO.Directory]::GetFiles($item.FullName, "*$($Run.TestExtension)", 'AllDirectories')
                [array]::Sort($files, [System.StringComparer]::OrdinalIgnoreCase)
                foreach ($file in $files) { if (-not (MatchAny $file $Run.ExcludePath)) { $file } }
            }
            else { $item.FullName }
        }
    }
}

function InvokeRun {
    param($Configuration, $Caller)

    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $failedContainers = @()
    $roots = foreach ($file in FindTestFiles $Configuration.Run) {
        $root = NewBlock 'File' $file $null @() $false
        $root.File = $file
        $root.SessionState = $Caller
        $script:State.Discovering = $root
        try {
            NewTestDrive
            $read = { . $PesterFile }
            $null = InvokeFrame -SessionState $Caller -IsFile -Variables @{ PesterFile = $file } -Setup @([PsutilAgent.PowerShellHost.ScriptScopes]::Bind($read, $Caller))
            $root
        }
        catch {
            $failedContainers += $file
            WriteOut "[-] Discovery in $file failed with:"
            WriteFailure $_ 0
        }
        finally {
            $script:State.Discovering = $null
            RemoveTestDrive
        }
    }
    $tests = @(foreach ($root in @($roots)) { GetTests $root })
    foreach ($test in $tests) { if (-not (TestWanted $test $Configuration.Filter)) { $test.Result = 'NotRun' } }
    foreach ($root in @($roots)) {
        if (@(GetTests $root | Where-Object { $_.Result -ne 'NotRun' }).Count -eq 0) { continue }
        WriteOut "Running tests from '$($root.File)'"
        NewTestDrive
        try { RunBlock $root 0 } finally { RemoveTestDrive; $script:State.TestDrive = $null }
    }
    $run = NewResult $tests @($roots) $failedContainers $watch.Elapsed
    WriteSummary $run
    $run
}

function NewResult {
    param($Tests, $Roots, $FailedContainers, $Duration)

    $count = { param($result) @($Tests | Where-Object { $_.Result -eq $result }).Count }
    $blocks = @(foreach ($root in $Roots) { GetFailedBlocks $root })
    $failed = & $count 'Failed'
    [pscustomobject]@{
        PSTypeName = 'Pester.Run'
        Result = if ($failed + $blocks.Count + @($FailedContainers).Count -gt 0) { 'Failed' } else { 'Passed' }
        TotalCount = $Tests.Count; PassedCount = & $count 'Passed'; FailedCount = $failed; SkippedCount = & $count 'Skipped'
        InconclusiveCount = & $count 'Inconclusive'; NotRunCount = & $count 'NotRun'
        FailedBlocksCount = $blocks.Count; FailedContainersCount = @($FailedContainers).Count; FailedContainers = @($FailedContainers)
        Duration = $Duration; Tests = $Tests; Failed = @($Tests | Where-Object { $_.Result -eq 'Failed' })
        Version = '5.0.0-standin'
    }
}

function GetFailedBlocks {
    param($Block)

    if ($Block.Result -eq 'Failed') { $Block }
    foreach ($child in $Block.Children) { if ($child.Kind -ne 'It') { GetFailedBlocks $child } }
}

function Set-ItResult {
    [CmdletBinding()]
    param(
        [Parameter(ParameterSetName = 'Inconclusive', Mandatory = $true)][switch] $Inconclusive,
        [Parameter(ParameterSetName = 'Skipped', Mandatory = $true)][switch] $Skipped,
        [Parameter(ParameterSetName = 'Pending', Mandatory = $true)][switch] $Pending,
        [string] $Because
    )
    $result = $PSCmdlet.ParameterSetName
    $text = if ($Because) { "is $($result.ToLower()), because $Because" } else { "is $($result.ToLower())" }
    throw [System.Management.Automation.ErrorRecord]::new([System.Exception]::new($text), "PesterTest$result", 'InvalidResult', $null)
}
