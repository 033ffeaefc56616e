# What a run shows: a line for each test in detailed output, failures always, and a closing count.

function WriteOut {
    param($Text)

    if ($script:State.Verbosity -ne 'None') { Microsoft.PowerShell.Utility\Write-Host $Text }
}

function FormatDuration {
    param([timespan] $Duration)

    if ($Duration.TotalSeconds -ge 1) { '{0:0.##}s' -f $Duration.TotalSeconds } else { '{0}ms' -f [int]$Duration.TotalMilliseconds }
}

function WriteBlock {
    param($Block, $Depth)

    if ($script:State.Verbosity -in 'Detailed', 'Diagnostic') { WriteOut ((' ' * $Depth) + "$($Block.Kind -replace 'Describe', 'Describing') $($Block.Name)") }
}

function WriteTest {
    param($Test, $Depth)

    $mark = switch ($Test.Result) { 'Passed' { '[+]' } 'Failed' { '[-]' } 'Skipped' { '[!]' } default { '[?]' } }
    $detailed = $script:State.Verbosity -in 'Detailed', 'Diagnostic'
    if (-not $detailed -and $Test.Result -ne 'Failed') { return }
    $name = if ($detailed) { $Test.Name } else { GetPath $Test }
    $why = if ($Test.Result -in 'Skipped', 'Inconclusive' -and $null -ne $Test.ErrorRecord) { " $($Test.ErrorRecord.Exception.Message)" } else { '' }
    WriteOut ((' ' * ($Depth + 1)) + "$mark $name$why $(FormatDuration $Test.Duration)")
    if ($Test.Result -eq 'Failed') { WriteFailure $Test.ErrorRecord $Depth }
}

function GetPath {
    param($Item)

    $names = @()
    for ($node = $Item; $null -ne $node; $node = $node.Parent) { if ($node.Kind -ne 'File') { $names = @($node.Name) + $names } }
    $names -join '.'
}

function WriteFailure {
    param($ErrorRecord, $Depth)

    $margin = ' ' * ($Depth + 2)
    foreach ($line in "$($ErrorRecord.Exception.Message)".Split("`n")) { WriteOut ($margin + $line.TrimEnd()) }
    foreach ($line in "$($ErrorRecord.ScriptStackTrace)".Split("`n")) {
        if ($line -notmatch '[/\\]Modules[/\\]Pester[/\\]') { WriteOut ($margin + $line.TrimEnd()) }
    }
}

function WriteBlockFailure {
    param($Block, $Depth)

    $name = if ($Block.Kind -eq 'File') { $Block.File } else { "$($Block.Kind) $(GetPath $Block)" }
    WriteOut ((' ' * $Depth) + "[-] $name failed")
    WriteFailure $Block.ErrorRecord $Depth
}

function WriteSummary {
    param($Run)

    WriteOut "Tests completed in $(FormatDuration $Run.Duration)"
    WriteOut ("Tests Passed: {0}, Failed: {1}, Skipped: {2}, Inconclusive: {3}, NotRun: {4}" -f
        $Run.PassedCount, $Run.FailedCount, $Run.SkippedCount, $Run.InconclusiveCount, $Run.NotRunCount)
    foreach ($container in $Run.FailedContainers) { WriteOut "Container failed: $container" }
    if ($Run.FailedBlocksCount -gt 0) { WriteOut "BeforeAll \ AfterAll failed: $($Run.FailedBlocksCount)" }
}
