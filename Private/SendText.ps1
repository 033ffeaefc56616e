# Writes text to a program's standard input, as UTF-8 without a BOM, and closes it. Whoever calls reads its output
# meanwhile: a program whose output nobody takes stops reading.
function SendText {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Diagnostics.Process] $Process,
        [AllowEmptyString()] [string] $Text = ''
    )

    $bytes = [System.Text.Encoding]::UTF8.GetBytes($Text)
    try {
        $Process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
        $Process.StandardInput.Close()
    }
    catch [System.IO.IOException] {
        # It ended without reading: its exit code tells why.
        Write-Debug "Standard input was not read: $($_.Exception.Message)"
    }
}
