# What the registry holds of one service, NSSM's values among it; $null where there is none. IsMonitor says whether it
# is one of this module's: NSSM runs it with the settings file in that name's own folder.
function GetServiceEntry {
    [CmdletBinding()]
    [OutputType([psobject])]
    param([Parameter(Mandatory)] [string] $Name)

    $service = ReadServiceKey -Name $Name
    if (-not $service) { return }
    $nssm = ReadServiceKey -Name "$Name\Parameters"
    $parameters = [string](GetValue $nssm 'AppParameters')
    # Asked of every service of the host, and hardly one of them is NSSM's.
    $isMonitor = $parameters -and
    $parameters.EndsWith(' run --config "' + (GetMonitorPath $Name).Settings + '"', [System.StringComparison]::OrdinalIgnoreCase)
    [pscustomobject]@{
        Name          = $Name
        ImagePath     = [string](GetValue $service 'ImagePath')
        Description   = [string](GetValue $service 'Description')
        StartupType   = GetStartupType $service
        Application   = [string](GetValue $nssm 'Application')
        AppDirectory  = [string](GetValue $nssm 'AppDirectory')
        AppParameters = $parameters
        IsMonitor     = [bool]$isMonitor
    }
}
