# A string as JSON, in ASCII.
function QuoteJson {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text)

    $builder = [System.Text.StringBuilder]::new()
    foreach ($character in $Text.ToCharArray()) {
        $code = [int]$character
        if ($code -eq 0x22 -or $code -eq 0x5C) { [void]$builder.Append('\').Append($character) }
        elseif ($code -lt 0x20 -or $code -gt 0x7E) { [void]$builder.Append('\u').Append($code.ToString('x4')) }
        else { [void]$builder.Append($character) }
    }
    '"' + $builder.ToString() + '"'
}
