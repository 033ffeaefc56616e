# The last lines that a collector logged since the offsets, bytes, in its log and in the service's output, for a person.
function GetLogTail {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [System.Collections.IDictionary] $Offset)

    $lines = foreach ($file in $Offset.Keys) {
        (ReadText -Path $file -Offset $Offset[$file]) -split '\r?\n' | Where-Object { $_.Trim() } | Select-Object -Last 8 |
            ForEach-Object { FormatLogLine $_ }
    }
    if (-not $lines) { return 'The collector logged nothing.' }
    "The collector's last log lines:`n  " + ($lines -join "`n  ")
}
