# Tab completion of a method's name, its meaning as the tip.
function CompleteMethod {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.CompletionResult])]
    param([AllowEmptyString()] [string] $Word)

    GetCatalog | Where-Object { $_.Name -like "$Word*" } | ForEach-Object {
        [System.Management.Automation.CompletionResult]::new($_.Name, $_.Name, 'ParameterValue', $_.Meaning)
    }
}
