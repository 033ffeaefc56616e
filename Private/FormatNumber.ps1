# A floating-point number as JSON, to the last bit; what JSON cannot write becomes text, for the validation to refuse.
function FormatNumber {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [object] $Value)

    $text = $Value.ToString('R', [System.Globalization.CultureInfo]::InvariantCulture)
    if ([double]::IsNaN($Value) -or [double]::IsInfinity($Value)) { return QuoteJson $text }
    $text
}
