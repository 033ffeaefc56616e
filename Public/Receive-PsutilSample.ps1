function Receive-PsutilSample {
    <#
    .SYNOPSIS
        Shows the samples that arrive at the broker, as its consumers get them.

    .DESCRIPTION
        Binds a queue of its own to the exchange of the settings and gives an object a sample, as they arrive, until -Count of
        them came, -Timeout seconds are over, or Ctrl-C. Time is when the sample was taken, in local time. The queue goes with it.

        Needs a broker in the settings, and works wherever PowerShell and the collector do; monitors by their names need
        Windows and administrator rights. A monitor that held its samples because nobody was bound sends them now: once
        they are shown here, no consumer that comes later gets them.

    .INPUTS
        Monitors from Get-PsutilMonitor, or their names. One is read after the other.

    .OUTPUTS
        PsutilAgent.ReceivedSample

    .EXAMPLE
        Receive-PsutilSample -Name cloudify-psutil -Count 10 -Timeout 60

        Shows the next ten samples with the monitor's routing key, and fails where fewer arrive within a minute.

    .EXAMPLE
        Receive-PsutilSample -Path .\settings.yaml -RoutingKey '#' | Where-Object Metric -eq memory_MemFree

        Shows one metric of all nodes until Ctrl-C.

    .NOTES
        Error ids: ConfigNotFound, ConfigInvalid, MonitorNotFound, BrokerUnreachable, BrokerRefused, SampleUnavailable,
        UnsupportedPlatform, NodeNotFound, CollectorNotFound, CollectorFailed.

    .LINK
        Test-PsutilConfiguration

    .LINK
        Get-PsutilMonitor

    .LINK
        about_PsutilAgent_Delivery
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('PsutilAgent.ReceivedSample', 'PsutilAgent.ReceivedSample.Members')]
    param(
        # The names of monitors whose broker, exchange and routing key are used; wildcards are allowed.
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Name')]
        [Alias('ServiceName')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Name,

        # Monitors from Get-PsutilMonitor.
        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'InputObject')]
        [PSTypeName('PsutilAgent.Monitor')]
        [psobject[]] $InputObject,

        # Settings with a broker: a JSON or YAML file.
        [Parameter(Mandatory, ParameterSetName = 'Path')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        # What the queue is bound with: the settings' own routing key unless given; # for all.
        [ValidateNotNullOrEmpty()]
        [string] $RoutingKey,

        # Ends after so many samples; without it and -Timeout, with Ctrl-C.
        [ValidateRange(1, 2147483647)]
        [int] $Count,

        # Ends after so many seconds; with -Count it is an error where fewer samples came.
        [ValidateRange(1, 2147483)]
        [int] $Timeout,

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath
    )

    begin {
        try {
            if ($PSCmdlet.ParameterSetName -ne 'Path') { AssertWindows Receive-PsutilSample }
            $options = @('--json')
            if ($RoutingKey) { $options += "--key=$RoutingKey" }
            if ($Count) { $options += "--count=$Count" }
            if ($Timeout) { $options += "--duration=$Timeout" }
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }

    process {
        $waited = [System.Diagnostics.Stopwatch]::StartNew()
        try {
            $files = if ($PSCmdlet.ParameterSetName -eq 'Path') { ResolveFile $Path }
            else {
                $names = if ($PSCmdlet.ParameterSetName -eq 'Name') { $Name } else { $InputObject | ForEach-Object { $_.Name } }
                GetMonitor -Name $names -Caller $PSCmdlet | ForEach-Object { (GetMonitorPath $_.Name).Settings }
            }
            foreach ($file in $files) {
                $waited.Restart()
                $words = @(GetCollectorPath) + @('consume', '--config', $file) + $options
                ReadNativeLine -FilePath (GetProgramPath -Program node -Path $NodePath) -ArgumentList $words | ForEach-Object { NewReceivedSample $_ }
            }
        }
        catch {
            # What the collector tells as a fault of the channel's is one of time: the broker refused nothing.
            if (-not $Count -or -not $Timeout -or $waited.Elapsed.TotalSeconds -lt $Timeout -or $_.FullyQualifiedErrorId -notlike 'BrokerRefused*') {
                $PSCmdlet.ThrowTerminatingError($_)
            }
            $PSCmdlet.ThrowTerminatingError((NewErrorRecord -Id SampleUnavailable -TargetObject $file -Message (
                        "Expected $Count samples within $Timeout s, found fewer. Get-PsutilMonitor tells whether a monitor sends, " +
                        'Test-PsutilConfiguration -CheckBroker whether the broker takes it; -RoutingKey ''#'' shows what comes under other keys.')))
        }
    }
}
