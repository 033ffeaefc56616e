# Each operator: whether the value passes, and what is said when it does not (or, with -Not, when it does).

function Outcome {
    param($Success, $Message, $NotMessage)

    @{ Success = [bool]$Success; Message = $Message; NotMessage = $NotMessage }
}

# Arrays are the same where each element is; a list of one is not unrolled, a piped one already was.
function TestSame {
    param($Actual, $Expected, [switch] $Exact)

    $left = $Actual -is [System.Collections.IEnumerable] -and $Actual -isnot [string] -and $Actual -isnot [System.Collections.IDictionary]
    $right = $Expected -is [System.Collections.IEnumerable] -and $Expected -isnot [string] -and $Expected -isnot [System.Collections.IDictionary]
    if ($left -or $right) {
        $a = @($Actual); $b = @($Expected)
        if ($a.Count -ne $b.Count) { return $false }
        for ($i = 0; $i -lt $a.Count; $i++) {
            if (-not (TestSame $a[$i] $b[$i] -Exact:$Exact)) { return $false }
        }
        return $true
    }
    if ($Exact) { return [bool]($Expected -ceq $Actual) }
    [bool]($Expected -eq $Actual)
}

function TestOperator {
    param($Actual, $Options)

    $expected = $Options.Expected
    $a = FormatValue $Actual
    $e = FormatValue $expected
    switch ($Options.Operator) {
        'Be' { return Outcome (TestSame $Actual $expected) "Expected $e,{because} but got $a." "Expected $e to be different from the actual value,{because} but got the same value." }
        'BeExactly' { return Outcome (TestSame $Actual $expected -Exact) "Expected exactly $e,{because} but got $a." "Expected $e to be different from the actual value,{because} but got exactly the same value." }
        'BeLike' { return Outcome ($Actual -like $expected) "Expected like wildcard $e to match $a,{because} but it did not match." "Expected like wildcard $e to not match $a,{because} but it did match." }
        'BeLikeExactly' { return Outcome ($Actual -clike $expected) "Expected case sensitive like wildcard $e to match $a,{because} but it did not match." "Expected case sensitive like wildcard $e to not match $a,{because} but it did match." }
        'Match' { return Outcome ($Actual -match $expected) "Expected regular expression $e to match $a,{because} but it did not match." "Expected regular expression $e to not match $a,{because} but it did match." }
        'MatchExactly' { return Outcome ($Actual -cmatch $expected) "Expected regular expression $e to case sensitively match $a,{because} but it did not match." "Expected regular expression $e to not case sensitively match $a,{because} but it did match." }
        'Contain' { return Outcome (@($Actual) -contains $expected) "Expected $e to be found in collection $a,{because} but it was not found." "Expected $e to not be found in collection $a,{because} but it was found." }
        'BeIn' { return Outcome (@($expected) -contains $Actual) "Expected collection $e to contain $a,{because} but it was not found." "Expected collection $e to not contain $a,{because} but it was found." }
        'BeTrue' { return Outcome $Actual "Expected `$true,{because} but got $a." "Expected `$false,{because} but got $a." }
        'BeFalse' { return Outcome (-not $Actual) "Expected `$false,{because} but got $a." "Expected `$true,{because} but got $a." }
        'BeNullOrEmpty' { return Outcome (TestEmpty $Actual) "Expected `$null or empty,{because} but got $a." 'Expected a value,{because} but got $null or empty.' }
        'BeGreaterThan' { return Outcome ($Actual -gt $expected) "Expected the actual value to be greater than $e,{because} but got $a." "Expected the actual value to be less than or equal to $e,{because} but got $a." }
        'BeGreaterOrEqual' { return Outcome ($Actual -ge $expected) "Expected the actual value to be greater than or equal to $e,{because} but got $a." "Expected the actual value to be less than $e,{because} but got $a." }
        'BeLessThan' { return Outcome ($Actual -lt $expected) "Expected the actual value to be less than $e,{because} but got $a." "Expected the actual value to be greater than or equal to $e,{because} but got $a." }
        'BeLessOrEqual' { return Outcome ($Actual -le $expected) "Expected the actual value to be less than or equal to $e,{because} but got $a." "Expected the actual value to be greater than $e,{because} but got $a." }
        'Exist' { return Outcome (Microsoft.PowerShell.Management\Test-Path $Actual) "Expected path $a to exist,{because} but it did not exist." "Expected path $a to not exist,{because} but it did exist." }
        'FileContentMatch' { return Outcome (@(Microsoft.PowerShell.Management\Get-Content -LiteralPath $Actual) -match $expected) "Expected $e to be found in file $a,{because} but it was not found." "Expected $e to not be found in file $a,{because} but it was found." }
        'BeOfType' { return TestType $Actual $expected }
        'HaveCount' { return TestCount $Actual $expected }
        'HaveParameter' { return TestParameter $Actual $Options }
    }
}

