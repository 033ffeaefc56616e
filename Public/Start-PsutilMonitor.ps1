function Start-PsutilMonitor {
    <#
    .SYNOPSIS
        Starts a monitor: a Windows service that samples psutil metrics and publishes them to RabbitMQ.

    .DESCRIPTION
        Checks the configuration, keeps it in the monitor's own folder (%ProgramData%\PsutilAgent\<name>), puts the programs
        into %ProgramFiles%\PsutilAgent\<version>, both open to SYSTEM and Administrators only, installs a service with NSSM
        that runs the collector, starts it, and waits until the collector says that it samples and, where there is a broker,
        that it is connected.

        A monitor that runs with the same settings is left alone. Where only entries of psutil_config changed, the running
        collector takes them over: entries that did not change go on without a gap, and nothing is restarted. One with other
        settings is updated and restarted. A start that fails leaves nothing behind, or the monitor as it was, and the error
        carries the collector's last log lines. Every fault of the configuration is an error of its own (ConfigInvalid) with
        its JSON pointer as target.

        Without -Name or -NodeId a monitor that runs is not made another one: settings without its broker, with another
        broker's hosts or another deployment id are refused (MonitorExists) unless -Force is given.

        The broker's password, also one that password_env names in this session, is kept encrypted (DPAPI); it is never on a
        command line, in the registry or in a log. Without a broker, in the file or by -BrokerHostname, the samples go to
        service.log in the monitor's folder, and a warning says so.

        What was done, whether samples flow, and what to look at next is told in two lines of the information stream, unless
        -PassThru gives the monitor instead; -InformationAction SilentlyContinue hides them.

    .INPUTS
        Configuration objects (hashtables, ordered dictionaries, objects from ConvertFrom-Json), which together make one
        monitor; files from Get-ChildItem, each of which makes one; or monitors from Get-PsutilMonitor, or their services
        from Get-Service.

    .OUTPUTS
        None, or with -PassThru a PsutilAgent.Monitor.

    .EXAMPLE
        Start-PsutilMonitor -Path .\examples\monitor.yaml -BrokerHostname rabbit.example -BrokerCredential (Get-Credential)

        Starts the monitor cloudify-psutil with the metrics of a file and a broker.

    .EXAMPLE
        @{ method = 'virtual_memory'; result_argument = 'free'; interval = 5 } | Start-PsutilMonitor -NodeId vm_1 -BrokerHostname rabbit.example -PassThru

        Starts the monitor cloudify-psutil-vm_1 from an object, with RabbitMQ's default user, and shows it.

    .EXAMPLE
        Get-PsutilMonitor | Where-Object State -eq Stopped | Start-PsutilMonitor

        Starts the monitors that Stop-PsutilMonitor -KeepService stopped.

    .NOTES
        Needs Windows and administrator rights. Error ids: ConfigNotFound, ConfigInvalid, ElevationRequired, NodeNotFound,
        NssmNotFound, NssmFailed, MonitorExists, StartTimeout, StopTimeout, CollectorExited, CollectorNotFound,
        CollectorFailed, BrokerUnreachable, BrokerRefused, DataNotWritable, UnsupportedPlatform.

    .LINK
        Stop-PsutilMonitor

    .LINK
        Get-PsutilMonitor

    .LINK
        about_PsutilAgent

    .LINK
        about_PsutilAgent_Security
    #>
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Path')]
    [OutputType('PsutilAgent.Monitor', 'PsutilAgent.Monitor.Members')]
    param(
        # The configuration: a JSON or YAML file with a list of psutil_config entries, a map with the key psutil_config,
        # or complete settings.
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Path')]
        [Alias('PSPath')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        # The configuration as objects: entries of psutil_config, or one object with complete settings. Files and monitors
        # are taken as with -Path and -InputObject.
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'Configuration')]
        [AllowEmptyCollection()]
        [object[]] $Configuration,

        # A monitor from Get-PsutilMonitor, to be started again with the settings it has.
        [Parameter(Mandatory, ParameterSetName = 'InputObject')]
        [PSTypeName('PsutilAgent.Monitor')]
        [psobject[]] $InputObject,

        # The monitor's name, which is its service's too. By default cloudify-psutil, with a node id
        # cloudify-psutil-<node id>.
        [Parameter(ParameterSetName = 'Path')]
        [Parameter(ParameterSetName = 'Configuration')]
        [Alias('ServiceName')]
        [ValidateScript({ TestMonitorName $_ })]
        [string] $Name,

        # The deployment id in every message; the routing key as well.
        [ValidateNotNullOrEmpty()]
        [string] $DeploymentId,

        # The node's name in every message.
        [ValidateNotNullOrEmpty()]
        [string] $NodeName,

        # The node instance's id in every message; this host's name unless given.
        [ValidateNotNullOrEmpty()]
        [string] $NodeId,

        # RabbitMQ's host, or several to be tried in turn.
        [ValidateNotNullOrEmpty()]
        [string[]] $BrokerHostname,

        # RabbitMQ's port: 5672, with TLS 5671, unless given.
        [ValidateRange(1, 65535)]
        [int] $BrokerPort,

        # User name and password for RabbitMQ.
        [ValidateNotNull()]
        [System.Management.Automation.PSCredential] $BrokerCredential,

        # The virtual host: / unless given.
        [ValidateNotNullOrEmpty()]
        [string] $BrokerVirtualHost,

        # A PEM file with the authorities to trust; turns TLS on.
        [ValidateNotNullOrEmpty()]
        [string] $BrokerCaCertificate,

        # How the service starts with Windows: AutomaticDelayedStart unless given.
        [ValidateSet('AutomaticDelayedStart', 'Automatic', 'Manual')]
        [string] $StartupType,

        # The account that the service runs as: LocalSystem, or NT SERVICE\<name> with the monitor's own name, an account without
        # a password and with few rights, for which some metrics are closed (docs/service-account.md). LocalSystem unless given;
        # a monitor that is there keeps its own.
        [ValidatePattern('^(LocalSystem|NT SERVICE\\.+)$')]
        [string] $ServiceAccount,

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath,

        # The nssm.exe to make the service with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NssmPath,

        # Seconds to wait until the collector works.
        [ValidateRange(1, 3600)]
        [int] $Timeout = 60,

        # Makes the service anew, even where the monitor runs and nothing has changed, or would become another one, and moves a
        # data folder aside that somebody else made or that holds links.
        [switch] $Force,

        # Gives the monitor as an object.
        [switch] $PassThru
    )

    begin {
        $sources = [System.Collections.Generic.List[psobject]]::new()
        $objects = [System.Collections.Generic.List[object]]::new()
        try {
            AssertWindows Start-PsutilMonitor
            $override = GetOverride $PSBoundParameters
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }

    process {
        if ($PSCmdlet.ParameterSetName -eq 'Path') { $sources.Add([pscustomobject]@{ Path = ResolveFile $Path; Name = $Name }) }
        # Two parameters cannot share the pipeline where one of them takes any object: monitors and files are told apart here.
        foreach ($item in @($InputObject) + @($Configuration)) {
            if ($null -eq $item) { continue }
            $source = GetConfigurationSource $item
            if (-not $source) { $objects.Add($item); continue }
            if (-not $source.Name) { $source.Name = $Name }
            $sources.Add($source)
        }
    }

    end {
        # An empty pipeline is an empty configuration.
        if ($objects.Count -gt 0 -or $sources.Count -eq 0) { $sources.Add([pscustomobject]@{ Path = ''; Name = $Name }) }
        $started = @{}
        foreach ($source in $sources) {
            try {
                $reading = if ($source.Path) { ReadConfiguration -Path $source.Path -NodePath $NodePath }
                else { ReadConfiguration -Configuration $objects.ToArray() -NodePath $NodePath }
                if (-not (TestReading -Reading $reading -Caller $PSCmdlet)) { continue }
                $monitor = GetMonitorName -Document $reading.Document -Name $source.Name -NodeId $NodeId
                if ($started.ContainsKey($monitor)) {
                    throw (NewErrorRecord -Id ConfigInvalid -TargetObject $source.Path -Message (
                            "'$($source.Path)' and '$($started[$monitor])' make the same monitor '$monitor': give each a node_id of its own, or start them with -Name."))
                }
                $started[$monitor] = $source.Path
                $settings = MergeSettings -Reading $reading -Path (GetMonitorPath $monitor) @override
                $wanted = @{ Name = $monitor; Settings = $settings; StartupType = $StartupType; ServiceAccount = $ServiceAccount; NodePath = $NodePath; NssmPath = $NssmPath; Force = $Force }
                $plan = NewMonitorPlan @wanted
                if (-not $source.Name -and -not $NodeId -and -not $Force) { AssertSameMonitor $plan }
                $whole = ConvertFromJsonText $plan.Settings
                if (-not (TestReading -Reading (ReadConfiguration -Configuration $whole -NodePath $NodePath) -Caller $PSCmdlet -Quiet)) { continue }
                $outcome = ''
                if ($plan.Action) {
                    if (-not $PSCmdlet.ShouldProcess($monitor, $plan.Action)) { continue }
                    $outcome = StartMonitor @wanted -Timeout $Timeout
                }
                if ($PassThru) { NewMonitorObject (GetServiceEntry $monitor) }
                else { WriteOutcome -Name $monitor -Outcome $outcome -Caller $PSCmdlet }
            }
            catch {
                if ($sources.Count -eq 1) { $PSCmdlet.ThrowTerminatingError($_) }
                WriteCmdletError -Caller $PSCmdlet -Record $_
            }
        }
    }
}
