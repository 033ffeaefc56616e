function Test-PsutilMonitor {
    <#
    .SYNOPSIS
        Checks monitors and this host, and says what to do about what is wrong.

    .DESCRIPTION
        Gives an object a finding: Result is Ok, Warning (it works, and you should know) or Fault, Message says what was found
        and what to do. Looked at are the service and its programs, the account, the settings, the broker step by step, the
        folders, the disk, the clock, performance counters, each metric, and what the collector says of itself. Each check has
        a time limit, so that a disk or a name server that does not answer holds up nothing else; all is told within a minute.
        Nothing is changed.

        With -Path it looks at settings instead of a monitor, and works wherever PowerShell and the collector do.

    .INPUTS
        Monitors from Get-PsutilMonitor, services from Get-Service, or names.

    .OUTPUTS
        PsutilAgent.Finding

    .EXAMPLE
        Test-PsutilMonitor

        Checks every monitor of this host.

    .EXAMPLE
        Get-PsutilMonitor | Where-Object Connected -eq $false | Test-PsutilMonitor | Where-Object Result -ne Ok

        Shows what is wrong with the monitors that have no broker.

    .EXAMPLE
        Test-PsutilMonitor -Path .\settings.yaml

        Checks this host for settings that no monitor has yet.

    .NOTES
        Monitors need Windows; their files can be read with administrator rights only. Error ids: MonitorNotFound,
        UnsupportedPlatform, NodeNotFound, CollectorNotFound, CollectorFailed.

    .LINK
        Get-PsutilMonitor

    .LINK
        Test-PsutilConfiguration
    #>
    [CmdletBinding(DefaultParameterSetName = 'Name')]
    [OutputType('PsutilAgent.Finding')]
    param(
        # The names of the monitors; wildcards are allowed.
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName, ParameterSetName = 'Name')]
        [Alias('ServiceName')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Name = '*',

        # Monitors from Get-PsutilMonitor.
        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'InputObject')]
        [PSTypeName('PsutilAgent.Monitor')]
        [psobject[]] $InputObject,

        # Settings, a JSON or YAML file, instead of a monitor.
        [Parameter(Mandatory, ParameterSetName = 'Path')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath
    )

    begin {
        try {
            if ($PSCmdlet.ParameterSetName -ne 'Path') { AssertWindows Test-PsutilMonitor }
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }

    process {
        try {
            if ($PSCmdlet.ParameterSetName -eq 'Path') {
                ReadFinding -Path (ResolveFile $Path) -NodePath $NodePath
                return
            }
            $names = if ($PSCmdlet.ParameterSetName -eq 'Name') { $Name } else { $InputObject | ForEach-Object { $_.Name } }
            foreach ($entry in GetMonitor -Name $names -Caller $PSCmdlet) {
                TestService $entry
                ReadFinding -Path (GetMonitorPath $entry.Name).Settings -Monitor $entry.Name -NodePath $NodePath
            }
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }
}
