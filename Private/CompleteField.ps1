# Tab completion of a field of a method's result, its meaning as the tip.
function CompleteField {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.CompletionResult])]
    param(
        [AllowEmptyString()] [string] $Word,
        [AllowNull()] [string] $Method
    )

    $fields = GetCatalog | Where-Object { $_.Name -eq $Method } | ForEach-Object { $_.Fields }
    $fields | Where-Object { $_.name -like "$Word*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_.name, $_.name, 'ParameterValue', $_.meaning)
    }
}
