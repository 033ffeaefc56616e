# Mock: puts a function in a command's place for as long as the block or test that asked for it lasts.

function Mock {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0)][string] $CommandName,
        [Parameter(Position = 1)][scriptblock] $MockWith = {},
        [switch] $Verifiable,
        [scriptblock] $ParameterFilter,
        [string] $ModuleName
    )
    if ($null -eq $script:State -or $null -eq $script:State.Block) { throw [System.InvalidOperationException]::new('Mock can only be used in BeforeAll, BeforeEach, It and the like.') }
    $target = FindTarget $ModuleName $PSCmdlet.SessionState
    $hook = FindHook $CommandName $target
    if ($null -eq $hook) { $hook = NewHook $CommandName $target }
    $frame = if ($null -ne $script:State.Test) { $script:State.Test } else { $script:State.Block }
    $hook.Behaviors.Insert(0, @{ Body = $MockWith; Filter = $ParameterFilter; Frame = $frame; Verifiable = [bool]$Verifiable; Called = $false })
}

# Where the mock lives: the named module, the module that one is in, or the test file.
function FindTarget {
    param($ModuleName, $Caller)

    if (-not $ModuleName) { return $Caller }
    (FindModule $ModuleName).SessionState
}

function FindModule {
    param($ModuleName)

    $found = @(Microsoft.PowerShell.Core\Get-Module -Name $ModuleName -All | Where-Object { $_.ModuleType -eq 'Script' -or $_.ModuleType -eq 'Manifest' } | Where-Object { $null -ne $_.SessionState })
    if ($found.Count -eq 0) { throw [System.Exception]::new("No modules named '$ModuleName' are currently loaded.") }
    if ($found.Count -gt 1) { throw [System.Exception]::new("Multiple script or manifest modules named '$ModuleName' are currently loaded. Make sure to remove any extra copies of the module from your session before testing.") }
    $found[0]
}

function FindHook {
    param($Name, $Target)

    $module = if ($null -ne $Target.Module) { $Target.Module.Name } else { '' }
    foreach ($hook in $script:State.Mocks) {
        if ($hook.ModuleName -eq $module -and ($hook.Name -eq $Name -or $hook.Original.Name -eq $Name)) { return $hook }
    }
    $null
}

function NewHook {
    param($Name, $Target)

    $find = [PsutilAgent.PowerShellHost.ScriptScopes]::Bind({ param($PesterName) $ExecutionContext.InvokeCommand.GetCommand($PesterName, 'All') }, $Target)
    $original = & $find $Name
    while ($null -ne $original -and $original.CommandType -eq 'Alias') { $original = $original.ResolvedCommand }
    if ($null -eq $original) { throw [System.Management.Automation.CommandNotFoundException]::new("Could not find Command $Name") }
    $id = [guid]::NewGuid().ToString('n')
    $hook = @{
        Id = $id; Name = $Name; Original = $original; Target = $Target; FunctionName = "PesterMock_$id"
        ModuleName = $(if ($null -ne $Target.Module) { $Target.Module.Name } else { '' })
        Behaviors = [System.Collections.Generic.List[object]]::new(); Parameters = @(); Aliases = @($Name, $original.Name | Select-Object -Unique)
    }
    [PsutilAgent.PowerShellHost.ScriptScopes]::Keep($id, [PsutilAgent.PowerShellHost.ScriptScopes]::Bind({ param($Id, $Bound, $Rest, $Caller) CallMock $Id $Bound $Rest $Caller }, $ExecutionContext.SessionState))
    [PsutilAgent.PowerShellHost.ScriptScopes]::SetFunction($Target, $hook.FunctionName, (NewMockScript $hook))
    foreach ($alias in $hook.Aliases) { [PsutilAgent.PowerShellHost.ScriptScopes]::SetAlias($Target, $alias, $hook.FunctionName) }
    $script:State.Mocks.Add($hook)
    $hook
}

# The function that stands in: the command's own parameters, so that binding is the command's own.
function NewMockScript {
    param($Hook)

    $binding = ''; $parameters = ''; $dynamic = ''
    if ($Hook.Original -is [System.Management.Automation.CmdletInfo] -or $Hook.Original -is [System.Management.Automation.FunctionInfo]) {
        $metadata = [System.Management.Automation.CommandMetadata]::new($Hook.Original)
        $binding = [System.Management.Automation.ProxyCommand]::GetCmdletBindingAttribute($metadata)
        if ($Hook.Original -is [System.Management.Automation.FunctionInfo] -and -not $Hook.Original.CmdletBinding) { $binding = '' }
        $parameters = [System.Management.Automation.ProxyCommand]::GetParamBlock($metadata)
        $Hook.Parameters = @($metadata.Parameters.Values)
        $isDynamic = $Hook.Original -is [System.Management.Automation.CmdletInfo] -and [System.Management.Automation.IDynamicParameters].IsAssignableFrom($Hook.Original.ImplementingType)
        if ($isDynamic) {
            $body = [System.Management.Automation.ProxyCommand]::GetDynamicParam($metadata)
            $dynamic = if ($body) { "dynamicparam {`n$body`n}" } else { '' }
        }
    }
    $rest = if ($binding) { '@()' } else { '$args' }
    $call = "& ([PsutilAgent.PowerShellHost.ScriptScopes]::Recall('$($Hook.Id)')) '$($Hook.Id)' `$PSBoundParameters $rest `$ExecutionContext.SessionState"
    [scriptblock]::Create("$binding`nparam(`n$parameters`n)`n$dynamic`nprocess { $call }")
}

function RemoveMocks {
    param($Frame)

    foreach ($hook in @($script:State.Mocks)) {
        $null = $hook.Behaviors.RemoveAll([Predicate[object]] { param($behavior) [object]::ReferenceEquals($behavior.Frame, $Frame) }.GetNewClosure())
        if ($hook.Behaviors.Count -gt 0) { continue }
        $function = $hook.FunctionName
        foreach ($alias in $hook.Aliases) { [PsutilAgent.PowerShellHost.ScriptScopes]::Remove($hook.Target, $alias, $function) }
        $null = $script:State.Mocks.Remove($hook)
    }
}
