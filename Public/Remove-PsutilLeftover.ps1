function Remove-PsutilLeftover {
    <#
    .SYNOPSIS
        Deletes what is left of monitors that are no more.

    .DESCRIPTION
        Deletes leftovers of Get-PsutilLeftover: folders with all that is in them, services. Asks for each, and says how many
        unsent samples are lost with it; -Confirm:$false asks nothing. What a monitor uses is never touched, and of a link the
        link goes, not what it leads to. A spool or log that the settings put elsewhere is left there.

    .INPUTS
        Leftovers from Get-PsutilLeftover.

    .OUTPUTS
        None

    .EXAMPLE
        Get-PsutilLeftover | Remove-PsutilLeftover

        Asks for each leftover, and deletes those that are agreed to.

    .EXAMPLE
        Get-PsutilLeftover | Where-Object Kind -eq Program | Remove-PsutilLeftover -Confirm:$false

        Deletes programs that no monitor runs, without a question.

    .NOTES
        Needs Windows and administrator rights. Error ids: ElevationRequired, MonitorExists, NssmNotFound, NssmFailed,
        StopTimeout, DataNotWritable, UnsupportedPlatform.

    .LINK
        Get-PsutilLeftover

    .LINK
        Stop-PsutilMonitor
    #>
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    [OutputType()]
    param(
        # Leftovers from Get-PsutilLeftover.
        [Parameter(Mandatory, Position = 0, ValueFromPipeline)]
        [PSTypeName('PsutilAgent.Leftover')]
        [psobject[]] $InputObject,

        # Seconds to wait for another session that starts or stops a monitor.
        [ValidateRange(1, 3600)]
        [int] $Timeout = 30
    )

    begin {
        try {
            AssertWindows Remove-PsutilLeftover
            AssertElevated Remove-PsutilLeftover -Doing 'deletes folders and services of monitors'
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }

    process {
        foreach ($leftover in $InputObject) {
            $loss = if ($leftover.Kind -eq 'Program') { '' }
            elseif ($null -eq $leftover.Unsent) { ' and the unsent samples in it, whose number is not known' }
            elseif ($leftover.Unsent -gt 0) { " and $($leftover.Unsent) unsent samples in it" }
            $target = if ($leftover.Kind -eq 'Service') { $leftover.Name } else { $leftover.Path }
            if (-not $PSCmdlet.ShouldProcess($target, "Delete the leftover ($($leftover.Kind))$loss")) { continue }
            try {
                RemoveLeftover -Leftover $leftover -Timeout $Timeout
            }
            catch {
                WriteCmdletError -Caller $PSCmdlet -Record $_
            }
        }
    }
}
