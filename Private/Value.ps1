# One value as it is seen: where it stands, what it is, and Text, that for people. Fault says why there is none. Names come from
# outside: no control character of theirs reaches a terminal.
function NewValueObject {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Value')]
    param(
        [AllowNull()] [object] $Time,
        [string] $Monitor,
        [string] $Metric,
        [string] $Path,
        [AllowNull()] [object] $Value,
        [string] $Unit,
        [string] $Fault
    )

    $unitText = ConvertToSafeText $Unit
    [pscustomobject]@{
        PSTypeName = 'PsutilAgent.Value'
        Time       = $Time
        Monitor    = $Monitor
        Metric     = ConvertToSafeText $Metric
        Path       = ConvertToSafeText $Path
        Value      = $Value
        Unit       = $unitText
        Text       = FormatQuantity -Value $Value -Unit $unitText
        Fault      = if ($Fault) { ConvertToSafeText $Fault }
    }
}

# The values of a reading, from the collector's flat list of them. What is neither there nor missing for a reason is left out.
function GetReadingValue {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Value')]
    param([Parameter(Mandatory)] [object] $Reading)

    $time = ConvertToTime (GetValue $Reading 'time')
    $metric = GetValue $Reading 'method'
    $leaves = GetValue $Reading 'values'
    foreach ($leaf in $leaves) {
        $value = GetValue $leaf 'value'
        $reason = GetValue $leaf 'reason'
        if ($null -ne $value -or $reason) {
            NewValueObject -Time $time -Metric $metric -Path (GetValue $leaf 'path') -Value $value -Unit (GetValue $leaf 'unit') -Fault $reason
        }
    }
    $fault = GetValue $Reading 'fault'
    if ($fault) { NewValueObject -Time $time -Metric $metric -Fault $fault }
}

# The values of a monitor's entry: of one that has a fault also that, where it is not beside a value already.
function GetEntryValue {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Value')]
    param([Parameter(Mandatory)] [psobject] $Entry)

    $common = @{ Time = $Entry.Time; Monitor = $Entry.Monitor; Metric = $Entry.Metric }
    $names = @(if ($null -ne $Entry.Values) { $Entry.Values.PSObject.Properties | ForEach-Object { $_.Name } })
    foreach ($name in $names) {
        $unit = GetValue $Entry.Units $name
        if ($null -eq $unit) { $unit = $Entry.Unit }
        $fault = if ($names.Count -eq 1) { $Entry.Fault }
        NewValueObject @common -Path $(if ($name -ne 'value') { $name }) -Value (GetValue $Entry.Values $name) -Unit $unit -Fault $fault
    }
    if ($Entry.Fault -and $names.Count -ne 1) { NewValueObject @common -Fault $Entry.Fault }
}

# A value with its unit as people read it, as the collector writes it (model/quantity): bytes in binary multiples, counts without a word.
# status.json, which monitors' values are read from, has numbers alone. Pester/quantities.json holds both to the same.
function FormatQuantity {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [AllowNull()] [object] $Value,
        [AllowEmptyString()] [string] $Unit
    )

    if (-not (TestNumber $Value)) { return ConvertToSafeText "$Value" }
    $culture = [System.Globalization.CultureInfo]::InvariantCulture
    $number = [double]$Value
    $size = [System.Math]::Abs($number)
    if ($Unit -cin 'B', 'B/s' -and $size -ge 1024) {
        $multiples = 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'
        $scaled = $number / 1024
        $power = 0
        # 1023.95 would be rounded to 1024.0 of the same multiple.
        while ([System.Math]::Abs($scaled) -ge 1023.95 -and $power -lt $multiples.Count - 1) {
            $scaled /= 1024
            $power++
        }
        return $scaled.ToString('0.0', $culture) + " $($multiples[$power])$Unit"
    }
    $text = if ($size -ge 1e21 -or ($size -gt 0 -and $size -lt 1e-6)) { $number.ToString('0.##e+0', $culture) }
    elseif ($size -lt 0.001 -or $size -eq [System.Math]::Floor($size)) {
        # Through a decimal, which has no exponent.
        [decimal]::Parse($number.ToString($(if ($size -lt 0.001) { 'G3' } else { 'R' }), $culture), 'Float', $culture).ToString($culture)
    }
    else { $number.ToString($(if ($size -ge 100) { '0.#' } elseif ($size -ge 10) { '0.##' } else { '0.###' }), $culture) }
    if ($Unit -cin '', 'count') { return $text }
    if ($Unit -cin '1/s', 'count/s') { return "$text/s" }
    "$text $Unit"
}

# Text from outside without control characters, which would steer a terminal.
function ConvertToSafeText {
    [CmdletBinding()]
    [OutputType([string])]
    param([AllowEmptyString()] [AllowNull()] [string] $Text)

    $Text -replace '[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]', '?'
}
