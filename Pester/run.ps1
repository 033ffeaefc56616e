# Runs the Pester tests and says which engine and which Pester ran them. Works on pwsh with Pester 5 or later, and on the test host.
param(
    # Files or folders; without it, the folder of this script.
    [string[]] $Path,

    # Only tests with one of these tags.
    [string[]] $Tag = @(),

    # No test with one of these tags.
    [string[]] $ExcludeTag = @(),

    [ValidateSet('None', 'Normal', 'Detailed', 'Diagnostic')]
    [string] $Output = 'Normal'
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Lists arrive as one text from -File: a comma separates.
function Split-List {
    param([string[]] $Value)
    @(foreach ($item in $Value) { $item.Split(',') | Where-Object { $_.Trim() } | ForEach-Object { $_.Trim() } })
}

if (-not $Path) { $Path = @($PSScriptRoot) }
Import-Module -Name Pester -MinimumVersion 5.0
$pester = Get-Module -Name Pester
$standIn = $null -ne $pester.PrivateData -and $pester.PrivateData.ContainsKey('StandIn')
$engine = if ($Host.Name -eq 'PsutilAgent test host') { "test host on SMA $($PSVersionTable.PSVersion)" } else { "pwsh $($PSVersionTable.PSVersion) real" }
$framework = if ($standIn) { "stand-in for Pester $($pester.Version)" } else { "Pester $($pester.Version)" }
Write-Output "Engine: $engine; $framework; $([System.Runtime.InteropServices.RuntimeInformation]::OSDescription)"

$configuration = New-PesterConfiguration -Hashtable @{
    Run    = @{ Path = @(Split-List $Path); PassThru = $true }
    Output = @{ Verbosity = $Output }
    Filter = @{ Tag = @(Split-List $Tag); ExcludeTag = @(Split-List $ExcludeTag) }
}

# What this script is strict about is its own affair: a test starts as in a fresh session.
Set-StrictMode -Off
$ErrorActionPreference = 'Continue'
$run = Invoke-Pester -Configuration $configuration
$failed = $run.FailedCount + $run.FailedBlocksCount + $run.FailedContainersCount
# Tests whose tag was not asked for are found, and are none of this run's.
$asked = $run.TotalCount - $run.NotRunCount
Write-Output "Pester: $asked tests, $($run.PassedCount) passed, $($run.FailedCount) failed, $($run.SkippedCount) skipped ($engine; $framework)"
if ($asked -eq 0) { $failed = 1; Write-Output 'No test was found.' }
exit [math]::Min($failed, 100)
