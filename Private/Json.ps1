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

# JSON of dictionaries, objects, arrays and scalars, on one line, the same text on 5.1 and 7. ConvertTo-Json is not
# used: 5.1 wraps some arrays as {"value","Count"}, cuts off at a depth without a word, and escapes differently. What JSON writes
# as it is, as nearly every string, is written where it is met: to call a function for it costs more than all else here.
function ConvertToJsonText {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowNull()] [AllowEmptyString()] [AllowEmptyCollection()] [object] $Value)

    $plain = '^[ !#-\[\]-~]*\z'
    if ($Value -is [string]) { if ($Value -cmatch $plain) { return '"' + $Value + '"' } else { return ConvertToJsonString $Value } }
    if ($null -eq $Value) { return 'null' }
    if ($Value -is [bool]) { return "$Value".ToLowerInvariant() }
    if ($Value -is [double] -or $Value -is [single]) { return FormatNumber $Value }
    if ($Value -is [decimal] -or ($Value -is [System.ValueType] -and $Value.GetType().IsPrimitive -and $Value -isnot [char])) {
        return [System.Convert]::ToString($Value, [System.Globalization.CultureInfo]::InvariantCulture)
    }
    if ($Value -is [System.Collections.IDictionary]) {
        $members = foreach ($key in $Value.Keys) {
            $name = if ("$key" -cmatch $plain) { '"' + $key + '":' } else { (ConvertToJsonString "$key") + ':' }
            $item = $Value[$key]
            if ($item -is [string] -and $item -cmatch $plain) { $name + '"' + $item + '"' } else { $name + (ConvertToJsonText $item) }
        }
        return '{' + ($members -join ',') + '}'
    }
    if ($Value -is [System.Management.Automation.PSCustomObject]) {
        return ConvertToJsonText (ConvertToDictionary $Value)
    }
    if ($Value -is [System.Collections.IEnumerable]) {
        $items = foreach ($item in $Value) {
            if ($item -is [string] -and $item -cmatch $plain) { '"' + $item + '"' } else { ConvertToJsonText $item }
        }
        return '[' + ($items -join ',') + ']'
    }
    if ($Value -is [datetime]) { return ConvertToJsonString $Value.ToString('o', [System.Globalization.CultureInfo]::InvariantCulture) }
    ConvertToJsonString "$Value"
}

# A string as JSON, in ASCII, character by character.
function ConvertToJsonString {
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

# A floating-point number as JSON, to the last bit; what JSON cannot write becomes text, for the validation to refuse.
function FormatNumber {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [object] $Value)

    $text = $Value.ToString('R', [System.Globalization.CultureInfo]::InvariantCulture)
    if ([double]::IsNaN($Value) -or [double]::IsInfinity($Value)) { return ConvertToJsonString $text }
    $text
}

# A copy of a value that holds only ordered dictionaries, arrays and scalars: what hashtables, ordered dictionaries and
# objects of ConvertFrom-Json have in common.
function ConvertToDictionary {
    [CmdletBinding()]
    [OutputType([object], [System.Collections.Specialized.OrderedDictionary], [object[]])]
    param([Parameter(Mandatory)] [AllowNull()] [AllowEmptyString()] [AllowEmptyCollection()] [object] $Value)

    if ($Value -is [System.Collections.IDictionary]) {
        $copy = [ordered]@{}
        foreach ($key in $Value.Keys) {
            $item = $Value[$key]
            if ($item -is [string]) { $copy["$key"] = $item } else { $copy["$key"] = ConvertToDictionary $item }
        }
        return $copy
    }
    if ($Value -is [System.Management.Automation.PSCustomObject]) {
        $copy = [ordered]@{}
        foreach ($property in $Value.PSObject.Properties) {
            if ($property.Value -is [string]) { $copy[$property.Name] = $property.Value } else { $copy[$property.Name] = ConvertToDictionary $property.Value }
        }
        return $copy
    }
    if ($Value -is [System.Collections.IEnumerable] -and $Value -isnot [string]) {
        $items = @(foreach ($item in $Value) { , (ConvertToDictionary $item) })
        return , $items
    }
    $Value
}

# A member of an object or dictionary, $null where it has none: strict mode refuses the plain way.
function GetValue {
    [CmdletBinding()]
    [OutputType([object], [object[]])]
    param(
        [Parameter(Mandatory)] [AllowNull()] [object] $Of,
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Name
    )

    if ($null -eq $Of) { return $null }
    if ($Of -is [System.Collections.IDictionary]) {
        if ($Of.Contains($Name)) { return , $Of[$Name] }
        return $null
    }
    $property = $Of.PSObject.Properties[$Name]
    if ($property) { return , $property.Value }
}

# A member deep in nested dictionaries; $null where there is none.
function GetMember {
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter(Mandatory)] [AllowNull()] [object] $Of,
        [Parameter(Mandatory)] [string[]] $Member
    )

    $value = $Of
    foreach ($name in $Member) { $value = GetValue $value $name }
    $value
}

# Sets a member deep in nested dictionaries; those on the way are made where they are missing.
function SetMember {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Of,
        [Parameter(Mandatory)] [string[]] $Member,
        [Parameter(Mandatory)] [AllowNull()] [AllowEmptyString()] [AllowEmptyCollection()] [object] $Value
    )

    $inner = $Of
    foreach ($name in @($Member | Select-Object -SkipLast 1)) {
        if ($inner[$name] -isnot [System.Collections.IDictionary]) { $inner[$name] = [ordered]@{} }
        $inner = $inner[$name]
    }
    $inner[$Member[-1]] = $Value
}
