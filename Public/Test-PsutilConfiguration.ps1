function Test-PsutilConfiguration {
    <#
    .SYNOPSIS
        Tells whether a configuration is valid, and everything that is wrong with it.

    .DESCRIPTION
        Gives $true or $false, for each file where there are several. Each fault is an error of its own (ConfigInvalid) that says what was expected, what was
        found and the nearest valid name, with its JSON pointer as target; warnings tell what works and is hardly meant, and what
        this host does not have: a file, a variable, a field of another system. With -CheckBroker the broker is tried
        as well: address, connection, TLS, login, virtual host, exchange, permission to publish.

        With -Sample each entry of a valid configuration is taken once, as this session's account may, and an object a value comes in
        place of $true: what would be published, or the reason why there is none. Nothing is sent.

        The parameters of the node and of the broker are those of Start-PsutilMonitor: what is tested is what it would use.

        Works wherever PowerShell and the collector do.

    .INPUTS
        Configuration objects (hashtables, ordered dictionaries, objects from ConvertFrom-Json), which together make one
        configuration; files from Get-ChildItem; or monitors from Get-PsutilMonitor.

    .OUTPUTS
        System.Boolean, or with -Sample a PsutilAgent.Value a value, with the Method and the Index of its entry.

    .EXAMPLE
        Test-PsutilConfiguration -Path .\examples\monitor.yaml

        Tells whether the file is valid.

    .EXAMPLE
        @{ method = 'virtual_memory'; result_argument = 'fre'; interval = 5 } | Test-PsutilConfiguration

        Gives $false and an error that names the field free.

    .EXAMPLE
        Test-PsutilConfiguration -Path .\examples\monitor.yaml -BrokerHostname rabbit.example -BrokerCredential (Get-Credential) -CheckBroker -Verbose

        Tries the broker that Start-PsutilMonitor would use with the same parameters, step by step.

    .EXAMPLE
        Test-PsutilConfiguration -Path .\examples\monitor.yaml -Sample | Where-Object Fault

        Shows which metrics of the file cannot be had on this host, and why.

    .NOTES
        Error ids: ConfigNotFound, ConfigInvalid, BrokerUnreachable, BrokerRefused, NodeNotFound, CollectorNotFound,
        CollectorFailed.

    .LINK
        Get-PsutilMethod

    .LINK
        Start-PsutilMonitor

    .LINK
        about_PsutilAgent_Configuration
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    [OutputType([bool])]
    [OutputType('PsutilAgent.Value', 'PsutilAgent.Value.Members')]
    param(
        # The configuration: a JSON or YAML file.
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Path')]
        [Alias('PSPath')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        # The configuration as objects: entries of psutil_config, or one object with complete settings. Files, and the
        # settings of monitors, are taken as with -Path.
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'Configuration')]
        [AllowEmptyCollection()]
        [object[]] $Configuration,

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

        # Tries the broker of the settings, too.
        [switch] $CheckBroker,

        # Takes each entry once, and gives its values in place of $true.
        [switch] $Sample,

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath
    )

    begin {
        $files = [System.Collections.Generic.List[string]]::new()
        $objects = [System.Collections.Generic.List[object]]::new()
        $override = GetOverride $PSBoundParameters
    }

    process {
        if ($PSCmdlet.ParameterSetName -eq 'Path') { $files.Add((ResolveFile $Path)) }
        foreach ($item in $Configuration) {
            if ($null -eq $item) { continue }
            $source = GetConfigurationSource $item
            if ($source) { $files.Add($source.Path) } else { $objects.Add($item) }
        }
    }

    end {
        $sources = @(foreach ($file in $files) { @{ Path = $file } })
        # An empty pipeline is an empty configuration.
        if ($objects.Count -gt 0 -or $sources.Count -eq 0) { $sources += @{ Configuration = $objects.ToArray() } }
        foreach ($source in $sources) {
            try {
                $reading = ReadConfiguration @source -NodePath $NodePath
                $valid = TestReading -Reading $reading -Caller $PSCmdlet -Quiet:($override.Count -gt 0)
                if ($valid -and $override.Count -gt 0) {
                    $source = @{ Configuration = @(MergeSettings -Reading $reading @override) }
                    $valid = TestReading -Reading (ReadConfiguration @source -NodePath $NodePath) -Caller $PSCmdlet
                }
                if ($valid -and $Sample) { ReadDryRun @source -NodePath $NodePath }
                if ($valid -and $CheckBroker) {
                    $reply = SendConfiguration -Command check-broker @source -NodePath $NodePath
                    foreach ($step in $reply.steps) { Write-Verbose "$($step.step) $($step.host): $($step.detail)" }
                }
                if (-not $Sample) { $valid }
            }
            catch {
                if ($_.FullyQualifiedErrorId -notmatch '^(Config|Broker)') { $PSCmdlet.ThrowTerminatingError($_) }
                WriteCmdletError -Caller $PSCmdlet -Record $_
                if (-not $Sample) { $false }
            }
        }
    }
}
