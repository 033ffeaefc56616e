function Test-PsutilConfiguration {
    <#
    .SYNOPSIS
        Tells whether a configuration is valid, and everything that is wrong with it.

    .DESCRIPTION
        Gives $true or $false. Each fault is an error of its own (ConfigInvalid) that says what was expected, what was
        found and the nearest valid name, with its JSON pointer as target. With -CheckBroker the broker is tried
        as well: address, connection, TLS, login, virtual host, exchange, permission to publish.

        Works wherever PowerShell and the collector do.

    .INPUTS
        Configuration objects: hashtables, ordered dictionaries, objects from ConvertFrom-Json.

    .OUTPUTS
        System.Boolean

    .EXAMPLE
        Test-PsutilConfiguration -Path .\examples\monitor.yaml

        Tells whether the file is valid.

    .EXAMPLE
        @{ method = 'virtual_memory'; result_argument = 'fre'; interval = 5 } | Test-PsutilConfiguration

        Gives $false and an error that names the field free.

    .NOTES
        Error ids: ConfigNotFound, ConfigInvalid, BrokerUnreachable, BrokerRefused, NodeNotFound, CollectorNotFound,
        CollectorFailed.

    .LINK
        Get-PsutilMethod

    .LINK
        Start-PsutilMonitor
    #>
    [CmdletBinding(DefaultParameterSetName = 'Path')]
    [OutputType([bool])]
    param(
        # The configuration: a JSON or YAML file.
        [Parameter(Mandatory, Position = 0, ParameterSetName = 'Path')]
        [Alias('PSPath')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        # The configuration as objects: entries of psutil_config, or one object with complete settings.
        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'Configuration')]
        [AllowEmptyCollection()]
        [object[]] $Configuration,

        # Tries the broker of the settings, too.
        [switch] $CheckBroker,

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath
    )

    begin {
        $objects = [System.Collections.Generic.List[object]]::new()
    }

    process {
        foreach ($item in $Configuration) { $objects.Add($item) }
    }

    end {
        try {
            $source = @{ NodePath = $NodePath }
            if ($PSBoundParameters.ContainsKey('Path')) { $source['Path'] = ResolveFile $Path }
            else { $source['Configuration'] = $objects.ToArray() }

            $valid = TestReading -Reading (ReadConfiguration @source) -Caller $PSCmdlet
            if ($valid -and $CheckBroker) { CheckBroker @source }
            $valid
        }
        catch {
            if ($_.FullyQualifiedErrorId -notmatch '^(Config|Broker)') { $PSCmdlet.ThrowTerminatingError($_) }
            WriteCaught -Caller $PSCmdlet -Record $_
            $false
        }
    }
}
