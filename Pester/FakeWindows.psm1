# A Windows for tests: a service manager, an nssm.exe and collectors that live in this module's memory. Install-FakeWindows
# puts it in the place of what the module asks of the real one, FakeWindows.ps1 gives each test a new one.
Set-StrictMode -Version Latest
Import-Module (Join-Path $PSScriptRoot 'CollectorServer.psm1') -Global

# Services by name: State, Registry (the service's own values), Nssm (its Parameters).
$script:Services = [ordered]@{}
$script:Calls = [System.Collections.Generic.List[string[]]]::new()
$script:Options = @{}
$script:Number = 0
# Keys of the registry that are no service's.
$script:Keys = @{}
# The collector's real replies, by what it was called with.
$script:Replies = @{}

# Puts functions into the module under test that ask this Windows, in the place of those that ask the real one: as long as that
# module is loaded, so after each import of it. They take the parameters of what they replace. Plain functions, since a mock takes
# Pester longer to make and to call than what it stands for; a test may mock them as it may the module's own.
function Install-FakeWindows {
    Install-CollectorServer
    $fakes = @{
        TestWindows        = { $true }
        TestElevated       = { $true }
        GetDataRoot        = { [System.IO.Path]::Combine($env:PSUTIL_AGENT_FAKE, 'PsutilAgent') }
        GetProgramRoot     = { [System.IO.Path]::Combine($env:PSUTIL_AGENT_FAKE, 'Programs') }
        GetWindowsVersion  = { 10 }
        # DPAPI never gives the same twice.
        ProtectSecret      = { "blob-$(Get-FakeNumber)-of-" + [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes([System.Net.NetworkCredential]::new('', $Secret).Password)) }
        UnprotectSecret    = { [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String(($Blob -replace '^blob-\w+-of-', ''))) }
        GetServiceName     = { Get-FakeServiceName }
        ReadServiceKey     = { Read-FakeKey -Name $Name }
        WriteServiceKey    = { Write-FakeKey -Name $Name -Value $Value }
        RemoveServiceKey   = { Remove-FakeKey -Name $Name }
        GetServiceState    = { Get-FakeState -Name $Name }
        SendServiceControl = { Send-FakeControl -Name $Name -Control $Control }
        TestCollectorAlive = { $null -ne $Status -and $Status.state -ne 'stopped' }
        SetCounterReader   = { Set-FakeCounterReader -Account $Account -Remove:$Remove }
        InvokeNative       = { Invoke-FakeNative -FilePath $FilePath -ArgumentList $ArgumentList -Parameters $PSBoundParameters }
    }
    if ([System.Environment]::OSVersion.Platform -ne 'Win32NT') {
        # A file system whose access lists tell what the modes of this one do, and locks of this Windows alone.
        $fakes['NewProtectedDirectory'] = { [void][System.IO.Directory]::CreateDirectory($Directory.FullName, [System.IO.UnixFileMode]'UserRead, UserWrite, UserExecute') }
        $fakes['GetDescriptor'] = { Get-FakeDescriptor -Item $Item }
        $fakes['NewMutex'] = { [System.Threading.Mutex]::new($false, $Name + '-' + [System.IO.Path]::GetFileName($env:PSUTIL_AGENT_FAKE)) }
    }
    $script:RealNative = (Set-ModuleFunction $fakes)['InvokeNative']
}

# Forgets everything but the replies. Collector is what a started collector does: works, refused, unreachable, unreadable (its password), exits, paused or silent.
# FailAt is a word list; the NSSM call that begins with it fails, or the registry. Unkept is a value that does not stay as it was set.
function Reset-FakeWindows {
    param([string] $Collector = 'works', [string[]] $FailAt, [string] $Unkept, [bool] $ObeysStop = $true)

    $script:Services.Clear()
    $script:Calls.Clear()
    $script:Keys.Clear()
    $script:Number = 0
    $script:Options = @{ Collector = $Collector; FailAt = $FailAt -join ' '; Unkept = $Unkept; ObeysStop = $ObeysStop; Aborted = $false }
}

# Remembers this Windows as it stands, with its folder, which Restore-FakeWindows brings back as often as a test wants it: to start a monitor takes longer.
function Save-FakeWindows {
    $script:Saved = @{ Folder = $env:PSUTIL_AGENT_FAKE; Services = CopyState $script:Services; Keys = CopyState $script:Keys; Options = CopyState $script:Options; Number = $script:Number }
    & /bin/cp -a $env:PSUTIL_AGENT_FAKE "$env:PSUTIL_AGENT_FAKE-saved"
}

