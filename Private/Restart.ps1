# Stops a monitor's collector and starts it again with the settings it has. Throws what a start throws, and ConfigNotFound where
# its settings are gone; nothing is undone then.
function RestartMonitor {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [double] $Timeout
    )

    $path = GetMonitorPath $Name
    AssertNoLink $path.Data
    $lock = EnterLock -Name $Name -Timeout $Timeout -Id StartTimeout
    try {
        $settings = ConvertFromJsonText (ReadText $path.Settings)
        if ($null -eq $settings) {
            throw (NewErrorRecord -Id ConfigNotFound -TargetObject $path.Settings -Message (
                    "The monitor '$Name' has no settings at '$($path.Settings)', and was not restarted: start it with Start-PsutilMonitor, -Name and a configuration."))
        }
        $plan = [pscustomobject]@{
            Name      = $Name
            Path      = $path
            HasBroker = [bool](GetValue $settings 'broker')
            LogPath   = [System.IO.Path]::Combine((GetMember $settings log, path), 'psutil.log')
        }
        StopCollector -Name $Name -Timeout $Timeout
        [System.IO.File]::Delete($path.Stop)
        $offset = GetLogOffset $plan.LogPath, $path.ServiceLog
        SendServiceControl -Name $Name -Control Start
        WaitCollector -Plan $plan -LogOffset $offset -Timeout $Timeout
    }
    finally { ExitLock $lock }
}
