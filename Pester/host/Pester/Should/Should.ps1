# Should: one assertion about what comes in. The operators are in Operators.ps1; what is not here is refused by parameter binding.

function Should {
    [CmdletBinding()]
    param(
        [Parameter(ValueFromPipeline = $true)] $ActualValue,
        [Parameter(Position = 0)][Alias('RegularExpression', 'ExpectedType', 'ParameterName', 'CommandName', 'ExpectedMessage')] $ExpectedValue,
        [Alias('EQ')][switch] $Be, [Alias('CEQ')][switch] $BeExactly, [Alias('LIKE')][switch] $BeLike, [Alias('CLIKE')][switch] $BeLikeExactly,
        [switch] $Match, [Alias('CMATCH')][switch] $MatchExactly, [switch] $Contain, [switch] $BeIn, [switch] $BeTrue, [switch] $BeFalse,
        [switch] $BeNullOrEmpty, [Alias('HaveType')][switch] $BeOfType, [switch] $HaveCount, [switch] $HaveParameter,
        [Alias('GT')][switch] $BeGreaterThan, [Alias('GE')][switch] $BeGreaterOrEqual, [Alias('LT')][switch] $BeLessThan, [Alias('LE')][switch] $BeLessOrEqual,
        [switch] $Exist, [switch] $FileContentMatch, [switch] $Throw, [switch] $Invoke, [switch] $InvokeVerifiable,
        [switch] $Not, [string] $Because,
        [string] $ErrorId, [type] $ExceptionType, [switch] $PassThru,
        $Type, [switch] $Mandatory, [string] $DefaultValue, [string[]] $Alias, [switch] $HasArgumentCompleter, [string] $InParameterSet,
        [int] $Times = 1, [switch] $Exactly, [scriptblock] $ParameterFilter, [string] $ModuleName, [string] $Scope
    )
    begin { $items = [System.Collections.Generic.List[object]]::new() }
    process { if ($MyInvocation.ExpectingInput) { $items.Add($ActualValue) } }
    end {
        $names = 'Be', 'BeExactly', 'BeLike', 'BeLikeExactly', 'Match', 'MatchExactly', 'Contain', 'BeIn', 'BeTrue', 'BeFalse', 'BeNullOrEmpty', 'BeOfType',
            'HaveCount', 'HaveParameter', 'BeGreaterThan', 'BeGreaterOrEqual', 'BeLessThan', 'BeLessOrEqual', 'Exist', 'FileContentMatch', 'Throw', 'Invoke',
            'InvokeVerifiable'
        $chosen = @($names | Where-Object { $PSBoundParameters.ContainsKey($_) })
        if ($chosen.Count -ne 1) { throw [System.ArgumentException]::new('Should takes exactly one operator.') }
        AssertShouldOptions $chosen[0] $PSBoundParameters
        $options = @{
            Operator = $chosen[0]; Expected = $ExpectedValue; HasExpected = $PSBoundParameters.ContainsKey('ExpectedValue'); Not = [bool]$Not
            Bound = $PSBoundParameters; Caller = $PSCmdlet.SessionState
        }
        if ($options.Operator -eq 'Invoke') { AssertInvoke $options; return }
        if ($options.Operator -eq 'InvokeVerifiable') { AssertVerifiable $options; return }
        if ($options.Operator -eq 'Throw') {
            $block = if ($MyInvocation.ExpectingInput) { $items[0] } else { $ActualValue }
            $record = AssertThrow $block $options
            if ($PassThru) { $record }
            return
        }
        if (-not $MyInvocation.ExpectingInput) { AssertValue $ActualValue $options; return }
        if ($items.Count -eq 1) { AssertValue $items[0] $options; return }
        if ($chosen[0] -in 'Be', 'BeExactly', 'BeNullOrEmpty', 'Contain', 'HaveCount') { AssertValue $items.ToArray() $options; return }
        if ($items.Count -eq 0) { AssertValue $null $options; return }
        foreach ($item in $items) { AssertValue $item $options }
    }
}