function Restore-FakeWindows {
    $env:PSUTIL_AGENT_FAKE = $script:Saved.Folder
    Remove-Item -Path $env:PSUTIL_AGENT_FAKE -Recurse -Force
    # With the modes of the folders.
    & /bin/cp -a "$env:PSUTIL_AGENT_FAKE-saved" $env:PSUTIL_AGENT_FAKE
    $script:Calls.Clear()
    foreach ($part in 'Services', 'Keys', 'Options', 'Number') { Set-Variable -Scope script -Name $part -Value (CopyState $script:Saved[$part]) }
}

# A value of its own: maps in maps, as deep as they go.
function CopyState {
    param($Value)

    if ($Value -isnot [System.Collections.IDictionary]) { return $Value }
    $copy = if ($Value -is [System.Collections.Specialized.OrderedDictionary]) { [ordered]@{} } else { @{} }
    foreach ($key in $Value.Keys) { $copy[$key] = CopyState $Value[$key] }
    $copy
}

function Set-FakeOption {
    param([hashtable] $Option)

    foreach ($name in $Option.Keys) { $script:Options[$name] = $Option[$name] }
}

# A number that this Windows has not given yet.
function Get-FakeNumber { (++$script:Number) }

# Adds a service that is no monitor.
function Add-FakeService {
    param([string] $Name)

    $script:Services[$Name] = @{ State = 'Running'; Registry = @{ ImagePath = 'C:\other.exe'; Start = 2 }; Nssm = $null; Exit = $null; Collector = '' }
}

function Get-FakeServiceName { @($script:Services.Keys) }

# Runs a program, given InvokeNative's parameters: NSSM and sc.exe are this Windows' own, the collector is called for real.
function Invoke-FakeNative {
    param([string] $FilePath, [string[]] $ArgumentList, [System.Collections.IDictionary] $Parameters)

    if ($FilePath -like '*nssm*') { return Invoke-FakeNssm -FilePath $FilePath -ArgumentList $ArgumentList }
    if ($FilePath -like '*sc.exe') { return Invoke-FakeSc -ArgumentList $ArgumentList }
    if (-not $Parameters['InputText']) { return & $script:RealNative @Parameters }
    # What the collector says of the same configuration is the same each time, but for the name of this Windows' folder.
    $own = [System.IO.Path]::GetFileName($env:PSUTIL_AGENT_FAKE)
    $key = (($ArgumentList + $Parameters['InputText']) -join "`0").Replace($own, 'the-fake-folder')
    if (-not $script:Replies.ContainsKey($key)) {
        $reply = & $script:RealNative @Parameters
        $reply.Output = $reply.Output.Replace($own, 'the-fake-folder')
        $script:Replies[$key] = $reply
    }
    $reply = $script:Replies[$key].PSObject.Copy()
    $reply.Output = $reply.Output.Replace('the-fake-folder', $own)
    $reply
}

# What was asked of Windows so far, each call one text.
function Get-FakeCall {
    @($script:Calls | ForEach-Object { $_ -join ' | ' })
}

function Clear-FakeCall { $script:Calls.Clear() }

function Get-FakeState {
    param([string] $Name)

    if ($script:Services.Contains($Name)) {
        UpdateCollector $script:Services[$Name]
        $script:Services[$Name].State
    }
}

function Set-FakeState {
    param([string] $Name, [string] $State)

    $script:Services[$Name].State = $State
}

function Read-FakeKey {
    param([string] $Name)

    if ($script:Keys.ContainsKey($Name)) { return $script:Keys[$Name] }
    $service = $script:Services[($Name -replace '\\Parameters(\\AppExit)?$', '')]
    if (-not $service) { return }
    $values = if ($Name -like '*\AppExit') { $service.Exit } elseif ($Name -like '*\Parameters') { $service.Nssm } else { $service.Registry }
    if ($values -and $script:Options.Unkept -and $values.ContainsKey($script:Options.Unkept)) {
        $values = $values.Clone()
        $values[$script:Options.Unkept] = 'something else'
    }
    $values
}

# A service as it stands: Registry, Nssm and Exit may be changed.
function Get-FakeRegistry {
    param([string] $Name)

    $script:Services[$Name]
}

