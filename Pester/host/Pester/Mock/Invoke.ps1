# Should -Invoke and InModuleScope.

function AssertInvoke {
    param($Options)

    $bound = $Options.Bound
    $moduleName = if ($bound.ContainsKey('ModuleName')) { $bound['ModuleName'] } else { '' }
    $target = FindTarget $moduleName $Options.Caller
    $hook = FindHook $Options.Expected $target
    if ($null -eq $hook -and $null -ne $Options.Caller.Module -and -not $moduleName) { $hook = FindHook $Options.Expected $script:State.Block.SessionState }
    if ($null -eq $hook) {
        $where = if ($moduleName) { " in module $moduleName" } else { '' }
        throw [System.Exception]::new("Should -Invoke: Could not find Mock for command $($Options.Expected)$where. Was the mock defined? Did you use the same -ModuleName as on the Mock?")
    }
    $frame = FindScope $(if ($bound.ContainsKey('Scope')) { $bound['Scope'] } else { '' })
    $calls = @($script:State.Calls | Where-Object { $_.Hook -eq $hook.Id } | Where-Object { TestWithin $_ $frame })
    if ($bound.ContainsKey('ParameterFilter')) {
        $calls = @($calls | Where-Object { TestFilter $bound['ParameterFilter'] $_.Bound $_.Rest $_.Parameters })
    }
    $times = if ($bound.ContainsKey('Times')) { $bound['Times'] } else { 1 }
    $exactly = ($bound.ContainsKey('Exactly') -and $bound['Exactly']) -or ($times -eq 0 -and -not $Options.Not)
    $because = if ($bound.ContainsKey('Because')) { $bound['Because'] } else { '' }
    $passes = if ($exactly) { $calls.Count -eq $times } else { $calls.Count -ge $times }
    if ($passes -ne $Options.Not) { return }
    $what = if ($exactly) { "$times times exactly" } else { "at least $times times" }
    $negation = if ($Options.Not) { 'not ' } else { '' }
    FailShould "Expected $($Options.Expected) to ${negation}be called $what,{because} but was called $($calls.Count) times" $because
}

function TestWithin {
    param($Call, $Frame)

    foreach ($node in $Call.Frames) { if ([object]::ReferenceEquals($node, $Frame)) { return $true } }
    $false
}

# It, Describe, Context, or how many blocks up; where one is when absent.
function FindScope {
    param($Scope)

    $frames = @(GetFrames)
    if (-not $Scope) { return $frames[0] }
    $number = 0
    if ([int]::TryParse($Scope, [ref]$number)) { return $frames[[math]::Min($number, $frames.Count - 1)] }
    foreach ($node in $frames) { if ($node.Kind -eq $Scope) { return $node } }
    throw [System.ArgumentException]::new("Should -Invoke: there is no $Scope around this assertion.")
}

function AssertVerifiable {
    param($Options)

    $missing = @(foreach ($hook in $script:State.Mocks) { foreach ($behavior in $hook.Behaviors) { if ($behavior.Verifiable -and -not $behavior.Called) { $hook.Name } } })
    if (($missing.Count -eq 0) -ne $Options.Not) { return }
    FailShould "Expected all verifiable mocks to be called,{because} but these were not: $($missing -join ', ')" ''
}

function InModuleScope {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0)][string] $ModuleName,
        [Parameter(Mandatory = $true, Position = 1)][scriptblock] $ScriptBlock,
        [System.Collections.IDictionary] $Parameters = @{},
        [object[]] $ArgumentList = @()
    )
    $state = (FindModule $ModuleName).SessionState
    $body = [PsutilAgent.PowerShellHost.ScriptScopes]::Bind($ScriptBlock, $state)
    $named = @{}
    if ($null -ne $ScriptBlock.Ast.ParamBlock) { foreach ($key in $Parameters.Keys) { $named["$key"] = $Parameters[$key] } }
    InvokeWith -SessionState $state -Body $body -Variables $Parameters -Named $named -Plain $ArgumentList
}
