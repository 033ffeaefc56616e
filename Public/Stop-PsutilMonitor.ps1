function Stop-PsutilMonitor {
    <#
    .SYNOPSIS
        Stops monitors and deletes their services.

    .DESCRIPTION
        Asks the collector to stop, gives it time to send what it holds, stops the service and deletes it, and with it
        the monitor's settings, status and log. Samples that were not sent yet stay on disk unless -RemoveData is given; a
        monitor of the same name sends them when it is started again. With -KeepService the service is only stopped.

        Services that are no monitors are never touched.

    .INPUTS
        Monitors from Get-PsutilMonitor, services from Get-Service, or names.

    .OUTPUTS
        None, or with -PassThru and -KeepService a PsutilAgent.Monitor.

    .EXAMPLE
        Stop-PsutilMonitor -Name cloudify-psutil

        Stops the monitor and deletes its service.

    .EXAMPLE
        Get-PsutilMonitor -Name cloudify-psutil-* | Stop-PsutilMonitor -RemoveData

        Stops several monitors, and lets go of samples that were not sent.

    .EXAMPLE
        Get-Service -Name *psutil* | Stop-PsutilMonitor

        Stops those of the services that are monitors.

    .NOTES
        Needs Windows and administrator rights. Error ids: ElevationRequired, MonitorNotFound, NssmNotFound, NssmFailed,
        StopTimeout, DataNotWritable, UnsupportedPlatform.

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

        # Stops the service and keeps it, with all its files.
        [switch] $KeepService,

        # Deletes samples that were not sent, too. A spool that the settings put into another folder is left there.
        [switch] $RemoveData,

        # The nssm.exe to delete the service with, instead of the service's own.
        [ValidateNotNullOrEmpty()]
        [string] $NssmPath,

        # Seconds to wait for the collector to send what it holds and end, before Windows stops the service.
        [ValidateRange(1, 3600)]
        [int] $Timeout = 30,

        # Gives the monitor as an object, where its service was kept.
        [switch] $PassThru
    )

    begin {
        try {
            AssertWindows Stop-PsutilMonitor
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }

    process {
        $names = if ($PSCmdlet.ParameterSetName -eq 'Name') { $Name } else { $InputObject | ForEach-Object { $_.Name } }
        $action = if ($KeepService) { 'Stop monitor' } else { 'Stop monitor and delete its service' }
        foreach ($entry in GetMonitor -Name $names -Caller $PSCmdlet) {
            if (-not $PSCmdlet.ShouldProcess($entry.Name, $action)) { continue }
            try {
                AssertElevated Stop-PsutilMonitor
                StopMonitor -Entry $entry -Timeout $Timeout -NssmPath $NssmPath -KeepService:$KeepService -RemoveData:$RemoveData
                if ($PassThru -and $KeepService) { NewMonitorObject $entry }
            }
            catch {
                WriteCmdletError -Caller $PSCmdlet -Record $_
            }
        }
    }
}
