# All that a start will do, found out without changing anything: the monitor's name and places, its settings as text,
# NSSM's values, what is there already (Existing), and whether settings or service differ from it. Throws MonitorExists
# where the name is another service's.
function NewMonitorPlan {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [psobject] $Reading,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Parameter
    )

    $name = GetMonitorName -Document $Reading.Document -Parameter $Parameter
    $existing = GetServiceEntry $name
    if ($existing -and -not $existing.IsMonitor) {
        throw (NewErrorRecord -Id MonitorExists -TargetObject $name -Message (
                "A service named '$name' exists and is no monitor of this module; it was not touched. " +
                'Choose another name with -Name.'))
    }
    $path = GetMonitorPath $name
    $previous = ReadText $path.Settings
    $settings = MergeSettings -Reading $Reading -Path $path -Parameter $Parameter
    ProtectPassword -Settings $settings -Previous $previous
    $text = ConvertToJsonText $settings
    $service = NewServicePlan -Name $name -Path $path -Existing $existing -Parameter $Parameter
    [pscustomobject]@{
        Name            = $name
        Path            = $path
        Settings        = $text
        HasBroker       = [bool](GetValue $settings 'broker')
        LogPath         = [System.IO.Path]::Combine((GetMember $settings log, path), 'psutil.log')
        Existing        = $existing
        Service         = $service.Wanted
        PreviousService = $service.Present
        SettingsChanged = $text -cne $previous
        ServiceChanged  = (ConvertToJsonText $service.Wanted) -cne (ConvertToJsonText $service.Present)
    }
}