function TestEmpty {
    param($Actual)

    if ($null -eq $Actual -or ($Actual -is [string] -and $Actual.Length -eq 0)) { return $true }
    if ($Actual -is [System.Collections.IDictionary]) { return $Actual.Count -eq 0 }
    if ($Actual -is [array] -or $Actual -is [System.Collections.ICollection]) {
        return $Actual.Count -eq 0 -or ($Actual.Count -eq 1 -and $Actual -is [array] -and [string]::IsNullOrEmpty("$($Actual[0])") -and ($null -eq $Actual[0] -or $Actual[0] -is [string]))
    }
    $false
}

function TestType {
    param($Actual, $Expected)

    $type = $Expected
    if ($Expected -is [string]) {
        $type = ($Expected -replace '^\[(.*)\]$', '$1') -as [type]
        if ($null -eq $type) { throw [System.ArgumentException]::new("Could not find type [$Expected]. Make sure that the assembly that contains that type is loaded.") }
    }
    $is = if ($null -eq $Actual) { 'a $null value' } else { FormatValue $Actual.GetType() }
    Outcome ($Actual -is $type) "Expected the value to have type $(FormatValue $type) or any of its subtypes,{because} but got $(FormatValue $Actual) with type $is." "Expected the value to not have type $(FormatValue $type) or any of its subtypes,{because} but got $(FormatValue $Actual) with type $is."
}

function TestCount {
    param($Actual, $Expected)

    if ($Expected -lt 0) { throw [System.ArgumentException]::new('Excpected collection size must be greater than or equal to 0.') }
    $count = if ($null -eq $Actual) { 0 } else { @($Actual).Count }
    Outcome ($count -eq $Expected) "Expected a collection with size $Expected,{because} but got collection with size $count $(FormatValue $Actual)." "Expected a collection with size different from $Expected,{because} but got collection with that size $(FormatValue $Actual)."
}

function TestParameter {
    param($Command, $Options)

    if ($Command -isnot [System.Management.Automation.CommandInfo]) { throw [System.ArgumentException]::new('Input value must be non-null CommandInfo object. You can get one by calling Get-Command.') }
    $bound = $Options.Bound
    $name = $Options.Expected
    $faults = @()
    if (-not $Command.Parameters.ContainsKey($name)) { $faults += 'the parameter is missing' }
    else {
        $parameter = $Command.Parameters[$name]
        $declared = @($parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] })
        if ($bound.ContainsKey('InParameterSet')) { $declared = @($declared | Where-Object { $_.ParameterSetName -in $bound['InParameterSet'], '__AllParameterSets' }); if ($declared.Count -eq 0) { $faults += "it is not in parameter set $($bound['InParameterSet'])" } }
        if ($bound.ContainsKey('Type')) {
            $type = if ($bound['Type'] -is [type]) { $bound['Type'] } else { ("$($bound['Type'])" -replace '^\[(.*)\]$', '$1') -as [type] }
            if ($parameter.ParameterType -ne $type) { $faults += "it is of type $(FormatValue $parameter.ParameterType)" }
        }
        if ($bound.ContainsKey('Mandatory') -and @($declared | Where-Object { $_.Mandatory }).Count -eq 0) { $faults += "it wasn't mandatory" }
        if ($bound.ContainsKey('Alias')) { foreach ($alias in $bound['Alias']) { if ($parameter.Aliases -notcontains $alias) { $faults += "it has no alias $alias" } } }
        if ($bound.ContainsKey('HasArgumentCompleter') -and @($parameter.Attributes | Where-Object { $_ -is [System.Management.Automation.ArgumentCompleterAttribute] }).Count -eq 0) { $faults += 'it has no argument completer' }
        if ($bound.ContainsKey('DefaultValue')) { $faults += TestDefault $Command $name $bound['DefaultValue'] }
    }
    Outcome ($faults.Count -eq 0) "Expected command $($Command.Name) to have a parameter $name,{because} but $($faults -join ' and ')." "Expected command $($Command.Name) to not have a parameter $name,{because} but it has one."
}

function TestDefault {
    param($Command, $Name, $Expected)

    $block = if ($null -ne $Command.ScriptBlock.Ast.Body) { $Command.ScriptBlock.Ast.Body.ParamBlock } else { $Command.ScriptBlock.Ast.ParamBlock }
    $declared = @($block.Parameters | Where-Object { $_.Name.VariablePath.UserPath -eq $Name })[0]
    $value = if ($null -eq $declared.DefaultValue) { '' }
        elseif ($null -ne $declared.DefaultValue.PSObject.Properties['Value']) { "$($declared.DefaultValue.Value)" }
        else { $declared.DefaultValue.Extent.Text -replace '^\$(true|false)$', '$1' }
    if ($value -ne $Expected) { "its default value was $(FormatValue $value)" }
}
