function Export-PsutilReport {
    <#
    .SYNOPSIS
        Writes an HTML page of a monitor's last hours: whether data flows, what happened, each metric's line.

    .DESCRIPTION
        The page says first, in one sentence, whether samples flow and why not; then outages, drops and restarts on a time line,
        a line for each value, what is sampled, and the settings without their secrets. It needs nothing but itself: it can be
        mailed, printed, and read on a phone. The monitor may run or be stopped; what its collector remembers of the last hours
        is set by history in its settings.

    .INPUTS
        Monitors from Get-PsutilMonitor, services from Get-Service, or names.

    .OUTPUTS
        None, or with -PassThru a System.IO.FileInfo.

    .EXAMPLE
        Export-PsutilReport

        Writes a page for each monitor into the current folder, named as the monitor.

    .EXAMPLE
        Get-PsutilMonitor -Name cloudify-psutil | Export-PsutilReport -Path .\outage.html -Hours 24 -PassThru | Invoke-Item

        Writes a page of the last day, and opens it.

    .NOTES
        Needs Windows and administrator rights. A file that is there is written over, but nothing is written through a link.
        Error ids: ElevationRequired, MonitorNotFound, DataNotWritable, UnsupportedPlatform, NodeNotFound, CollectorNotFound,
        CollectorFailed.

    .LINK
        Get-PsutilMonitor

    .LINK
        about_PsutilAgent
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Name')]
    [OutputType([System.IO.FileInfo])]
    param(
        # The names of the monitors; wildcards are allowed. All of them unless given.
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Name')]
        [Alias('ServiceName')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Name = '*',

        # Monitors from Get-PsutilMonitor.
        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'InputObject')]
        [PSTypeName('PsutilAgent.Monitor')]
        [psobject[]] $InputObject,

        # The file, for one monitor; or a folder, in which each monitor's page has its name. The current folder unless given.
        [Parameter(Position = 1)]
        [ValidateNotNullOrEmpty()]
        [string] $Path = '.',

        # How far back it goes.
        [ValidateRange(0.1, 744)]
        [double] $Hours = 6,

        # Gives the file as an object.
        [switch] $PassThru,

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath
    )

    begin {
        try {
            AssertWindows Export-PsutilReport
            $place = ResolveFile $Path
            $isFolder = [System.IO.Directory]::Exists($place)
            $written = ''
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }

    process {
        $names = if ($PSCmdlet.ParameterSetName -eq 'Name') { $Name } else { $InputObject | ForEach-Object { $_.Name } }
        foreach ($entry in GetMonitor -Name $names -Caller $PSCmdlet) {
            $file = if ($isFolder) { [System.IO.Path]::Combine($place, (ConvertToSafeName $entry.Name) + '.html') } else { $place }
            if (-not $PSCmdlet.ShouldProcess($file, "Write the report of monitor '$($entry.Name)'")) { continue }
            try {
                AssertElevated Export-PsutilReport
                if ($written -eq $file) {
                    throw (NewErrorRecord -Id DataNotWritable -TargetObject $file -Message (
                            "-Path names one file, '$file', and there is more than one monitor: '$($entry.Name)' was left out. Name a folder that is there."))
                }
                $since = [string]::Format([System.Globalization.CultureInfo]::InvariantCulture, '--hours={0}', $Hours)
                $reply = InvokeCollector -ArgumentList report, "--data=$((GetMonitorPath $entry.Name).Data)", $since, "--output=$file" -NodePath $NodePath -TargetObject $file
                $written = $file
                if ($PassThru) { [System.IO.FileInfo]$reply.file }
            }
            catch {
                WriteCmdletError -Caller $PSCmdlet -Record $_
            }
        }
    }
}
