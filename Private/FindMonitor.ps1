# The service entries of monitors whose names match any of the patterns. A plain name that is no monitor's is an error of
# the caller, MonitorNotFound; a pattern that matches none is no fault.
function FindMonitor {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [string[]] $Name,
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller
    )

    $monitors = @(FindServiceName | Sort-Object | ForEach-Object { GetServiceEntry $_ } | Where-Object { $_.IsMonitor })
    foreach ($pattern in $Name) {
        $isPattern = [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($pattern)
        if (-not $isPattern -and @($monitors | Where-Object { $_.Name -eq $pattern }).Count -eq 0) {
            $Caller.WriteError((NewErrorRecord -Id MonitorNotFound -TargetObject $pattern -Message (
                        "There is no monitor named '$pattern'. Get-PsutilMonitor lists those there are.")))
        }
    }
    foreach ($monitor in $monitors) {
        if (@($Name | Where-Object { $monitor.Name -eq $_ -or $monitor.Name -like $_ }).Count -gt 0) { $monitor }
    }
}
