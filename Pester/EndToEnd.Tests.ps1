# The whole of it on Windows (or Wine): real NSSM, real node.exe, a real service manager, a real RabbitMQ.
# node/test/module/monitor.system.test.ts runs it in two parts with a power cut between them, and names in PSUTIL_AGENT_E2E a JSON
# file with the broker's port, user, password, and of that the word to be found nowhere, secret.
# Not here: ElevationRequired (under Wine everybody is an administrator) and a service that never stops (nothing makes one on
# purpose). Tests of those say "on a fake Windows" in their names.
BeforeDiscovery {
    $skip = [System.Environment]::OSVersion.Platform -ne 'Win32NT' -or -not $env:PSUTIL_AGENT_E2E
}

BeforeAll {
    $root = Split-Path -Path $PSScriptRoot
    Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
    # A configuration is validated by one collector for all, after the first: cloudify/start.ps1's and the package's tests start one each time.
    Import-Module (Join-Path $PSScriptRoot 'CollectorServer.psm1')
    Install-CollectorServer
    $example = Join-Path $root 'examples/monitor.yaml'
    if ($env:PSUTIL_AGENT_E2E) {
        $given = Get-Content -Path $env:PSUTIL_AGENT_E2E -Raw | ConvertFrom-Json
        $credential = [pscredential]::new($given.user, [System.Net.NetworkCredential]::new('', $given.password).SecurePassword)
        $broker = @{ BrokerHostname = '127.0.0.1'; BrokerPort = $given.port; BrokerCredential = $credential }
    }
    $data = Join-Path ([System.Environment]::GetFolderPath('CommonApplicationData')) 'PsutilAgent'

    # Waits for a monitor that fits; throws with the last one seen and what its collector logged.
    function Wait-Monitor {
        param([string] $Name, [scriptblock] $Until, [int] $Seconds = 60)

        $deadline = (Get-Date).AddSeconds($Seconds)
        do {
            $monitor = Get-PsutilMonitor -Name $Name
            if ($monitor | Where-Object $Until) { return $monitor }
            Start-Sleep -Milliseconds 200
        } while ((Get-Date) -lt $deadline)
        $log = InModuleScope PsutilAgent -Parameters @{ Name = $Name } {
            param($Name)
            $path = GetMonitorPath $Name
            GetLogTail @{ (Join-Path $path.Data 'psutil.log') = 0; $path.ServiceLog = 0 }
        }
        throw "'$Name' did not become as expected: $($monitor | Format-List | Out-String) $log"
    }
}

