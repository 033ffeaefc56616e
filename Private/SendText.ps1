# Writes text to a program's standard input, as UTF-8 without a BOM, and closes it; whether it was taken within Timeout
# seconds. Whoever calls reads its output meanwhile: a program whose output nobody takes stops reading.
function SendText {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [System.Diagnostics.Process] $Process,
        [AllowEmptyString()] [string] $Text = '',
        [double] $Timeout = 60
    )

    $bytes = [System.Text.Encoding]::UTF8.GetBytes($Text)
    try {
        $writing = $Process.StandardInput.BaseStream.WriteAsync($bytes, 0, $bytes.Length)
        if (-not (WaitNative -Process $Process -Task $writing -Timeout $Timeout)) { return $false }
        $Process.StandardInput.Close()
    }
    catch {
        if ($_.Exception.GetBaseException() -isnot [System.IO.IOException]) { throw }
        # It ended without reading: its exit code tells why.
        Write-Debug "Standard input was not read: $($_.Exception.GetBaseException().Message)"
    }
    $true
}
