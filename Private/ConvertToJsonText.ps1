# JSON of dictionaries, objects, arrays and scalars, on one line, the same text on 5.1 and 7. ConvertTo-Json is not
# used: 5.1 wraps some arrays as {"value","Count"}, cuts off at a depth without a word, and escapes differently.
function ConvertToJsonText {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowNull()] [AllowEmptyString()] [AllowEmptyCollection()] [object] $Value)

    if ($null -eq $Value) { return 'null' }
    if ($Value -is [bool]) { return "$Value".ToLowerInvariant() }
    if ($Value -is [double] -or $Value -is [single]) { return FormatNumber $Value }
    if ($Value -is [decimal] -or ($Value -is [System.ValueType] -and $Value.GetType().IsPrimitive -and $Value -isnot [char])) {
        return [System.Convert]::ToString($Value, [System.Globalization.CultureInfo]::InvariantCulture)
    }
    if ($Value -is [System.Collections.IDictionary]) {
        $members = foreach ($key in $Value.Keys) { (QuoteJson "$key") + ':' + (ConvertToJsonText $Value[$key]) }
        return '{' + ($members -join ',') + '}'
    }
    if ($Value -is [System.Management.Automation.PSCustomObject]) {
        return ConvertToJsonText (ConvertToDictionary $Value)
    }
    if ($Value -is [System.Collections.IEnumerable] -and $Value -isnot [string]) {
        $items = foreach ($item in $Value) { ConvertToJsonText $item }
        return '[' + ($items -join ',') + ']'
    }
    if ($Value -is [datetime]) { return QuoteJson $Value.ToString('o', [System.Globalization.CultureInfo]::InvariantCulture) }
    QuoteJson "$Value"
}
