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
