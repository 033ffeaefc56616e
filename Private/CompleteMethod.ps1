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