Describe 'A monitor started' -Tag EndToEnd, Started -Skip:$skip {
    It 'with the example samples, is connected, and says so' {
        # Whoever may write to C:\ would be run as SYSTEM by a path without quotes; and this session's node is told to run more.
        Copy-Item -Path (InModuleScope PsutilAgent { GetProgramPath -Program node }) -Destination $env:SystemDrive\Program.exe
        [System.Environment]::SetEnvironmentVariable('NODE_OPTIONS', '--require C:\no-such-file.js', 'Machine')
        $env:NODE_OPTIONS = '--require C:\no-such-file.js'
        $output = Start-PsutilMonitor -Path $example -NodeId host_1 -PassThru -Verbose -Debug @broker *>&1
        $monitor = $output | Where-Object { $_.PSObject.TypeNames -contains 'PsutilAgent.Monitor' }
        $monitor.Name, $monitor.State, $monitor.CollectorState, $monitor.Connected | Should -Be 'cloudify-psutil-host_1', 'Running', 'sampling', $true
        (Get-Process -Id $monitor.ProcessId).ProcessName | Should -BeLike 'node*'
        $text = ($output | ForEach-Object { "$_" }) -join "`n"
        $text | Should -BeLike '*nssm set cloudify-psutil-host_1 ImagePath*'
        $text | Should -BeLike '*sc failure cloudify-psutil-host_1 *'
        $text.Contains($given.secret) | Should -BeFalse
    }
    It 'publishes, and counts what the broker confirmed' {
        $monitor = Wait-Monitor -Name cloudify-psutil-host_1 -Until { $_.Published -ge 3 }
        $monitor.Taken | Should -BeGreaterOrEqual $monitor.Published
        $monitor.LastPublished | Should -BeGreaterThan (Get-Date).AddMinutes(-5)
        $monitor.LastError | Should -BeNullOrEmpty
        @($monitor.Entries).Count | Should -Be 3
    }
    It 'is left alone where nothing changed' {
        $before = (Get-PsutilMonitor -Name cloudify-psutil-host_1).ProcessId
        $said = Start-PsutilMonitor -Path $example -NodeId host_1 @broker 6>&1
        "$said" | Should -BeLike "The monitor 'cloudify-psutil-host_1' runs with these settings: nothing was changed: *.*Next: *" -Because 'it says so'
        (Get-PsutilMonitor -Name cloudify-psutil-host_1).ProcessId | Should -Be $before
    }
    It 'has its settings for SYSTEM and Administrators only, the password encrypted' {
        $folder = Join-Path $data 'cloudify-psutil-host_1'
        $text = Get-Content -Path (Join-Path $folder 'settings.json') -Raw
        $text | Should -BeLike '*password_dpapi*'
        $text.Contains($given.secret) | Should -BeFalse
        # Wine keeps of an access list what the file system below it can: there it is what any folder made so has.
        InModuleScope PsutilAgent -Parameters @{ Folder = $folder } {
            param($Folder)
            $directory = [System.IO.DirectoryInfo]::new($Folder)
            foreach ($one in $directory, $directory.Parent) {
                GetPrivacyFault -Item $one -Expected (GetPrivateDescriptor ([System.IO.Path]::GetTempPath())).Folder | Should -BeNullOrEmpty
            }
            if (-not (Test-Path -Path 'HKLM:\Software\Wine')) { GetDescriptor $directory | Should -Match '^O:BAD:P(AI)?\(A;OICI;FA;;;SY\)\(A;OICI;FA;;;BA\)$' }
        }
    }
    It 'has its program quoted, in the registry and as the service manager runs it' {
        (Get-ItemProperty -Path HKLM:\SYSTEM\CurrentControlSet\Services\cloudify-psutil-host_1).ImagePath | Should -Match '^"[A-Z]:\\.*\\nssm\.exe"$'
        Get-Process -Name Program -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }
    It 'comes back when its collector is killed' {
        $before = (Get-PsutilMonitor -Name cloudify-psutil-host_1).ProcessId
        Stop-Process -Id $before -Force
        $monitor = Wait-Monitor -Name cloudify-psutil-host_1 -Until { $_.ProcessId -and $_.ProcessId -ne $before -and $_.Connected -and $_.State -eq 'Running' }
        $monitor.CollectorState | Should -Be 'sampling'
    }
    It 'is updated where the configuration changed' {
        $before = (Get-PsutilMonitor -Name cloudify-psutil-host_1).ProcessId
        $monitor = Start-PsutilMonitor -Path $example -NodeId host_1 -DeploymentId changed -PassThru @broker
        $monitor.ProcessId | Should -Not -Be $before
        (Get-Content -Path $monitor.ConfigurationPath -Raw | ConvertFrom-Json).node.deployment_id | Should -Be 'changed'
    }
    It 'is restarted with the settings it has' {
        $before = Get-PsutilMonitor -Name cloudify-psutil-host_1
        $text = Get-Content -Path $before.ConfigurationPath -Raw
        $monitor = $before | Restart-PsutilMonitor -PassThru
        $monitor.State, $monitor.CollectorState, $monitor.Connected | Should -Be 'Running', 'sampling', $true
        $monitor.ProcessId | Should -Not -Be $before.ProcessId
        Get-Content -Path $before.ConfigurationPath -Raw | Should -BeExactly $text
    }
    It 'has its samples received, by its name alone' {
        $samples = @('cloudify-psutil-host_1' | Receive-PsutilSample -Count 2 -Timeout 60)
        ($samples | ForEach-Object { $_.NodeId }) -join ' ' | Should -Be 'host_1 host_1'
        $samples[0].Time | Should -BeGreaterThan (Get-Date).AddMinutes(-5)
    }
    It 'is watched, until the pipeline has enough, and so are methods beside it' {
        $free = Get-PsutilMonitor -Name cloudify-psutil-host_1 | Watch-PsutilSample -Interval 0.5 | Where-Object { $_.Metric -eq 'memory_MemFree' } | Select-Object -First 1
        $free.Monitor, $free.Unit | Should -Be 'cloudify-psutil-host_1', 'B'
        $total = 'virtual_memory' | Watch-PsutilSample -Count 1 | Where-Object { $_.Path -eq 'total' }
        $total.Metric, $total.Unit | Should -Be 'virtual_memory', 'B'
        $total.Value | Should -BeGreaterThan $free.Value
    }
    It 'is reported on, in a page of its own name' {
        $page = 'cloudify-psutil-host_1' | Export-PsutilReport -Path $TestDrive -PassThru
        $page.Name | Should -Be 'cloudify-psutil-host_1.html'
        $text = Get-Content -Path $page.FullName -Raw
        foreach ($said in '<h1>*host_1*</h1>', 'Collector started', '<h3>memory_MemFree</h3>', '&quot;changed&quot;') { $text | Should -BeLike "*$said*" }
        $text.Contains($given.secret) | Should -BeFalse
    }
    It 'takes changed entries over while its collector runs on' {
        $before = (Get-PsutilMonitor -Name cloudify-psutil-host_1).ProcessId
        $changed = Join-Path $TestDrive 'changed.yaml'
        Set-Content -Path $changed -Value ((Get-Content -Path $example -Raw) + "  - method: boot_time`n    interval: 1`n")
        $monitor = Start-PsutilMonitor -Path $changed -NodeId host_1 -DeploymentId changed -PassThru @broker
        $monitor.ProcessId, @($monitor.Entries).Count | Should -Be $before, 4
        $monitor = Start-PsutilMonitor -Path $example -NodeId host_1 -DeploymentId changed -PassThru @broker
        $monitor.ProcessId, @($monitor.Entries).Count | Should -Be $before, 3
    }
    It 'would find its broker with a password that Protect-PsutilPassword sealed, which the collector opens' {
        $settings = @{
            broker        = @{ hostnames = @('127.0.0.1'); port = $given.port; username = $given.user; password_dpapi = $credential | Protect-PsutilPassword }
            psutil_config = @(@{ method = 'boot_time'; interval = 1 })
        }
        $settings | Test-PsutilConfiguration -CheckBroker | Should -BeTrue
        $settings.broker.password_dpapi = [System.Net.NetworkCredential]::new('', 'another').SecurePassword | Protect-PsutilPassword
        $settings | Test-PsutilConfiguration -CheckBroker -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeFalse
        $faults[-1].FullyQualifiedErrorId | Should -Be 'BrokerRefused,Test-PsutilConfiguration'
    }
    It 'has another beside it, by an odd name' {
        $entry = @{ method = 'virtual_memory'; result_argument = 'free'; interval = 1; alias = 'second' }
        $monitor = $entry | Start-PsutilMonitor -Name "o'neill & sons 100%" -NodeId second -PassThru @broker
        $monitor.Connected | Should -BeTrue
        @(Get-PsutilMonitor).Count | Should -Be 2
        $null = Wait-Monitor -Name $monitor.Name -Until { $_.Published -ge 1 }
    }
    It 'that fails with <Id> is undone, and nothing left' -ForEach @(
        @{ Id = 'StartTimeout'; With = { @{ Timeout = 1 } } }
        @{ Id = 'BrokerUnreachable'; With = { @{ Timeout = 20; BrokerPort = 1 } } }
        @{ Id = 'NssmFailed'; With = { @{ NssmPath = (Get-Process -Id (Get-PsutilMonitor -Name cloudify-psutil-host_1).ProcessId).Path } } }
        @{ Id = 'NssmNotFound'; With = { @{ NssmPath = Join-Path $root 'none/nssm.exe' } } }
        @{ Id = 'NodeNotFound'; With = { @{ NodePath = Join-Path $root 'none/node.exe' } } }
    ) {
        $all = $broker + @{}
        $other = & $With
        foreach ($key in $other.Keys) { $all[$key] = $other[$key] }
        $record = $null
        try { Start-PsutilMonitor -Path $example -NodeId failing @all } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be "$Id,Start-PsutilMonitor" -Because "$record"
        Get-Service -Name *failing | Should -BeNullOrEmpty
        Test-Path -Path (Join-Path $data 'cloudify-psutil-failing') | Should -BeFalse
    }
    It 'whose password file cannot be read throws ConfigInvalid, and nothing is left' {
        $settings = @{
            broker        = @{ hostnames = @('127.0.0.1'); port = $given.port; password_file = Join-Path $TestDrive 'none.txt' }
            psutil_config = @(@{ method = 'boot_time'; interval = 1 })
        }
        $record = $null
        try { Start-PsutilMonitor -Configuration $settings -NodeId failing -Timeout 30 } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'ConfigInvalid,Start-PsutilMonitor' -Because "$record"
        "$record" | Should -BeLike '*none.txt*'
        Get-Service -Name *failing | Should -BeNullOrEmpty
    }
    It 'whose collector gives up throws CollectorExited, with its words, and nothing is left' {
        $real = InModuleScope PsutilAgent { GetCollectorPath }
        $broken = Join-Path $TestDrive 'broken.mjs'
        Set-Content -Path $broken -Value @(
            'import { pathToFileURL } from "node:url";'
            'if (process.argv[2] === "run") { console.error("out of luck"); process.exit(6); }'
            "await import(pathToFileURL($($real | ConvertTo-Json)).href);"
        )
        Mock -ModuleName PsutilAgent GetCollectorPath { $broken }
        $record = $null
        try { Start-PsutilMonitor -Path $example -NodeId failing @broker } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'CollectorExited,Start-PsutilMonitor' -Because "$record"
        "$record" | Should -BeLike '*out of luck*'
        Get-Service -Name *failing | Should -BeNullOrEmpty
        Test-Path -Path (Join-Path $data 'cloudify-psutil-failing') | Should -BeFalse
    }
    It 'whose data folder cannot be made throws DataNotWritable, and no service is made' {
        $blocked = Join-Path $data 'cloudify-psutil-blocked'
        Set-Content -Path $blocked -Value 'a file in the way'
        $record = $null
        try { Start-PsutilMonitor -Path $example -NodeId blocked @broker } catch { $record = $_ }
        Remove-Item -Path $blocked
        $record.FullyQualifiedErrorId | Should -Be 'DataNotWritable,Start-PsutilMonitor' -Because "$record"
        Get-Service -Name *blocked | Should -BeNullOrEmpty
    }
    It 'whose update fails runs again as before' {
        $before = Get-Content -Path (Join-Path $data 'cloudify-psutil-host_1/settings.json') -Raw
        $wrong = $broker + @{}
        $wrong['BrokerPort'] = 1
        $record = $null
        try { Start-PsutilMonitor -Path $example -NodeId host_1 -DeploymentId changed -Timeout 20 @wrong } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'BrokerUnreachable,Start-PsutilMonitor' -Because "$record"
        Get-Content -Path (Join-Path $data 'cloudify-psutil-host_1/settings.json') -Raw | Should -BeExactly $before
        $null = Wait-Monitor -Name cloudify-psutil-host_1 -Until { $_.Connected -and $_.State -eq 'Running' }
    }
    It 'that cannot log in is undone: BrokerRefused, with the log''s words, and nothing left' {
        $wrong = $broker + @{}
        $wrong['BrokerCredential'] = [pscredential]::new($given.user, [System.Net.NetworkCredential]::new('', 'wrong-Secret-77').SecurePassword)
        $record = $null
        try { Start-PsutilMonitor -Path $example -NodeId refused -Timeout 30 @wrong } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'BrokerRefused,Start-PsutilMonitor' -Because "$record"
        "$record $($record.Exception)".Contains('wrong-Secret-77') | Should -BeFalse
        Get-PsutilMonitor -Name *refused | Should -BeNullOrEmpty
        Test-Path -Path (Join-Path $data 'cloudify-psutil-refused') | Should -BeFalse
    }
    It 'at the same time as another of the same name breaks nothing: one monitor, that works' {
        $script = {
            param($Module, $Broker)
            Import-Module $Module
            @{ method = 'boot_time'; interval = 1 } | Start-PsutilMonitor -NodeId twin -Timeout 120 @Broker
        }
        $sessions = foreach ($number in 1, 2) { [powershell]::Create().AddScript($script).AddArgument((Join-Path $root 'PsutilAgent.psd1')).AddArgument($broker) }
        $running = foreach ($session in $sessions) { $session.BeginInvoke() }
        foreach ($number in 0, 1) { $sessions[$number].EndInvoke($running[$number]) }
        foreach ($session in $sessions) { "$($session.Streams.Error)" | Should -BeNullOrEmpty }
        $monitor = Get-PsutilMonitor -Name cloudify-psutil-twin
        $monitor.Connected | Should -BeTrue
        Stop-PsutilMonitor -Name cloudify-psutil-twin
    }
    It 'whose data folder <Which> is refused, and neither a file nor a service touched' -ForEach @(
        @{ Which = 'is a link' }, @{ Which = 'somebody made before' }
    ) {
        $folder = Join-Path $data 'cloudify-psutil-planted'
        $victim = Join-Path $env:SystemDrive\ victim
        $null = New-Item -Path $victim -ItemType Directory -Force
        Set-Content -Path (Join-Path $victim 'precious') -Value 'precious'
        if ($Which -eq 'is a link') {
            if (Test-Path -Path 'HKLM:\Software\Wine') {
                # Wine makes no links, but takes those of the system below for what they are.
                $below = { param($Path) "$env:WINECONFIGDIR" -replace '^\\\?\?\\Z:', '' -replace '\\', '/' | ForEach-Object { "$_/drive_c" + ($Path.Substring(2) -replace '\\', '/') } }
                & Z:\bin\ln -s (& $below $victim) (& $below $folder)
                foreach ($try in 1..100) { if (Test-Path -Path $folder) { break }; Start-Sleep -Milliseconds 100 }
            }
            else { $null = New-Item -Path $folder -ItemType Junction -Value $victim }
        }
        else {
            $null = New-Item -Path $folder -ItemType Directory
            $null = New-Item -Path (Join-Path $folder 'service.log') -ItemType HardLink -Value (Join-Path $victim 'precious')
        }
        $services = (Get-ChildItem -Path HKLM:\SYSTEM\CurrentControlSet\Services).Name
        $files = (Get-ChildItem -Path $data, $victim -Recurse -Exclude psutil.log, status.json*, *.log, *.seg* | ForEach-Object { $_.FullName } | Sort-Object) -notlike '*\spool\*'
        $record = $null
        try { Start-PsutilMonitor -Path $example -NodeId planted @broker } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'DataNotWritable,Start-PsutilMonitor' -Because "$record"
        "$record" | Should -BeLike $(if ($Which -eq 'is a link') { '*is a link*' } else { '*others than SYSTEM and Administrators*' })
        Get-Content -Path (Join-Path $victim 'precious') | Should -Be 'precious'
        (Get-ChildItem -Path HKLM:\SYSTEM\CurrentControlSet\Services).Name | Should -Be $services
        $after = (Get-ChildItem -Path $data, $victim -Recurse -Exclude psutil.log, status.json*, *.log, *.seg* | ForEach-Object { $_.FullName } | Sort-Object) -notlike '*\spool\*'
        $after | Should -Be $files
        # The link alone, not what it leads to; Wine cannot.
        if ($Which -ne 'is a link') { Remove-Item -Path $folder -Recurse }
        elseif (Test-Path -Path 'HKLM:\Software\Wine') {
            & Z:\bin\rm (& $below $folder)
            foreach ($try in 1..100) { if (-not (Test-Path -Path $folder)) { break }; Start-Sleep -Milliseconds 100 }
        }
        else { [System.IO.Directory]::Delete($folder) }
        Remove-Item -Path $victim -Recurse
    }
    It 'that another service has the name of is refused, and the service untouched' {
        $record = $null
        try { Start-PsutilMonitor -Path $example -Name EventLog @broker } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'MonitorExists,Start-PsutilMonitor' -Because "$record"
        Test-Path -Path (Join-Path $data 'EventLog') | Should -BeFalse
    }
}

