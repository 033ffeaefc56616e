function Restart-PsutilMonitor {
    <#
    .SYNOPSIS
        Stops monitors and starts them again, with the settings they have.

    .DESCRIPTION
        Asks the collector to stop, gives it time to send what it holds, starts its service again and waits as
        Start-PsutilMonitor does: until it samples and, where there is a broker, is connected. One that is stopped is started.
        Settings, service and unsent samples stay as they are. Where the collector does not begin to work, the error is one
        of Start-PsutilMonitor's, with its last log lines.

    .INPUTS
        Monitors from Get-PsutilMonitor, services from Get-Service, or names.

    .OUTPUTS
        None, but for two lines in the information stream as Start-PsutilMonitor writes them, or with -PassThru a PsutilAgent.Monitor.

    .EXAMPLE
        Restart-PsutilMonitor -Name cloudify-psutil

        Restarts a monitor.

    .EXAMPLE
        Get-PsutilMonitor | Where-Object Connected -eq $false | Restart-PsutilMonitor -PassThru

        Restarts the monitors that have no broker, and shows them.

    .NOTES
        Needs Windows and administrator rights. Error ids: ElevationRequired, MonitorNotFound, ConfigNotFound, ConfigInvalid,
        StartTimeout, StopTimeout, CollectorExited, BrokerUnreachable, BrokerRefused, DataNotWritable, UnsupportedPlatform.

    .LINK
        Start-PsutilMonitor

    .LINK
        Get-PsutilMonitor
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Name')]
    [OutputType('PsutilAgent.Monitor', 'PsutilAgent.Monitor.Members')]
    param(
        # The names of the monitors; wildcards are allowed.
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Name')]
        [Alias('ServiceName')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Name,

        # Monitors from Get-PsutilMonitor.
        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'InputObject')]
        [PSTypeName('PsutilAgent.Monitor')]
        [psobject[]] $InputObject,

        # Seconds to wait for the collector to end, and then until it works.
        [ValidateRange(1, 3600)]
        [int] $Timeout = 60,

        # Gives the monitor as an object.
        [switch] $PassThru
    )

    begin {
        try {
            AssertWindows Restart-PsutilMonitor
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }

    process {
        $names = if ($PSCmdlet.ParameterSetName -eq 'Name') { $Name } else { $InputObject | ForEach-Object { $_.Name } }
        foreach ($entry in GetMonitor -Name $names -Caller $PSCmdlet) {
            if (-not $PSCmdlet.ShouldProcess($entry.Name, 'Restart monitor')) { continue }
            try {
                AssertElevated Restart-PsutilMonitor
                RestartMonitor -Name $entry.Name -Timeout $Timeout
                if ($PassThru) { NewMonitorObject $entry }
                else { WriteOutcome -Name $entry.Name -Outcome 'was restarted' -Caller $PSCmdlet }
            }
            catch {
                WriteCmdletError -Caller $PSCmdlet -Record $_
            }
        }
    }
}
