# The present lengths of a monitor's log files, by path: what comes after them is new.
function GetLogOffset {
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param([Parameter(Mandatory)] [string[]] $Path)

    $offsets = [ordered]@{}
    foreach ($file in $Path) {
        $info = [System.IO.FileInfo]::new($file)
        $offsets[$file] = if ($info.Exists) { $info.Length } else { 0 }
    }
    $offsets
}
