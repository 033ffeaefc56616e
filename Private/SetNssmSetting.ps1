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
        # Where there is no delayed start (NSSM's words for old Windows, and Wine), automatic is what is left of it.
        $isStart = $one.Value -eq 'SERVICE_DELAYED_AUTO_START' -and $found -eq 'SERVICE_AUTO_START'
        if ($found -cne $one.Value -and -not $isStart) {
            throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Message (
                    "NSSM did not keep $($one.Parameter -join ' ') of '$Name': expected '$($one.Value)', found '$found'."))
        }
    }
}
