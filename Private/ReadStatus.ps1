# What a collector last said of itself in status.json; $null where it said nothing.
function ReadStatus {
    [CmdletBinding()]
    [OutputType([object])]
    param([Parameter(Mandatory)] [string] $Path)

    ConvertFromJsonText (ReadText $Path)
}
