# Tab completion of a method's name, its meaning as the tip.
function CompleteMethod {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.CompletionResult])]
    param([AllowEmptyString()] [string] $Word)

    foreach ($method in GetCatalog) {
        if ($method.Name -like "$Word*") {
            [System.Management.Automation.CompletionResult]::new($method.Name, $method.Name, 'ParameterValue', $method.Meaning)
        }
    }
}

# Tab completion of a field of a method's result, its meaning as the tip.
function CompleteField {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.CompletionResult])]
    param(
        [AllowEmptyString()] [string] $Word,
        [AllowNull()] [string] $Method
    )

    foreach ($candidate in GetCatalog) {
        if ($candidate.Name -ne $Method) { continue }
        foreach ($field in $candidate.Fields) {
            if ($field.name -like "$Word*") {
                [System.Management.Automation.CompletionResult]::new($field.name, $field.name, 'ParameterValue', $field.meaning)
            }
        }
    }
}

# A name as a word of a command line, in quotes where it needs them.
function FormatWord {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Name)

    if ($Name -match '[^\w.-]') { "'" + $Name.Replace("'", "''") + "'" } else { $Name }
}

# Tab completion of the objects of this Windows' performance counters.
function CompleteCounter {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.CompletionResult])]
    param([AllowEmptyString()] [string] $Word)

    if (-not (TestWindows)) { return }
    $start = $Word.Trim('''', '"')
    foreach ($object in (InvokeCollector -ArgumentList counters).objects) {
        if ($object.object -like "$start*") {
            [System.Management.Automation.CompletionResult]::new((FormatWord $object.object), $object.object, 'ParameterValue', $object.object)
        }
    }
}

# Tab completion of the names of the monitors there are, quoted where they need it.
function CompleteMonitor {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.CompletionResult])]
    param([AllowEmptyString()] [string] $Word)

    if (-not (TestWindows)) { return }
    $start = $Word.Trim('''', '"')
    GetServiceName | Where-Object { $_ -like "$start*" } | ForEach-Object { GetServiceEntry $_ } |
        Where-Object { $_.IsMonitor } | ForEach-Object {
            [System.Management.Automation.CompletionResult]::new((FormatWord $_.Name), $_.Name, 'ParameterValue', $_.Name)
        }
}
