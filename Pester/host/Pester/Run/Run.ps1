# Runs what discovery found: blocks in order, tests inside them, teardown whatever happens.

function TestWanted {
    param($Item, $Filter)

    $tags = @(); $skip = $false; $path = @()
    for ($node = $Item; $null -ne $node; $node = $node.Parent) {
        $tags += $node.Tag
        $skip = $skip -or $node.Skip
        if ($node.Kind -ne 'File') { $path = @($node.Name) + $path }
    }
    $full = $path -join '.'
    if ($Filter.ExcludeTag.Count -gt 0 -and @($tags | Where-Object { MatchAny $_ $Filter.ExcludeTag }).Count -gt 0) { return $false }
    $byTag = $Filter.Tag.Count -eq 0 -or @($tags | Where-Object { MatchAny $_ $Filter.Tag }).Count -gt 0
    $byName = $Filter.FullName.Count -eq 0 -or (MatchAny $full $Filter.FullName)
    $byTag -and $byName
}

function MatchAny {
    param($Value, $Patterns)

    foreach ($pattern in $Patterns) { if ($Value -like $pattern) { return $true } }
    $false
}

function TestSkipped {
    param($Item)

    for ($node = $Item; $null -ne $node; $node = $node.Parent) { if ($node.Skip) { return $true } }
    $false
}

function GetTests {
    param($Block)

    foreach ($child in $Block.Children) { if ($child.Kind -eq 'It') { $child } else { GetTests $child } }
}

function RunBlock {
    param($Block, $Depth)

    $tests = @(GetTests $Block | Where-Object { $_.Result -ne 'NotRun' })
    if ($tests.Count -eq 0) { return }
    if ($Block.Kind -ne 'File') { WriteBlock $Block $Depth }
    $active = @($tests | Where-Object { -not (TestSkipped $_) }).Count -gt 0
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $outer = $script:State.Block
    $script:State.Block = $Block
    $drive = GetDriveContent
    try {
        $setup = if ($active) { $Block.BeforeAll.ToArray() } else { @() }
        $teardown = if ($active) { $Block.AfterAll.ToArray() } else { @() }
        $inner = [PsutilAgent.PowerShellHost.ScriptScopes]::Bind({ RunChildren }, $ExecutionContext.SessionState)
        $script:State.Depth = $Depth
        $null = InvokeFrame -SessionState $Block.SessionState -Variables (JoinVariables $Block) -Setup $setup -Inner $inner -Teardown $teardown -IsFile:($Block.Kind -eq 'File')
    }
    catch {
        $Block.Result = 'Failed'
        $Block.ErrorRecord = $_
        foreach ($test in $tests) { if ($null -eq $test.Result) { $test.Result = 'Failed'; $test.ErrorRecord = $_; WriteTest $test $Depth } }
        WriteBlockFailure $Block $Depth
    }
    finally {
        RemoveMocks $Block
        RestoreDrive $drive
        $script:State.Block = $outer
        $Block.Duration = $watch.Elapsed
    }
}

function RunChildren {
    $block = $script:State.Block
    $depth = $script:State.Depth
    foreach ($child in $block.Children) {
        if ($child.Kind -eq 'It') { RunTest $child $depth } else { RunBlock $child ($depth + 1) }
        $script:State.Depth = $depth
    }
}

function JoinVariables {
    param($Block)

    $variables = [ordered]@{}
    foreach ($pair in $Block.Variables.GetEnumerator()) { $variables[$pair.Key] = $pair.Value }
    if ($Block.Kind -eq 'File') { $variables['TestDrive'] = $script:State.TestDrive }
    $variables
}

function RunTest {
    param($Test, $Depth)

    if ($Test.Result -eq 'NotRun') { return }
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $script:State.Test = $Test
    try {
        $Test.Name = ExpandName $Test.Name (GatherVariables $Test)
        if (TestSkipped $Test) { $Test.Result = 'Skipped' }
        else {
            $before = @(); $after = @()
            for ($node = $Test.Parent; $null -ne $node; $node = $node.Parent) {
                $before = @($node.BeforeEach) + $before
                $after += @($node.AfterEach)
            }
            $named = @{}
            foreach ($pair in $Test.Variables.GetEnumerator()) { if ($pair.Key -ne '_') { $named[$pair.Key] = $pair.Value } }
            $body = $Test.Body
            $setup = @($before) + @($body)
            $variables = $Test.Variables
            if ($null -ne $body.Ast.ParamBlock) {
                $setup = @($before) + @([PsutilAgent.PowerShellHost.ScriptScopes]::Bind({ . $PesterTestBody @PesterTestData }, $Test.SessionState))
                $variables = [ordered]@{ PesterTestBody = $body; PesterTestData = $named }
                foreach ($pair in $Test.Variables.GetEnumerator()) { $variables[$pair.Key] = $pair.Value }
            }
            $null = InvokeFrame -SessionState $Test.SessionState -Variables $variables -Setup $setup -Teardown $after
            $Test.Result = 'Passed'
        }
    }
    catch {
        $Test.ErrorRecord = $_
        $Test.Result = switch ($_.FullyQualifiedErrorId) {
            'PesterTestSkipped' { 'Skipped' }
            'PesterTestInconclusive' { 'Inconclusive' }
            'PesterTestPending' { 'Skipped' }
            default { 'Failed' }
        }
    }
    finally {
        RemoveMocks $Test
        $script:State.Test = $null
        $Test.Duration = $watch.Elapsed
    }
    WriteTest $Test $Depth
}

function GatherVariables {
    param($Item)

    $variables = [ordered]@{}
    for ($node = $Item; $null -ne $node; $node = $node.Parent) {
        foreach ($pair in $node.Variables.GetEnumerator()) { if (-not $variables.Contains($pair.Key)) { $variables[$pair.Key] = $pair.Value } }
    }
    $variables
}
