# Replaces broker.password in settings by its DPAPI blob; the blob in the settings kept before stays where it holds the
# same password, because a new one always differs and would look like a change.
function ProtectPassword {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Settings,
        [AllowEmptyString()] [string] $Previous
    )

    $broker = GetValue $Settings 'broker'
    $password = GetValue $broker 'password'
    if ($null -eq $password) { return }
    $blob = GetMember (ConvertFromJsonText $Previous) broker, password_dpapi
    if (-not $blob -or (UnprotectSecret $blob) -cne $password) { $blob = ProtectSecret $password }
    $broker.Remove('password')
    $broker['password_dpapi'] = $blob
}
