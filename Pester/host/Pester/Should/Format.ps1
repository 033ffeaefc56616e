# How assertions show values.

function FormatValue {
    param($Value, [switch] $Bare)

    if ($null -eq $Value) { return '$null' }
    if ($Value -is [string]) { return $(if ($Bare) { $Value } else { "'$Value'" }) }
    if ($Value -is [bool]) { return "`$$($Value.ToString().ToLowerInvariant())" }
    if ($Value -is [type]) { return "[$($Value.FullName -replace '^System\.')]" }
    if ($Value -is [scriptblock]) { return "{$Value}" }
    if ($Value -is [System.Collections.IDictionary]) {
        return '@{' + ((@($Value.Keys) | ForEach-Object { "$_=$(FormatValue $Value[$_])" }) -join '; ') + '}'
    }
    if ($Value -is [System.Collections.IEnumerable]) { return '@(' + ((@($Value) | ForEach-Object { FormatValue $_ }) -join ', ') + ')' }
    [System.Management.Automation.LanguagePrimitives]::ConvertTo($Value, [string], [cultureinfo]::InvariantCulture)
}
