# Replaces broker.password in settings, a string or a secure one, by its DPAPI blob; the blob in the settings kept before
# stays where it holds the same password, because a new one always differs and would look like a change.
function ProtectPassword {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Settings,
        [AllowEmptyString()] [string] $Previous
    )

    $broker = GetValue $Settings 'broker'
    $password = GetValue $broker 'password'
    if ($null -eq $password) { return }
    # Module logging writes every parameter of these functions into the event log: none of them is a plain password.
    if ($password -isnot [securestring]) { $password = [System.Net.NetworkCredential]::new('', "$password").SecurePassword }
    $plain = [System.Net.NetworkCredential]::new('', $password).Password
    $blob = GetMember (ConvertFromJsonText $Previous) broker, password_dpapi
    if (-not $blob -or (UnprotectSecret $blob) -cne $plain) { $blob = ProtectSecret $password }
    $broker.Remove('password')
    $broker['password_dpapi'] = $blob
}
