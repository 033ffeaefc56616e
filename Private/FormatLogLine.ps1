# A line of psutil.log as level and message; any other line as it is, in a length that a person reads.
function FormatLogLine {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Line)

    $record = if ($Line.StartsWith('{')) { ConvertFromJsonText $Line }
    $text = GetValue $record 'msg'
    if ($text) {
        $Line = "$(GetValue $record 'level'): $text"
    }
    if ($Line.Length -gt 500) { $Line = $Line.Substring(0, 500) + ' ...' }
    $Line
}
