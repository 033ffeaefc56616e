# Describe, Context and the blocks around tests: what a test file calls while it is being discovered.

function NewBlock {
    param($Kind, $Name, $Parent, $Tag, $Skip)

    [pscustomobject]@{
        Kind = $Kind; Name = $Name; Parent = $Parent; Tag = @($Tag); Skip = [bool]$Skip
        Children = [System.Collections.Generic.List[object]]::new()
        BeforeAll = [System.Collections.Generic.List[scriptblock]]::new()
        AfterAll = [System.Collections.Generic.List[scriptblock]]::new()
        BeforeEach = [System.Collections.Generic.List[scriptblock]]::new()
        AfterEach = [System.Collections.Generic.List[scriptblock]]::new()
        Variables = [ordered]@{}; SessionState = $null; Body = $null; File = $null; Result = $null; ErrorRecord = $null
        Duration = [timespan]::Zero
    }
}

function AssertDiscovery {
    param($Command)

    if ($null -eq $script:State -or $null -eq $script:State.Discovering) {
        throw [System.InvalidOperationException]::new("$Command can only be called while Invoke-Pester discovers a test file.")
    }
}

# The entries of -ForEach, one of nothing without it. No entry would be no test: Pester 6 refuses that, and so does this.
function GetEntries {
    param($Data, $HasData)

    if (-not $HasData) { return $null }
    if (@($Data).Count -eq 0) {
        throw [System.ArgumentException]::new('-ForEach is empty: Pester 6 refuses that, since no test would run.')
    }
    $Data
}

# What one entry of -ForEach adds to the scope: $_ and, for a map, each key.
function GetDataVariables {
    param($Data)

    $variables = [ordered]@{ _ = $Data }
    if ($Data -is [System.Collections.IDictionary]) {
        foreach ($key in $Data.Keys) { $variables["$key"] = $Data[$key] }
    }
    $variables
}

# <name>, <_.member> and <a.b> in a name stand for the entry's values.
function ExpandName {
    param($Name, $Variables)

    $expanded = [regex]::Replace($Name, '(?<!`)<([a-zA-Z_][\w.]*)>', {
        param($match)
        $parts = $match.Groups[1].Value.Split('.')
        if (-not $Variables.Contains($parts[0])) { return $match.Value }
        $value = $Variables[$parts[0]]
        foreach ($part in ($parts | Select-Object -Skip 1)) {
            if ($null -eq $value) { break }
            $value = if ($value -is [System.Collections.IDictionary]) { $value[$part] } else { $value.$part }
        }
        FormatValue $value -Bare
    })
    $expanded.Replace('`<', '<').Replace('`>', '>')
}

function AddBlock {
    param($Kind, $Name, $Fixture, $Tag, $Skip, $ForEach, $HasForEach, $Caller)

    AssertDiscovery $Kind
    foreach ($data in GetEntries $ForEach $HasForEach) {
        $parent = $script:State.Discovering
        $variables = if ($HasForEach) { GetDataVariables $data } else { [ordered]@{} }
        $block = NewBlock $Kind (ExpandName $Name $variables) $parent $Tag $Skip
        $block.Variables = $variables
        $block.SessionState = $Caller
        $parent.Children.Add($block)
        $script:State.Discovering = $block
        try {
            $null = InvokeFrame -SessionState $Caller -Variables $variables -Setup @($Fixture) -Inner {}
        }
        finally { $script:State.Discovering = $parent }
    }
}

function Describe {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0)][string] $Name,
        [Parameter(Position = 1)][ValidateNotNull()][scriptblock] $Fixture = $(throw 'No test script block is provided.'),
        [string[]] $Tag = @(),
        [switch] $Skip,
        [AllowEmptyCollection()][AllowNull()] $ForEach
    )
    AddBlock $MyInvocation.MyCommand.Name $Name $Fixture $Tag $Skip $ForEach $PSBoundParameters.ContainsKey('ForEach') $PSCmdlet.SessionState
}

# The same under another name.
${function:Context} = ${function:Describe}

function It {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true, Position = 0)][string] $Name,
        [Parameter(Position = 1)][ValidateNotNull()][scriptblock] $Test = $(throw 'No test script block is provided.'),
        [Alias('ForEach')][AllowEmptyCollection()][AllowNull()] $TestCases,
        [string[]] $Tag = @(),
        [switch] $Skip
    )
    AssertDiscovery 'It'
    $parent = $script:State.Discovering
    $hasCases = $PSBoundParameters.ContainsKey('TestCases')
    foreach ($data in GetEntries $TestCases $hasCases) {
        $item = NewBlock 'It' $Name $parent $Tag $Skip
        $item.Body = $Test
        $item.SessionState = $PSCmdlet.SessionState
        if ($hasCases) { $item.Variables = GetDataVariables $data }
        $parent.Children.Add($item)
    }
}

# Takes a setup or teardown of the file or block that is being discovered. Pester refuses the same ones.
function AddSetup {
    param($Kind, [scriptblock] $Body)

    AssertDiscovery $Kind
    $block = $script:State.Discovering
    if ($Kind -like '*Each' -and $null -eq $block.Parent) {
        throw [System.InvalidOperationException]::new("$Kind is not supported in the root of a file: put it into a Describe.")
    }
    if ($block.$Kind.Count -gt 0) {
        throw [System.InvalidOperationException]::new("$Kind is already defined in this block: make one of the two.")
    }
    $block.$Kind.Add($Body)
}

function BeforeAll { [CmdletBinding()] param([Parameter(Mandatory = $true, Position = 0)][scriptblock] $Scriptblock)
    AddSetup 'BeforeAll' $Scriptblock }

function AfterAll { [CmdletBinding()] param([Parameter(Mandatory = $true, Position = 0)][scriptblock] $Scriptblock)
    AddSetup 'AfterAll' $Scriptblock }

function BeforeEach { [CmdletBinding()] param([Parameter(Mandatory = $true, Position = 0)][scriptblock] $Scriptblock)
    AddSetup 'BeforeEach' $Scriptblock }

function AfterEach { [CmdletBinding()] param([Parameter(Mandatory = $true, Position = 0)][scriptblock] $Scriptblock)
    AddSetup 'AfterEach' $Scriptblock }

# Runs at once, in the scope of the file or block that is being discovered.
function BeforeDiscovery { [CmdletBinding()] param([Parameter(Mandatory = $true, Position = 0)][scriptblock] $ScriptBlock)
    AssertDiscovery 'BeforeDiscovery'; . $ScriptBlock }
