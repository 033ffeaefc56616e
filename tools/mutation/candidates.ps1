# Writes to Output, as JSON, every place of the files where one change would be a fault: file, offset, length and was (the text
# there), now (the text instead), kind, function, line, text (the line), and statement, the offset of the statement it is in. A change
# of what is written with -Verbose, -Debug or -Progress is none. A comma separates the files, whose paths begin at Root.
using namespace System.Management.Automation.Language
param(
    [Parameter(Mandatory = $true)]
    [string] $Root,

    [Parameter(Mandatory = $true)]
    [string] $Path,

    [Parameter(Mandatory = $true)]
    [string] $Output
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Operators, each with what it is taken for by mistake.
$swaps = @{
    '-eq' = '-ne'; '-ne' = '-eq'; '-ceq' = '-eq', '-cne'; '-cne' = '-ne', '-ceq'; '-gt' = '-ge', '-lt'; '-ge' = '-gt', '-lt'
    '-lt' = '-le', '-ge'; '-le' = '-lt', '-gt'; '-like' = '-notlike'; '-notlike' = '-like'; '-match' = '-notmatch'; '-notmatch' = '-match'
    '-in' = '-notin'; '-notin' = '-in'; '-contains' = '-notcontains'; '-is' = '-isnot'; '-isnot' = '-is'; '-and' = '-or'; '-or' = '-and'
    '-band' = '-bor'; '-' = '+'; '*' = '/'
}
$silent = 'Write-Verbose', 'Write-Debug', 'Write-Progress'

# The changes of one node, each a kind and its new text, and, where it is not the whole of the node, its extent.
function Get-Change {
    param([Ast] $Node)

    $text = $Node.Extent.Text
    switch ($Node.GetType().Name) {
        'BinaryExpressionAst' {
            $operator = $Node.ErrorPosition.Text.ToLowerInvariant()
            if ($swaps.ContainsKey($operator)) {
                $kind = if ($operator -in '-and', '-or') { 'and/or' } else { 'operator' }
                foreach ($other in $swaps[$operator]) { , @($kind, $other, $Node.ErrorPosition) }
            }
        }
        'UnaryExpressionAst' {
            if ($Node.TokenKind -in 'Not', 'Exclaim') { , @('not', $Node.Child.Extent.Text) }
            if ($text.EndsWith('--')) { , @('operator', ($text -replace '--$', '++')) }
        }
        'IfStatementAst' {
            foreach ($clause in $Node.Clauses) {
                foreach ($value in '$true', '$false') { , @('condition', $value, $clause.Item1.Extent) }
            }
        }
        { $_ -in 'WhileStatementAst', 'DoWhileStatementAst' } { , @('condition', '$false', $Node.Condition.Extent) }
        'ConstantExpressionAst' { if ($Node.Value -is [ValueType]) { , @('constant', "$($Node.Value + 1)") } }
        'VariableExpressionAst' {
            if ($text -eq '$true') { , @('constant', '$false') } elseif ($text -eq '$false') { , @('constant', '$true') }
        }
        { $_ -in 'StringConstantExpressionAst', 'ExpandableStringExpressionAst' } { Get-StringChange $Node }
        'CommandParameterAst' {
            $elements = $Node.Parent.CommandElements
            $next = $elements | Select-Object -Skip ($elements.IndexOf($Node) + 1) -First 1
            if ($Node.Argument -or -not $next -or $next -is [CommandParameterAst]) { , @('switch', '') }
            elseif ($Node.ParameterName -eq 'ErrorAction') {
                , @('error action', $(if ($next.Extent.Text -eq 'Stop') { 'SilentlyContinue' } else { 'Stop' }), $next.Extent)
            }
        }
        'ConvertExpressionAst' { if ($Node.Type.TypeName.FullName -eq 'void') { , @('output', $Node.Child.Extent.Text) } }
        'ArrayLiteralAst' {
            if ($Node.Elements.Count -eq 1) { , @('list', $text.Substring(1).Trim()) }
            else { , @('element', $text.Substring(0, $Node.Elements[$Node.Elements.Count - 2].Extent.EndOffset - $Node.Extent.StartOffset)) }
        }
        { $_ -in 'PipelineAst', 'AssignmentStatementAst', 'ThrowStatementAst', 'ContinueStatementAst', 'BreakStatementAst', 'ReturnStatementAst' } {
            if ($Node.Parent -isnot [StatementBlockAst] -and $Node.Parent -isnot [NamedBlockAst]) { return }
            if ($Node -is [ReturnStatementAst] -and $Node.Pipeline) { , @('return', 'return') }
            # Without its value a variable is not there, which anything notices.
            elseif ($Node -isnot [AssignmentStatementAst] -or $Node.Left -is [MemberExpressionAst] -or $Node.Left -is [IndexExpressionAst]) { , @('statement', '') }
        }
    }
}

# A string is emptied; one that may not be empty becomes another.
function Get-StringChange {
    param([ExpressionAst] $Node)

    $parent = $Node.Parent
    if ($parent -is [HashtableAst] -and @($parent.KeyValuePairs | Where-Object { $_.Item1 -eq $Node }).Count) { return }
    if ($parent -is [MemberExpressionAst] -and $parent.Member -eq $Node) { return }
    $isBare = $Node -is [StringConstantExpressionAst] -and $Node.StringConstantType -eq 'BareWord'
    $parameter = ''
    for ($own = $Node; $own.Parent -is [ExpressionAst] -or $own.Parent -is [CommandExpressionAst] -or $own.Parent -is [PipelineAst]; $own = $own.Parent) { }
    if ($own.Parent -is [CommandAst]) {
        $index = $own.Parent.CommandElements.IndexOf($own)
        if ($index -eq 0) { return }
        $before = $own.Parent.CommandElements[$index - 1]
        if ($before -is [CommandParameterAst]) { $parameter = $before.ParameterName }
    }
    if ($parameter -in 'ErrorAction', 'Activity') { return }
    , @('text', $(if ($isBare -or $Node.Value -eq '' -or $parameter -in 'Message', 'Id', 'Name', 'Command') { "'mutant'" } else { "''" }))
}

# The function and the statement that a node is in; nothing where its change would not count.
function Get-Place {
    param([Ast] $Node)

    $statement = $null
    for ($around = $Node; $around; $around = $around.Parent) {
        if ($around -is [AttributeBaseAst]) { return }
        if ($around -is [CommandAst] -and $around.GetCommandName() -in $silent) { return }
        if ($around -is [PipelineAst] -and $around.PipelineElements[0] -is [CommandAst] -and $around.PipelineElements[0].GetCommandName() -in $silent) { return }
        if (-not $statement -and $around -is [StatementAst] -and ($around.Parent -is [StatementBlockAst] -or $around.Parent -is [NamedBlockAst])) { $statement = $around }
        if ($around -is [FunctionDefinitionAst]) {
            return @{ Function = $around.Name; Statement = if ($statement -and $statement -ne $around) { $statement.Extent.StartOffset } else { -1 } }
        }
    }
}

$mutants = foreach ($name in $Path.Split(',')) {
    $errors = $null
    $tokens = $null
    $tree = [Parser]::ParseFile([System.IO.Path]::Combine($Root, $name), [ref]$tokens, [ref]$errors)
    if ($errors) { throw "$name does not parse: $($errors[0].Message)" }
    foreach ($node in $tree.FindAll({ $true }, $true)) {
        $changes = @(Get-Change $node)
        $place = if ($changes.Count -gt 0) { Get-Place $node }
        if (-not $place) { continue }
        foreach ($change in $changes) {
            $extent = if ($change.Count -gt 2) { $change[2] } else { $node.Extent }
            if ($extent.Text -ceq $change[1]) { continue }
            [ordered]@{
                file = $name; function = $place.Function; line = $extent.StartLineNumber; text = $extent.StartScriptPosition.Line.Trim()
                offset = $extent.StartOffset; length = $extent.EndOffset - $extent.StartOffset; was = $extent.Text
                now = $change[1]; kind = $change[0]; statement = $place.Statement
            }
        }
    }
}
[System.IO.File]::WriteAllText($Output, (ConvertTo-Json -InputObject @($mutants) -Depth 3 -Compress))
