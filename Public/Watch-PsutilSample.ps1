function Watch-PsutilSample {
    <#
    .SYNOPSIS
        Shows values as they change: of psutil methods read here, or of a monitor that runs.

    .DESCRIPTION
        At the prompt of a console it shows a table that is drawn anew as values change: each with its unit, age, its last values as
        a small line, and the reason where there is none; of a monitor also whether samples flow, and what the spool holds. Arrows and
        page keys scroll, s sorts, q ends.

        In a pipeline, a script, an assignment, or where there is no console, it gives an object a value instead: of methods with each
        reading, of monitors all at first and then what is new. It goes on until -Count is reached, the pipeline has enough, or
        Ctrl-C. So does a watch of several monitors at the prompt.

        Methods need no service and no broker, and work wherever PowerShell and the collector do. Monitors need Windows and
        administrator rights.

    .INPUTS
        Methods' names, or monitors from Get-PsutilMonitor.

    .OUTPUTS
        PsutilAgent.Value

    .EXAMPLE
        Watch-PsutilSample -Method cpu_percent, virtual_memory

        Shows use of processors and memory, read each second, until q is pressed.

    .EXAMPLE
        Get-PsutilMonitor -Name cloudify-psutil | Watch-PsutilSample

        Shows what a monitor samples, and whether its samples reach the broker.

    .EXAMPLE
        Watch-PsutilSample -Method cpu_percent -Interval 0.5 -Count 4 | Export-Csv -Path cpu.csv -NoTypeInformation

        Writes four readings to a file.

    .NOTES
        Error ids: SampleInvalid, MonitorNotFound, UnsupportedPlatform, NodeNotFound, CollectorNotFound, CollectorFailed.

    .LINK
        Get-PsutilSample

    .LINK
        Get-PsutilMonitor
    #>
    [CmdletBinding(DefaultParameterSetName = 'Method')]
    [OutputType('PsutilAgent.Value', 'PsutilAgent.Value.Members')]
    param(
        # The methods' names.
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'Method')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Method,

        # The methods' keyword arguments, by psutil's names; each method gets them.
        [Parameter(ParameterSetName = 'Method')]
        [Alias('Args')]
        [ValidateNotNull()]
        [System.Collections.IDictionary] $Argument = @{},

        # A field of the result, or a path into it, of one method; every number unless given.
        [Parameter(ParameterSetName = 'Method')]
        [ValidateNotNullOrEmpty()]
        [string] $ResultArgument,

        # The names of monitors; wildcards are allowed.
        [Parameter(Mandatory, ParameterSetName = 'Name')]
        [Alias('ServiceName')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Name,

        # Monitors from Get-PsutilMonitor.
        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'InputObject')]
        [PSTypeName('PsutilAgent.Monitor')]
        [psobject[]] $InputObject,

        # Seconds from one reading, or look at a monitor, to the next.
        [ValidateRange(0.1, 86400)]
        [double] $Interval = 1,

        # Ends after so many of them; without it, with q or Ctrl-C.
        [ValidateRange(1, 2147483647)]
        [int] $Count,

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath
    )

    begin {
        try {
            if ($PSCmdlet.ParameterSetName -eq 'Name') { AssertWindows Watch-PsutilSample }
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
        $given = [System.Collections.Generic.List[string]]::new()
    }

    process {
        if ($PSCmdlet.ParameterSetName -eq 'Method') { $given.AddRange($Method) }
        elseif ($PSCmdlet.ParameterSetName -eq 'InputObject') { $given.AddRange([string[]]@($InputObject | ForEach-Object { $_.Name })) }
        else { $given.AddRange($Name) }
    }

    end {
        if ($given.Count -eq 0) { return }
        try {
            $ofMonitors = $PSCmdlet.ParameterSetName -ne 'Method'
            if ($ofMonitors) {
                AssertWindows Watch-PsutilSample
                $given = @(GetMonitor -Name $given -Caller $PSCmdlet | ForEach-Object { $_.Name })
                if ($given.Count -eq 0) { return }
            }
            $isLive = (TestInteractive $MyInvocation) -and (-not $ofMonitors -or $given.Count -eq 1)
            if ($ofMonitors -and -not $isLive) {
                ReadMonitorValue -Name $given -Interval $Interval -Count $Count
                return
            }
            $words = if ($ofMonitors) { '--data', (GetMonitorPath $given[0]).Data }
            else { GetCallWord -Method $given -Argument $Argument -ResultArgument $ResultArgument }
            $words = @(GetCollectorPath) + 'watch' + $words + "--interval=$(FormatNumber $Interval)"
            if ($Count) { $words += "--count=$Count" }
            $node = GetProgramPath -Program node -Path $NodePath
            if ($isLive) {
                InvokeOnConsole -FilePath $node -ArgumentList $words
                return
            }
            ReadNativeLine -FilePath $node -ArgumentList ($words + '--json') | ForEach-Object {
                $reading = ConvertFromJsonText $_
                $failure = GetValue $reading 'error'
                if ($failure) { throw (NewCollectorError $failure) }
                GetReadingValue $reading
            }
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }
}
