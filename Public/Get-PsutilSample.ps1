function Get-PsutilSample {
    <#
    .SYNOPSIS
        Calls a psutil method and gives its result: once, or again and again.

    .DESCRIPTION
        Gives one object a reading, each as soon as it is taken; Time is when that was. Result is what psutil would return: a number, an
        object with a property a field, a list, or an object of objects. Values has the same value by value: Metric, Path, Value, Unit,
        Text (with its unit, as people read it), and Fault, why there is none; that is what is shown. No service and no broker is
        needed. Works wherever PowerShell and the collector do.

    .INPUTS
        Methods' names, or methods from Get-PsutilMethod. One that cannot be called does not keep the others from being.

    .OUTPUTS
        PsutilAgent.Sample

    .EXAMPLE
        Get-PsutilSample -Method virtual_memory

        Reads the memory's state once.

    .EXAMPLE
        Get-PsutilSample -Method cpu_times_percent -Argument @{ interval = 1 } -ResultArgument user -Count 3

        Measures the share of user time over one second, three times.

    .EXAMPLE
        'cpu_percent', 'virtual_memory' | Get-PsutilSample

        Calls one method after the other.

    .EXAMPLE
        (Get-PsutilSample -Method disk_io_counters -Argument @{ perdisk = $true }).Values | Where-Object Path -like *.read_bytes

        Takes some of the values.

    .NOTES
        Error ids: SampleInvalid, SampleUnavailable, UnsupportedPlatform, NodeNotFound, CollectorNotFound, CollectorFailed.

    .LINK
        Watch-PsutilSample

    .LINK
        Get-PsutilMethod
    #>
    [CmdletBinding()]
    [OutputType('PsutilAgent.Sample', 'PsutilAgent.Sample.Members')]
    param(
        # The method's name.
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('Name')]
        [ValidateNotNullOrEmpty()]
        [string] $Method,

        # The method's keyword arguments, by psutil's names.
        [Alias('Args')]
        [ValidateNotNull()]
        [System.Collections.IDictionary] $Argument = @{},

        # A field of the result, or a path into it; the whole result unless given.
        [ValidateNotNullOrEmpty()]
        [string] $ResultArgument,

        # How many readings.
        [ValidateRange(1, 2147483647)]
        [int] $Count = 1,

        # Seconds from the start of one reading to the next; used with -Count.
        [ValidateRange(0.1, 86400)]
        [double] $Interval = 1,

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath
    )

    process {
        try {
            $words = @(GetCollectorPath) + 'sample' + @(GetCallWord -Method $Method -Argument $Argument)
            if ($ResultArgument) { $words += '--result-argument', $ResultArgument }
            if ($Count -gt 1) { $words += '--count', "$Count", '--interval', (FormatNumber $Interval) }
            $node = GetProgramPath -Program node -Path $NodePath
            ReadNativeLine -FilePath $node -ArgumentList ($words + '--json' + '--time' + '--values') | ForEach-Object {
                $reply = ConvertFromJsonText $_
                $failure = GetValue $reply 'error'
                if ($failure) { throw (NewCollectorError $failure) }
                [pscustomobject]@{
                    PSTypeName = 'PsutilAgent.Sample'
                    Time       = ConvertToTime (GetValue $reply 'time')
                    Method     = GetValue $reply 'method'
                    Arguments  = GetValue $reply 'args'
                    Result     = GetValue $reply 'result'
                    Values     = @(GetReadingValue $reply)
                }
            }
        }
        catch {
            if (-not $MyInvocation.ExpectingInput) { $PSCmdlet.ThrowTerminatingError($_) }
            WriteCmdletError -Caller $PSCmdlet -Record $_
        }
    }
}
