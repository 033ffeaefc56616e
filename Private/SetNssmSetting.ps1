# Sets values of a service with NSSM and reads each one back: NSSM takes some words apart and reports success.
function SetNssmSetting {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [psobject[]] $Setting
    )

    foreach ($one in $Setting) {
        [void](InvokeNssm -Nssm $Nssm -ArgumentList (@('set', $Name) + $one.Parameter + $one.Value))
        $found = InvokeNssm -Nssm $Nssm -ArgumentList (@('get', $Name) + $one.Parameter)
        if ($found -cne $one.Value) {
            throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Message (
                    "NSSM did not keep $($one.Parameter -join ' ') of '$Name': expected '$($one.Value)', found '$found'."))
        }
    }
}
