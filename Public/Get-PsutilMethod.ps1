function Get-PsutilMethod {
    <#
    .SYNOPSIS
        Lists the methods that a monitor can call, with their arguments and the fields of their results.

    .DESCRIPTION
        Gives the collector's catalog: psutil's functions by their own names, and the wider sources. Arguments holds
        each argument's name, type, default and meaning, Fields each field's name, unit and kind (gauge or
        counter), Platforms where it works. Works wherever PowerShell and the collector do.

    .INPUTS
        Names.

    .OUTPUTS
        PsutilAgent.Method

    .EXAMPLE
        Get-PsutilMethod

        Lists all methods.

    .EXAMPLE
        Get-PsutilMethod -Name virtual_memory | Select-Object -ExpandProperty Fields

        Shows the fields of virtual_memory.

    .NOTES
        Error ids: MethodNotFound, NodeNotFound, CollectorNotFound, CollectorFailed.

    .LINK
        Get-PsutilSample

    .LINK
        Test-PsutilConfiguration
    #>
    [CmdletBinding()]
    [OutputType('PsutilAgent.Method', 'PsutilAgent.Method.Members')]
    param(
        # The methods' names; wildcards are allowed.
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('Method')]
        [ValidateNotNullOrEmpty()]
        [SupportsWildcards()]
        [string[]] $Name = '*',

        # The node.exe to run the collector with, instead of the module's own.
        [ValidateNotNullOrEmpty()]
        [string] $NodePath
    )

    process {
        try {
            $catalog = @(GetCatalog -NodePath $NodePath)
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
        foreach ($pattern in $Name) {
            $found = @($catalog | Where-Object { $_.Name -like $pattern })
            if ($found.Count -eq 0 -and -not [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($pattern)) {
                $PSCmdlet.WriteError((NewErrorRecord -Id MethodNotFound -TargetObject $pattern -Message (
                            "There is no method '$pattern'. Get-PsutilMethod lists those there are.")))
            }
            foreach ($method in $found) { $method }
        }
    }
}
