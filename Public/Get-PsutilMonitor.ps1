function Get-PsutilMonitor {
    <#
    .SYNOPSIS
        Shows the monitors on this host: their services, and what their collectors say of themselves.

    .DESCRIPTION
        Gives one object a monitor. State is the service's, as Windows has it. The rest is what the collector wrote last, at
        the time in Updated: Summary says in one line whether samples flow, and why where they do not; beside it since when
        it runs, samples taken, published, kept on disk (Spooled), dropped and unroutable, the last error, and Entries, an
        object each with its last value, unit, age, and the fault it is in. Where the collector does not run, ProcessId and
        Since are empty and CollectorState says how it ended; a value that is not known is empty, never 0.

    .INPUTS
        Names, or services from Get-Service.

    .OUTPUTS
        PsutilAgent.Monitor

    .EXAMPLE
        Get-PsutilMonitor

        Shows every monitor.

    .EXAMPLE
        Get-PsutilMonitor -Name cloudify-psutil | Select-Object -ExpandProperty Entries

        Shows each entry of a monitor with its last values.

    .NOTES
        Needs Windows. Without administrator rights only the services can be seen, not what the collectors say.
        Error ids: MonitorNotFound, UnsupportedPlatform.

    .LINK
        Start-PsutilMonitor

    .LINK
        Stop-PsutilMonitor

    .LINK
        about_PsutilAgent_Troubleshooting
    #>
    [CmdletBinding()]
    [OutputType('PsutilAgent.Monitor', 'PsutilAgent.Monitor.Members')]
    param(
        # The names of the monitors; wildcards are allowed.
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('ServiceName')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Name = '*'
    )

    begin {
        try {
            AssertWindows Get-PsutilMonitor
            if (-not (TestElevated)) {
                Write-Warning 'Without administrator rights what the collectors say of themselves cannot be read.'
            }
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }

    process {
        try {
            $monitors = @(GetMonitor -Name $Name -Caller $PSCmdlet | ForEach-Object { NewMonitorObject $_ })
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
        $monitors
    }
}
