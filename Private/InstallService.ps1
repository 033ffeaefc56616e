# Makes a service with NSSM: installed, then every value set and read back.
function InstallService {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [psobject[]] $Setting
    )

    $application = ($Setting | Where-Object { $_.Parameter[0] -eq 'Application' }).Value
    [void](InvokeNssm -Nssm $Nssm -ArgumentList install, $Name, $application)
    SetNssmSetting -Nssm $Nssm -Name $Name -Setting $Setting
}
