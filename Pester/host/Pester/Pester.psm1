Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# One run's state: the block being discovered or run, the test being run, mocks, results.
$script:State = $null

foreach ($folder in 'Blocks', 'Run', 'Should', 'Mock') {
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($PSScriptRoot, $folder), '*.ps1')) {
        . $file
    }
}
