# The value of a JSON text, dates left as text where this PowerShell can (7.5 and later; 5.1 always does); $null where
# the text is no JSON.
function ConvertFromJsonText {
    [CmdletBinding()]
    [OutputType([object])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [AllowNull()] [string] $Text)

    if ([string]::IsNullOrWhiteSpace($Text)) { return $null }
    $options = @{}
    if ((Get-Command -Name ConvertFrom-Json).Parameters.ContainsKey('DateKind')) { $options['DateKind'] = 'String' }
    try {
        ConvertFrom-Json -InputObject $Text @options
    }
    catch {
        Write-Debug "Not JSON: $($_.Exception.Message)"
    }
}
