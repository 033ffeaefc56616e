# One thing that was found by a check.
function NewFinding {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Finding')]
    param(
        [AllowEmptyString()] [string] $Monitor,
        [Parameter(Mandatory)] [string] $Check,
        [Parameter(Mandatory)] [ValidateSet('Ok', 'Warning', 'Fault')] [string] $Result,
        [Parameter(Mandatory)] [string] $Message
    )

    [pscustomobject]@{
        PSTypeName = 'PsutilAgent.Finding'
        Monitor    = $Monitor
        Check      = $Check
        Result     = $Result
        Message    = $Message
    }
}

# What the collector's own checks find with a settings file.
function ReadFinding {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Finding')]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [AllowEmptyString()] [string] $Monitor = '',
        [string] $NodePath
    )

    foreach ($check in (InvokeCollector -ArgumentList doctor, $Path -NodePath $NodePath -TargetObject $Path).checks) {
        $result = [string]$check.result
        NewFinding -Monitor $Monitor -Check $check.check -Message $check.message -Result ($result.Substring(0, 1).ToUpperInvariant() + $result.Substring(1))
    }
}

# What there is to say of a monitor's service and the programs that it runs.
function TestService {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Finding')]
    param([Parameter(Mandatory)] [psobject] $Entry)

    $name = $Entry.Name
    $state = GetServiceState $name
    $log = (GetMonitorPath $name).ServiceLog
    $about = @{ Monitor = $name; Check = 'service' }
    switch ($state) {
        'Running' { NewFinding @about -Result Ok -Message "The service runs, as $($Entry.Account)." }
        'Paused' {
            NewFinding @about -Result Fault -Message ("The collector ended again and again, and NSSM waits before it starts it anew (Paused). " +
                "Its last words are in psutil.log and '$log'; when that is put right: Restart-PsutilMonitor $name.")
        }
        'Stopped' {
            NewFinding @about -Result Fault -Message ("The service is stopped: Restart-PsutilMonitor $name starts it. If it ended by itself, " +
                "why is at the end of psutil.log, in '$log', or in the System event log (Service Control Manager).")
        }
        default { NewFinding @about -Result Warning -Message "The service is on its way (state '$state'): look again in a minute; where it stays so, restart the host or end its process." }
    }
    if ($Entry.StartupType -notlike 'Automatic*') {
        NewFinding @about -Result Warning -Message "Windows does not start the service by itself ($($Entry.StartupType)): Get-PsutilMonitor $name | Start-PsutilMonitor -StartupType AutomaticDelayedStart."
    }
    $nssm = $Entry.ImagePath.Trim('"')
    foreach ($path in $nssm, $Entry.AppDirectory) {
        if ([System.IO.File]::Exists($path) -or [System.IO.Directory]::Exists($path)) { continue }
        NewFinding @about -Result Fault -Message ("'$path', which the service runs from, is gone; an antivirus program may have taken it (its quarantine tells). " +
            "Exclude the folder there, then Get-PsutilMonitor $name | Start-PsutilMonitor -Force puts it back.")
    }
}