function Write-FakeKey {
    param([string] $Name, $Value)

    if ($Name -like 'EventLog\*' -and $script:Options.FailAt -ne 'registry') {
        $script:Keys[$Name] = @{} + $Value
        return
    }
    $service = $script:Services[($Name -replace '\\Parameters(\\AppExit)?$', '')]
    if (-not $service -or $script:Options.FailAt -eq 'registry') { throw [System.UnauthorizedAccessException]::new('the registry refuses') }
    $values = if ($Name -like '*\AppExit') { $service.Exit } else { $service.Nssm }
    foreach ($key in $Value.Keys) { $values[$key] = $Value[$key] }
}

function Set-FakeKey {
    param([string] $Name, [hashtable] $Value)

    $script:Keys[$Name] = $Value
}

function Remove-FakeKey {
    param([string] $Name)

    $script:Keys.Remove($Name)
}

function Send-FakeControl {
    param([string] $Name, [string] $Control)

    $service = $script:Services[$Name]
    $script:Calls.Add(@($Control, $Name))
    if ($Control -eq 'Stop') { $service.State = 'Stopped' } else { StartCollector $service }
}

# A file's or folder's descriptor, from its mode: open to others or not.
function Get-FakeDescriptor {
    param([System.IO.FileSystemInfo] $Item)

    $owner = if ($Item.Name -like '*-of-mallory') { 'S-1-5-21-1-2-3-1001' } else { 'BA' }
    $inherit = if ($Item -is [System.IO.DirectoryInfo]) { 'OICI' }
    if ($Item.UnixFileMode -band 63) { "O:${owner}D:AI(A;${inherit}ID;FA;;;SY)(A;${inherit}ID;0x1200a9;;;WD)" }
    else { "O:${owner}D:P(A;${inherit};FA;;;SY)(A;${inherit};FA;;;BA)" }
}

# Members of Performance Monitor Users.
function Set-FakeCounterReader {
    param([string] $Account, [switch] $Remove)

    $script:Calls.Add(@($(if ($Remove) { 'leaves' } else { 'joins' }), $Account))
}

# sc.exe: its exit code, and what it would print.
function Invoke-FakeSc {
    param([string[]] $ArgumentList)

    if ($ArgumentList[0] -eq 'query') {
        $code = if ($script:Options.Aborted) { '1067  (0x42b)' } else { '0  (0x0)' }
        return [pscustomobject]@{ ExitCode = 0; Output = "`r`nSERVICE_NAME: x`r`n        STATE              : 1  STOPPED`r`n        WIN32_EXIT_CODE    : $code`r`n"; ErrorOutput = '' }
    }
    $script:Calls.Add(@('sc') + $ArgumentList)
    if ($ArgumentList[0] -eq 'config') { $script:Services[$ArgumentList[1]].Registry['ObjectName'] = $ArgumentList[3] }
    if ($script:Options.FailAt -and "sc $ArgumentList".StartsWith($script:Options.FailAt)) {
        return [pscustomobject]@{ ExitCode = 5; Output = "[SC] OpenService FAILED 5:`r`n`r`nAccess is denied.`r`n"; ErrorOutput = '' }
    }
    [pscustomobject]@{ ExitCode = 0; Output = "[SC] ChangeServiceConfig2 SUCCESS`r`n"; ErrorOutput = '' }
}

# nssm.exe: what it would print, and its exit code.
function Invoke-FakeNssm {
    param([string] $FilePath, [string[]] $ArgumentList)

    $script:Calls.Add($ArgumentList)
    $script:Keys['EventLog\Application\NSSM'] = @{ EventMessageFile = $FilePath }
    $name = $ArgumentList[1]
    if ($script:Options.FailAt -and ($ArgumentList -join ' ').StartsWith($script:Options.FailAt)) {
        return [pscustomobject]@{ ExitCode = 5; Output = ''; ErrorOutput = "Access is denied.`r`n" }
    }
    switch ($ArgumentList[0]) {
        'install' {
            $script:Services[$name] = @{
                State = 'Stopped'; Collector = ''; Nssm = @{ Application = $ArgumentList[2] }; Exit = @{ '' = 'Restart' }
                Registry = @{ ImagePath = $FilePath; DisplayName = $name; Start = 2 }
            }
        }
        'set' {
            $registry = $script:Services[$name].Registry
            $value = $ArgumentList[3]
            if ($ArgumentList[2] -eq 'Start') {
                $registry.Start = if ($value -eq 'SERVICE_DEMAND_START') { 3 } else { 2 }
                $registry.DelayedAutostart = [int]($value -eq 'SERVICE_DELAYED_AUTO_START')
            }
            else { $registry[$ArgumentList[2]] = $value }
        }
        'remove' { $script:Services.Remove($name) }
    }
    [pscustomobject]@{ ExitCode = 0; Output = "`r`n"; ErrorOutput = '' }
}

