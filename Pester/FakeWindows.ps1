# A new FakeWindows.psm1 for a test: dot-source it in a BeforeEach, after Install-FakeWindows in the BeforeAll. Sets $data, the folder
# of the monitors' data, $nssm, and $start, what every start of a monitor is given here.
$env:PSUTIL_AGENT_FAKE = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
$null = New-Item -Path $env:PSUTIL_AGENT_FAKE -ItemType Directory
$data = Join-Path $env:PSUTIL_AGENT_FAKE 'PsutilAgent'
$nssm = Join-Path $env:PSUTIL_AGENT_FAKE 'nssm.exe'
Set-Content -Path $nssm -Value 'stands in for nssm.exe'
$start = @{ NssmPath = $nssm; Timeout = 2; WarningAction = 'SilentlyContinue'; InformationAction = 'SilentlyContinue' }
Reset-FakeWindows
