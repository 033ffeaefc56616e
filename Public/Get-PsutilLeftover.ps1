function Get-PsutilLeftover {
    <#
    .SYNOPSIS
        Shows what is left on this host of monitors that are no more, or were half removed.

    .DESCRIPTION
        Gives one object a leftover. Kind says what it is: Data, a data folder without a service, which is where
        Stop-PsutilMonitor leaves unsent samples; MovedAside, a folder that -Force moved out of the way; Program, a version's
        programs that no service runs any more; Service, a monitor's service without its settings. Unsent is how many samples
        would be lost with it, empty where that cannot be told; Size is in bytes. Nothing is changed.

        Samples of a Data folder are sent by a monitor of the same name, once it is started again.

    .INPUTS
        Names.

    .OUTPUTS
        PsutilAgent.Leftover

    .EXAMPLE
        Get-PsutilLeftover

        Shows all leftovers.

    .EXAMPLE
        Get-PsutilLeftover | Where-Object Unsent -gt 0

        Shows those that hold samples which were not sent.

    .NOTES
        Needs Windows and administrator rights. Error ids: ElevationRequired, LeftoverNotFound, UnsupportedPlatform.

    .LINK
        Remove-PsutilLeftover

    .LINK
        Stop-PsutilMonitor
    #>
    [CmdletBinding()]
    [OutputType('PsutilAgent.Leftover', 'PsutilAgent.Leftover.Members')]
    param(
        # The names of leftovers: of a folder the folder's, of a service the monitor's; wildcards are allowed.
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Name = '*'
    )

    process {
        try {
            AssertWindows Get-PsutilLeftover
            AssertElevated Get-PsutilLeftover -Doing 'looks into the data of all monitors'
            $found = @(GetLeftover)
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
        foreach ($pattern in $Name) {
            $isPattern = [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($pattern)
            if (-not $isPattern -and @($found | Where-Object { $_.Name -eq $pattern }).Count -eq 0) {
                $PSCmdlet.WriteError((NewErrorRecord -Id LeftoverNotFound -TargetObject $pattern -Message (
                            "There is no leftover named '$pattern'. Get-PsutilLeftover lists those there are.")))
            }
            $found | Where-Object { $_.Name -eq $pattern -or $_.Name -like $pattern } | ForEach-Object { NewLeftoverObject $_ }
        }
    }
}