# Options that belong to one operator only.
$script:ShouldOptions = @{
    ErrorId = @('Throw'); ExceptionType = @('Throw'); PassThru = @('Throw'); Type = @('HaveParameter'); Mandatory = @('HaveParameter')
    DefaultValue = @('HaveParameter'); Alias = @('HaveParameter'); HasArgumentCompleter = @('HaveParameter'); InParameterSet = @('HaveParameter')
    Times = @('Invoke'); Exactly = @('Invoke'); ParameterFilter = @('Invoke'); ModuleName = @('Invoke'); Scope = @('Invoke')
}

function AssertShouldOptions {
    param($Operator, $Bound)

    foreach ($name in $script:ShouldOptions.Keys) {
        if ($Bound.ContainsKey($name) -and $Operator -notin $script:ShouldOptions[$name]) {
            throw [System.Management.Automation.ParameterBindingException]::new("-$name cannot be used with Should -$Operator.")
        }
    }
}

function FailShould {
    param($Message, $Because)

    $why = if ($Because) { " because $($Because -replace '^because\s', '')," } else { '' }
    $exception = [System.Exception]::new(($Message -replace '\{because\}', $why))
    throw [System.Management.Automation.ErrorRecord]::new($exception, 'PesterAssertionFailed', 'InvalidResult', $null)
}

function AssertValue {
    param($Actual, $Options)

    $outcome = TestOperator $Actual $Options
    if ($outcome.Success -ne $Options.Not) { return }
    $because = if ($Options.Bound.ContainsKey('Because')) { $Options.Bound['Because'] } else { '' }
    FailShould $(if ($Options.Not) { $outcome.NotMessage } else { $outcome.Message }) $because
}

function AssertThrow {
    param($Block, $Options)

    if ($Block -isnot [scriptblock]) { throw [System.ArgumentException]::new('Input is not a ScriptBlock. Input to -Throw and -Not -Throw must be enclosed in curly braces.') }
    $record = $null
    try { $null = & $Block } catch { $record = $_ }
    $bound = $Options.Bound
    $because = if ($bound.ContainsKey('Because')) { $bound['Because'] } else { '' }
    if ($Options.Not) {
        if ($null -ne $record) { FailShould "Expected no exception to be thrown,{because} but an exception `"$($record.Exception.Message)`" was thrown $($record.InvocationInfo.PositionMessage)." $because }
        return
    }
    $buts = @(); $filters = @()
    if ($bound.ContainsKey('ExceptionType') -and $null -ne $bound['ExceptionType']) {
        $filters += "type $(FormatValue $bound['ExceptionType'])"
        if ($null -ne $record -and $record.Exception -isnot $bound['ExceptionType']) { $buts += "the exception type was $(FormatValue $record.Exception.GetType())" }
    }
    if (-not [string]::IsNullOrWhiteSpace("$($Options.Expected)")) {
        $filters += "message like $(FormatValue $Options.Expected)"
        if ($null -ne $record -and $record.Exception.Message -notlike $Options.Expected) { $buts += "the message was $(FormatValue $record.Exception.Message)" }
    }
    if ($bound.ContainsKey('ErrorId') -and -not [string]::IsNullOrWhiteSpace($bound['ErrorId'])) {
        $filters += "FullyQualifiedErrorId $(FormatValue $bound['ErrorId'])"
        if ($null -ne $record -and $record.FullyQualifiedErrorId -notlike $bound['ErrorId']) { $buts += "the FullyQualifiedErrorId was $(FormatValue $record.FullyQualifiedErrorId)" }
    }
    if ($null -eq $record) { $buts += 'no exception was thrown' }
    if ($buts.Count -gt 0) {
        $with = if ($filters.Count -gt 0) { ' with ' + ($filters -join ', ') } else { '' }
        FailShould "Expected an exception$with to be thrown,{because} but $($buts -join ', ')." $because
    }
    $record
}