Describe 'After a power cut' -Tag EndToEnd, Booted -Skip:$skip {
    It 'the monitors run again' {
        foreach ($name in 'cloudify-psutil-host_1', "o'neill & sons 100%") {
            $monitor = Wait-Monitor -Name $name -Until { $_.Connected -and $_.Published -ge 1 -and $_.State -eq 'Running' } -Seconds 120
            $monitor.CollectorState | Should -Be 'sampling'
        }
    }
    It 'one is stopped, the other is not touched' {
        $process = (Get-PsutilMonitor -Name cloudify-psutil-host_1).ProcessId
        Stop-PsutilMonitor -Name cloudify-psutil-host_1
        Get-Service -Name cloudify-psutil-host_1 -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        Get-Process -Id $process -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        Test-Path -Path (Join-Path $data 'cloudify-psutil-host_1') | Should -BeFalse
        (Get-PsutilMonitor).Connected | Should -BeTrue
    }
    It 'what is left of others is found, with its unsent samples, and deleted; the one that runs and this module stay' {
        # A collector that somebody ran by hand, whose broker was never there.
        $folder = Join-Path $data 'by-hand'
        $settings = Join-Path $TestDrive 'by-hand.json'
        $entries = '[{"method":"boot_time","interval":0.2}]'
        Set-Content -Path $settings -Value ('{{"broker":{{"hostnames":["127.0.0.1"],"port":1}},"status":{{"path":{0}}},"psutil_config":{1}}}' -f ($folder | ConvertTo-Json), $entries)
        InModuleScope PsutilAgent -Parameters @{ Settings = $settings } {
            param($Settings)
            $null = InvokeNative -FilePath (GetProgramPath -Program node) -ArgumentList (GetCollectorPath), run, --config, $Settings, --duration, 2
        }
        $program = New-Item -Path (Join-Path $env:ProgramFiles 'PsutilAgent\0.0.1\bin') -ItemType Directory
        Set-Content -Path (Join-Path $program.FullName 'old.txt') -Value 'old'
        $found = @(Get-PsutilLeftover)
        ($found | ForEach-Object { "$($_.Kind) $($_.Name)" } | Sort-Object) -join ', ' | Should -Be 'Data by-hand, Program 0.0.1'
        $samples = ($found | Where-Object Name -eq by-hand).Unsent
        $samples | Should -BeGreaterThan 0
        $samples | Should -Be (Get-Content -Path (Join-Path $folder 'status.json') -Raw | ConvertFrom-Json).spooled
        $found | Remove-PsutilLeftover -Confirm:$false
        Get-PsutilLeftover | Should -BeNullOrEmpty
        Test-Path -Path $folder, $program.Parent.FullName | Should -Be $false, $false
        Test-Path -Path (Join-Path $root 'PsutilAgent.psd1') | Should -BeTrue
        (Get-PsutilMonitor).Connected | Should -BeTrue
    }
    It 'one that NSSM holds in Paused, before it starts the collector again, is stopped' {
        $monitor = Get-PsutilMonitor
        Stop-Process -Id $monitor.ProcessId -Force
        $null = Wait-Monitor -Name $monitor.Name -Until { $_.State -eq 'Paused' } -Seconds 20
        $paused = [System.Diagnostics.Stopwatch]::StartNew()
        Stop-PsutilMonitor -Name $monitor.Name -KeepService
        # Beyond the five seconds after which NSSM would have started it.
        while ($paused.Elapsed.TotalSeconds -lt 7) {
            (Get-PsutilMonitor).State | Should -Be 'Stopped'
            Start-Sleep -Milliseconds 500
        }
        (Get-PsutilMonitor).State | Should -Be 'Stopped'
        Get-PsutilMonitor | Start-PsutilMonitor
        (Get-PsutilMonitor).Connected | Should -BeTrue
    }
    It 'a stopped one is kept with -KeepService' {
        Get-PsutilMonitor | Stop-PsutilMonitor -KeepService
        $monitor = Get-PsutilMonitor
        $monitor.State, $monitor.CollectorState | Should -Be 'Stopped', 'stopped'
        $monitor.ProcessId | Should -BeNullOrEmpty
    }
    It 'one whose settings went wrong meanwhile ends when its service is started, and says why in its log and its LastError' {
        $monitor = Get-PsutilMonitor
        $text = [System.IO.File]::ReadAllText($monitor.ConfigurationPath)
        [System.IO.File]::WriteAllText($monitor.ConfigurationPath, $text.Replace('"interval":1', '"interval":"soon"'))
        InModuleScope PsutilAgent -Parameters @{ Name = $monitor.Name } { param($Name) SendServiceControl -Name $Name -Control Start }
        $failed = Wait-Monitor -Name $monitor.Name -Until { $_.LastError.Code -eq 'PSA_CONFIG_INVALID' -and $_.State -eq 'Stopped' }
        $failed.CollectorState | Should -Be 'failed'
        foreach ($told in $failed.LastError.Message, [System.IO.File]::ReadAllText((Join-Path $monitor.DataPath 'psutil.log'))) {
            $told | Should -BeLike '*/psutil_config/0/interval*soon*'
        }
        [System.IO.File]::WriteAllText($monitor.ConfigurationPath, $text)
    }
    It 'one that is stopped starts again from the pipeline, its error forgotten' {
        Get-PsutilMonitor | Start-PsutilMonitor
        $monitor = Get-PsutilMonitor
        $monitor.Connected | Should -BeTrue
        $monitor.LastError | Should -BeNullOrEmpty
    }
    It 'all are stopped: no service, no process, no file' {
        [System.Environment]::SetEnvironmentVariable('NODE_OPTIONS', $null, 'Machine')
        Remove-Item -Path $env:SystemDrive\Program.exe
        Stop-PsutilMonitor -Name * -RemoveData
        Stop-CollectorServer
        Get-PsutilMonitor | Should -BeNullOrEmpty
        Get-Process -Name node -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        Test-Path -Path $data | Should -BeFalse
    }
}