# What a collector would write, as far as the module reads it.
function StartCollector {
    param($Service)

    $settings = $Service.Nssm.AppParameters -replace '^.* --config "(.*)"$', '$1'
    $Service.Folder = [System.IO.Path]::GetDirectoryName($settings)
    $behaviour = $script:Options.Collector
    $Service.State = @{ exits = 'Stopped'; paused = 'Paused' }[$behaviour]
    if (-not $Service.State) { $Service.State = 'Running' }
    $Service.Collector = $behaviour
    $lines = '{"level":"info","msg":"collector started"}', '{"level":"error","msg":"the last words"}'
    [System.IO.File]::WriteAllLines([System.IO.Path]::Combine($Service.Folder, 'psutil.log'), [string[]]$lines)
    if ($behaviour -notin 'exits', 'paused', 'silent') { WriteStatus $Service 'sampling' }
}

function WriteStatus {
    param($Service, [string] $State, [string] $Reload = 'null')

    $code = @{ refused = 'PSA_BROKER_REFUSED'; unreachable = 'PSA_BROKER_UNREACHABLE'; unreadable = 'PSA_SECRET_UNAVAILABLE' }[$Service.Collector]
    $delivery = @{ refused = 'refused'; unreachable = 'unreachable'; unreadable = 'refused' }[$Service.Collector]
    if (-not $delivery) { $delivery = 'flowing' }
    $lastError = if ($code) { '{"time":"2026-01-02T03:04:05.000Z","code":"' + $code + '","message":"the broker said no"}' } else { 'null' }
    $spooled = if ($script:Options.ContainsKey('Spooled')) { $script:Options.Spooled } else { 0 }
    $text = '{"version":"0.1.0","summary":"samples flow to h:5672; 1 dropped","state":"' + $State + '","pid":4711,"since":"2026-01-02T03:04:05.000Z","updated":"2026-01-02T03:05:05.000Z",' +
    '"delivery":{"state":"' + $delivery + '"},"connected":' + "$(-not $code)".ToLowerInvariant() + ',"taken":12,"published":10,"spooled":' + $spooled + ',"dropped":1,"dropped_by":{"size":0,"age":1},"unroutable":0,"skipped":3,' +
    '"last_published":"2026-01-02T03:05:00.000Z","last_error":' + $lastError + ',"reload":' + $Reload + ',"entries":[{"index":0,"name":"m","last":{"time":"2026-01-02T03:05:00.000Z","values":{"value":0.5}},"unit":"percent","fault":null},' +
    '{"index":1,"name":"d","last":null,"unit":"","fault":"D: is not ready","last_error":{"time":"2026-01-02T03:05:00.000Z","message":"D: is not ready"}}]}'
    [System.IO.File]::WriteAllText([System.IO.Path]::Combine($Service.Folder, 'status.json'), $text)
}

# A collector notices its stop file when it is next looked at; its service then stops by itself.
function UpdateCollector {
    param($Service)

    if ($Service.State -ne 'Running' -or -not $Service.Collector -or -not $script:Options.ObeysStop) { return }
    $reload = [System.IO.Path]::Combine($Service.Folder, 'reload')
    if ([System.IO.File]::Exists($reload) -and $script:Options['Reload'] -ne 'ignored') {
        $refused = if ($script:Options['Reload'] -eq 'refused') { '"it is not to its taste"' } else { 'null' }
        $answer = '{"time":"2026-01-02T03:05:06.000Z","request":"' + [System.IO.File]::ReadAllText($reload) + '","refused":' + $refused + ',"kept":1,"added":1,"removed":0}'
        [System.IO.File]::Delete($reload)
        WriteStatus -Service $Service -State 'sampling' -Reload $answer
        # Its log reached its size just then.
        [System.IO.File]::WriteAllText([System.IO.Path]::Combine($Service.Folder, 'psutil.log.1'), 'rotated')
        $script:Calls.Add(@('asked', 'to reload'))
    }
    $stop = [System.IO.Path]::Combine($Service.Folder, 'stop')
    if ([System.IO.File]::Exists($stop)) {
        [System.IO.File]::Delete($stop)
        WriteStatus $Service 'stopped'
        $Service.State = 'Stopped'
        $script:Calls.Add(@('asked', 'to stop'))
    }
}

Export-ModuleMember -Function *-*
