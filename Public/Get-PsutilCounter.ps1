function Get-PsutilCounter {
    <#
    .SYNOPSIS
        Lists the performance counters of this Windows by their English names.

    .DESCRIPTION
        Gives an object for each counter: its Path as the method perf_counter takes it, its Object and Counter, and the
        Instances there are now. Names are English on every language of Windows, as perf_counter wants them. Asking for
        all counters of a host may take it half a minute. Needs Windows: no other system has performance counters.

    .INPUTS
        Names.

    .OUTPUTS
        PsutilAgent.Counter

    .EXAMPLE
        Get-PsutilCounter -Name Memory

        Lists the counters of the object Memory.

    .EXAMPLE
        Get-PsutilCounter -Name '\Process(sql*)\% *' | Select-Object -ExpandProperty Path

        Shows paths for the method perf_counter.

    .EXAMPLE
        Get-PsutilCounter -Name PhysicalDisk |
            ForEach-Object { @{ method = 'perf_counter'; args = @{ path = $_.Path; aggregate = 'each' }; interval = 10; alias = $_.Counter } } |
            Test-PsutilConfiguration

        Makes an entry of each counter of the disks, and checks them.

    .NOTES
        Error ids: CounterNotFound, UnsupportedPlatform, SampleUnavailable, NodeNotFound, CollectorNotFound, CollectorFailed.

    .LINK
        Get-PsutilSample

    .LINK
        Get-PsutilMethod
    #>
    [CmdletBinding()]
    [OutputType('PsutilAgent.Counter', 'PsutilAgent.Counter.Members')]
    param(
        # A part of an object's name, or, where no object has it, of a counter's; or a path such as \Memory\Pages*.
        # Wildcards are allowed.
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('Path')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Name = '*',

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath
    )

    process {
        foreach ($pattern in $Name) {
            try {
                $found = @((InvokeCollector -ArgumentList counters, $pattern -NodePath $NodePath -TargetObject $pattern).objects)
            }
            catch {
                $PSCmdlet.ThrowTerminatingError($_)
            }
            if ($found.Count -eq 0 -and -not [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($pattern)) {
                $PSCmdlet.WriteError((NewErrorRecord -Id CounterNotFound -TargetObject $pattern -Message (
                            "There is no performance counter '$pattern'. Get-PsutilCounter lists those there are.")))
            }
            foreach ($object in $found) {
                $instances = @($object.instances)
                $place = if ($instances.Count -gt 0) { '(*)' } else { '' }
                foreach ($counter in $object.counters) {
                    [pscustomobject]@{
                        PSTypeName = 'PsutilAgent.Counter'
                        Path       = "\$($object.object)$place\$counter"
                        Object     = $object.object
                        Counter    = $counter
                        Instances  = $instances
                    }
                }
            }
        }
    }
}
