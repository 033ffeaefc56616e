# Runs Pester files and says which engine and which Pester ran them, on which system. Exits with the number of what failed.
param(
    # The manifest of the Pester to use.
    [Parameter(Mandatory = $true)]
    [string] $Pester,

    # Test files or folders; a comma separates.
    [Parameter(Mandatory = $true)]
    [string] $Path,

    # Only tests with one of these tags; a comma separates.
    [string] $Tag = '',

    # No test with one of these tags; a comma separates.
    [string] $ExcludeTag = '',

    [ValidateSet('None', 'Normal', 'Detailed', 'Diagnostic')]
    [string] $Output = 'Normal'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$framework = Import-Module -Name $Pester -PassThru
$engine = "pwsh $($PSVersionTable.PSVersion), Pester $($framework.Version), $([System.Runtime.InteropServices.RuntimeInformation]::OSDescription)"
Write-Output "Engine: $engine"

$configuration = New-PesterConfiguration -Hashtable @{
    Run    = @{ Path = $Path.Split(','); PassThru = $true }
    Output = @{ Verbosity = $Output }
    Filter = @{ Tag = @($Tag.Split(',') | Where-Object { $_ }); ExcludeTag = @($ExcludeTag.Split(',') | Where-Object { $_ }) }
}

# What this script is strict about is its own affair: a test starts as in a fresh session.
Set-StrictMode -Off
$ErrorActionPreference = 'Continue'
$run = Invoke-Pester -Configuration $configuration
$failed = $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
# Tests whose tag was not asked for are found, and are none of this run's.
$asked = $run.TotalCount - $run.NotRunCount
if ($asked -eq 0) { $failed = 1; Write-Output 'No test was found.' }
Write-Output "Pester: $asked tests on $engine"
Write-Output "$($run.PassedCount) passed, $failed failed, $($run.SkippedCount) skipped"
exit [math]::Min($failed, 100)
