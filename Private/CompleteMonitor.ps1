# Tab completion of the names of the monitors there are, quoted where they need it.
function CompleteMonitor {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.CompletionResult])]
    param([AllowEmptyString()] [string] $Word)

    if (-not (TestWindows)) { return }
    $start = $Word.Trim('''', '"')
    FindServiceName | Where-Object { $_ -like "$start*" } | ForEach-Object { GetServiceEntry $_ } |
        Where-Object { $_.IsMonitor } | ForEach-Object {
            $text = if ($_.Name -match '[^\w.-]') { "'" + $_.Name.Replace("'", "''") + "'" } else { $_.Name }
            [System.Management.Automation.CompletionResult]::new($text, $_.Name, 'ParameterValue', $_.Name)
        }
}
