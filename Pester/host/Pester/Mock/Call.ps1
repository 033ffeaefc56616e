# What happens when a mocked command is called.

function CallMock {
    param($Id, $Bound, $Rest, $Caller)

    $hook = @($script:State.Mocks | Where-Object { $_.Id -eq $Id })[0]
    $values = [ordered]@{}
    foreach ($pair in $Bound.GetEnumerator()) { $values[$pair.Key] = $pair.Value }
    $script:State.Calls.Add(@{ Hook = $hook.Id; Name = $hook.Name; ModuleName = $hook.ModuleName; Bound = $values; Rest = @($Rest); Frames = @(GetFrames); Parameters = $hook.Parameters })
    $default = $null
    $chosen = $null
    foreach ($behavior in $hook.Behaviors) {
        if ($null -eq $behavior.Filter) { if ($null -eq $default) { $default = $behavior }; continue }
        if (TestFilter $behavior.Filter $values $Rest $hook.Parameters) { $chosen = $behavior; break }
    }
    if ($null -eq $chosen) { $chosen = $default }
    if ($null -eq $chosen) {
        # Pester 5 would run the real command and Pester 6 throws: tests that run on both have a mock for all other calls.
        throw [System.InvalidOperationException]::new(
            "No mock of $($hook.Name) fits this call: no filter matched, and there is no mock without one. Add one for all other calls.")
    }
    $chosen.Called = $true
    $variables = [ordered]@{ PesterBoundParameters = $values }
    foreach ($pair in $values.GetEnumerator()) { $variables[$pair.Key] = $pair.Value }
    foreach ($pair in (GetAliasValues $values $hook.Parameters).GetEnumerator()) { $variables[$pair.Key] = $pair.Value }
    $named = @{}
    if ($null -ne $chosen.Body.Ast.ParamBlock) {
        foreach ($parameter in $chosen.Body.Ast.ParamBlock.Parameters) {
            $name = $parameter.Name.VariablePath.UserPath
            if ($values.Contains($name)) { $named[$name] = $values[$name] }
        }
    }
    InvokeBody $chosen.Body $variables $named @($Rest)
}

# The test or block that runs now, and all around it.
function GetFrames {
    $node = if ($null -ne $script:State.Test) { $script:State.Test } else { $script:State.Block }
    while ($null -ne $node) { $node; $node = $node.Parent }
}

function GetAliasValues {
    param($Values, $Parameters)

    $aliases = @{}
    foreach ($parameter in $Parameters) {
        if ($Values.Contains($parameter.Name)) { foreach ($alias in $parameter.Aliases) { $aliases[$alias] = $Values[$parameter.Name] } }
    }
    $aliases
}

# A filter sees every parameter of the command: those that were not given are $null.
function TestFilter {
    param([scriptblock] $Filter, $Values, $Rest, $Parameters)

    $variables = [ordered]@{ PesterBoundParameters = $Values }
    foreach ($parameter in $Parameters) { $variables[$parameter.Name] = $null; foreach ($alias in $parameter.Aliases) { $variables[$alias] = $null } }
    foreach ($pair in $Values.GetEnumerator()) { $variables[$pair.Key] = $pair.Value }
    foreach ($pair in (GetAliasValues $Values $Parameters).GetEnumerator()) { $variables[$pair.Key] = $pair.Value }
    $result = @(InvokeBody $Filter $variables @{} @($Rest))
    $result.Count -gt 0 -and [bool]$result[-1]
}

# Runs a script block where it was written, with variables around it.
function InvokeBody {
    param([scriptblock] $Body, $Variables, $Named, $Plain)

    $state = [PsutilAgent.PowerShellHost.ScriptScopes]::StateOf($Body, $ExecutionContext.SessionState)
    InvokeWith -SessionState $state -Body $Body -Variables $Variables -Named $Named -Plain $Plain
}
