# A copy of settings with broker.password, a string or a secure one, or what broker.password_env names in this session, replaced by its DPAPI blob; the blob in the settings kept before
# stays where it holds the same password, because a new one always differs and would look like a change.
function ProtectPassword {
    [CmdletBinding()]
    [OutputType([System.Collections.IDictionary])]
    param(
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Settings,
        [AllowEmptyString()] [string] $Previous
    )

    $copy = ConvertToDictionary $Settings
    $broker = GetValue $copy 'broker'
    $password = GetValue $broker 'password'
    $variable = GetValue $broker 'password_env'
    if ($null -ne $variable) {
        $password = [System.Environment]::GetEnvironmentVariable("$variable")
        if (-not $password) {
            throw (NewErrorRecord -Id ConfigInvalid -TargetObject '/broker/password_env' -Message (
                    "/broker/password_env: the variable '$variable' is not set in this session, and a service has none of a session's: " +
                    "set it (`$env:$variable = ...) and start again, which keeps it encrypted, or give the password with -BrokerCredential."))
        }
        $broker.Remove('password_env')
    }
    if ($null -eq $password) { return $copy }
    # Module logging writes every parameter of these functions into the event log: none of them is a plain password.
    if ($password -isnot [securestring]) { $password = [System.Net.NetworkCredential]::new('', "$password").SecurePassword }
    $plain = [System.Net.NetworkCredential]::new('', $password).Password
    $blob = GetMember (ConvertFromJsonText $Previous) broker, password_dpapi
    if (-not $blob -or (UnprotectSecret $blob) -cne $plain) { $blob = ProtectSecret $password }
    $broker.Remove('password')
    $broker['password_dpapi'] = $blob
    $copy
}

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
