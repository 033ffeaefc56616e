# Carries out a plan for Start-PsutilMonitor, whose parameters these are.
function StartMonitor {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [hashtable] $Parameter
    )

    AssertElevated Start-PsutilMonitor
    if (-not $Plan.HasBroker) {
        Write-Warning "No broker is configured: the samples go to '$($Plan.Path.ServiceLog)'."
    }
    $nssm = FindProgram -Program nssm -Path $Parameter['NssmPath']
    InstallMonitor -Plan $Plan -Nssm $nssm -Timeout $Parameter['Timeout'] -Force:([bool]$Parameter['Force'])
}
