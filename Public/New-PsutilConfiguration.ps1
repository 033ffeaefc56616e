function New-PsutilConfiguration {
    <#
    .SYNOPSIS
        Writes a commented settings file for this host: its drives, adapters and the services you name.

    .DESCRIPTION
        The file is valid as it is, and a start to work from: each entry has a comment that says what it samples. Without
        -BrokerHostname its samples go to the terminal, a monitor's to service.log in its folder. A file that is there is
        kept, unless -Force is given.

    .INPUTS
        None.

    .OUTPUTS
        System.IO.FileInfo

    .EXAMPLE
        New-PsutilConfiguration -Path .\settings.yaml

        Writes settings for this host.

    .EXAMPLE
        New-PsutilConfiguration -Path .\settings.yaml -BrokerHostname localhost -ServiceName W3SVC, MSSQLSERVER -Force

        Writes settings that send to a broker, with the state, memory and processor time of two services.

    .NOTES
        Error ids: ConfigInvalid, DataNotWritable, NodeNotFound, CollectorNotFound, CollectorFailed.

    .LINK
        Test-PsutilConfiguration

    .LINK
        Start-PsutilMonitor

    .LINK
        about_PsutilAgent_Configuration
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([System.IO.FileInfo])]
    param(
        # Where to write the file.
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string] $Path,

        # RabbitMQ's host, whose password the variable RABBITMQ_PASSWORD holds at the start.
        [ValidateNotNullOrEmpty()]
        [string] $BrokerHostname,

        # Services whose state, memory and processor time are sampled.
        [ValidateNotNullOrEmpty()]
        [string[]] $ServiceName,

        # Writes over a file that is there.
        [switch] $Force,

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath
    )

    $file = ResolveFile $Path
    if (-not $PSCmdlet.ShouldProcess($file, 'Write settings for this host')) { return }
    try {
        if (-not $Force -and [System.IO.File]::Exists($file)) {
            throw (NewErrorRecord -Id DataNotWritable -TargetObject $file -Message "The file '$file' is there already. Give another -Path, or -Force to write over it.")
        }
        $arguments = @('init')
        if ($BrokerHostname) { $arguments += "--broker=$BrokerHostname" }
        if ($ServiceName) { $arguments += "--services=$($ServiceName -join ',')" }
        $reply = InvokeCollector -ArgumentList $arguments -NodePath $NodePath -TargetObject $file
        try {
            WriteText -Path $file -Text $reply.text
        }
        catch {
            $cause = $_.Exception.GetBaseException()
            throw (NewErrorRecord -Id DataNotWritable -TargetObject $file -Cause $cause -Message "The file '$file' cannot be written ($($cause.Message)). Check that its folder is there and may be written to.")
        }
        [System.IO.FileInfo]$file
    }
    catch {
        $PSCmdlet.ThrowTerminatingError($_)
    }
}
