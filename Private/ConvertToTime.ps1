# A time of the collector (ISO 8601, UTC) as local time; $null stays $null.
function ConvertToTime {
    [CmdletBinding()]
    [OutputType([datetime])]
    param([Parameter(Mandatory)] [AllowNull()] [object] $Value)

    if ($null -eq $Value) { return $null }
    # PowerShell 7.0 to 7.4 turn dates in JSON into times by themselves.
    if ($Value -is [datetime]) { return $Value.ToLocalTime() }
    [datetime]::Parse($Value, [System.Globalization.CultureInfo]::InvariantCulture, 'AdjustToUniversal').ToLocalTime()
}
