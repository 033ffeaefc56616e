# The secret in a blob of ProtectSecret; $null where it cannot be opened here.
function UnprotectSecret {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Blob)

    if ($PSVersionTable.PSEdition -ne 'Core') { Add-Type -AssemblyName System.Security }
    try {
        $bytes = [System.Convert]::FromBase64String($Blob)
        $secret = [System.Security.Cryptography.ProtectedData]::Unprotect($bytes, $null, 'LocalMachine')
        [System.Text.Encoding]::UTF8.GetString($secret)
    }
    catch {
        Write-Debug "The password kept before cannot be opened: $($_.Exception.Message)"
        $null
    }
}
