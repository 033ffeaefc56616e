# Where one monitor keeps its files.
function GetMonitorPath {
    [CmdletBinding()]
    [OutputType([psobject])]
    param([Parameter(Mandatory)] [string] $Name)

    $data = [System.IO.Path]::Combine((GetDataRoot), (ConvertToSafeName $Name))
    [pscustomobject]@{
        Data       = $data
        Settings   = [System.IO.Path]::Combine($data, 'settings.json')
        Status     = [System.IO.Path]::Combine($data, 'status.json')
        Stop       = [System.IO.Path]::Combine($data, 'stop')
        ServiceLog = [System.IO.Path]::Combine($data, 'service.log')
        Spool      = [System.IO.Path]::Combine($data, 'spool')
    }
}
