# A DPAPI blob of a secret, in base64, that any account of this machine can open; the folder's access keeps it.
function ProtectSecret {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [securestring] $Secret)

    # .NET Framework does not load it by itself.
    if ($PSVersionTable.PSEdition -ne 'Core') { Add-Type -AssemblyName System.Security }
    $bytes = [System.Text.Encoding]::UTF8.GetBytes([System.Net.NetworkCredential]::new('', $Secret).Password)
    $blob = [System.Security.Cryptography.ProtectedData]::Protect($bytes, $null, 'LocalMachine')
    [System.Convert]::ToBase64String($blob)
}
