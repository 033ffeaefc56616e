# Start-PsutilMonitor on a Windows that is none: what it writes, what it tells NSSM, what it leaves when it fails.
BeforeDiscovery {
    $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
}

BeforeAll {
    $root = Split-Path -Path $PSScriptRoot
    Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'FakeWindows.psm1')
    Install-FakeWindows
    $entry = @{ method = 'virtual_memory'; result_argument = 'free'; interval = 5; alias = 'memory_MemFree' }
    $secret = 'Zx9 "quoted" $ecret\'
    $credential = [pscredential]::new('sampler', [System.Net.NetworkCredential]::new('', $secret).SecurePassword)
    function Get-Setting { param($Name = 'cloudify-psutil') Get-Content -Path (Join-Path $data "$Name/settings.json") -Raw | ConvertFrom-Json }
    $invokeNative = { Invoke-FakeNative -FilePath $FilePath -ArgumentList $ArgumentList -Parameters $PesterBoundParameters }
    $arrange = {
        . (Join-Path $PSScriptRoot 'FakeWindows.ps1')
        $broker = @{ BrokerHostname = 'rabbit.example'; BrokerCredential = $credential }
    }
}
AfterAll { $env:PSUTIL_AGENT_FAKE = $null }

Describe 'A new monitor' {
    BeforeEach { . $arrange }
    It 'gets exactly these values, in no more than five calls of NSSM' {
        Start-PsutilMonitor -Configuration $entry @start @broker
        $folder = Join-Path $data 'cloudify-psutil'
        $node, $main = InModuleScope PsutilAgent { GetProgramPath -Program node; GetCollectorPath }
        $log = Join-Path $folder 'service.log'
        $version = (Get-Module PsutilAgent).Version
        (Get-FakeCall) -join "`n" | Should -BeExactly (@(
                "install | cloudify-psutil | $node"
                "set | cloudify-psutil | ImagePath | ""$nssm"""
                'set | cloudify-psutil | DisplayName | PsutilAgent cloudify-psutil'
                "set | cloudify-psutil | Description | Samples psutil metrics and publishes them to RabbitMQ. Made by PsutilAgent $version."
                'set | cloudify-psutil | Start | SERVICE_DELAYED_AUTO_START'
                'Start | cloudify-psutil'
                'sc | failure | cloudify-psutil | reset= | 86400 | actions= | restart/5000/restart/60000/restart/60000//0'
            ) -join "`n")
        $found = Read-FakeKey -Name cloudify-psutil\Parameters
        ($found.Keys | Where-Object { $_ -ne 'AppEnvironmentExtra' } | Sort-Object | ForEach-Object { "$_=$($found[$_])" }) -join "`n" | Should -BeExactly (@(
                "AppDirectory=$root"
                "Application=$node"
                'AppNoConsole=1'
                "AppParameters=""$main"" run --config ""$(Join-Path $folder 'settings.json')"""
                'AppPriority=32'
                'AppRestartDelay=5000'
                'AppRotateBytes=1048576'
                'AppRotateFiles=1'
                "AppStderr=$log"
                "AppStdout=$log"
                'AppStopMethodConsole=15000'
                'AppStopMethodSkip=6'
                'AppThrottle=3000'
            ) -join "`n")
        $exits = Read-FakeKey -Name cloudify-psutil\Parameters\AppExit
        ($exits.Keys | Sort-Object | ForEach-Object { "$_=$($exits[$_])" }) -join ' ' | Should -BeExactly '=Restart 0=Exit 3=Exit'
    }
    It 'is given none of the variables by which node runs, loads or trusts something else' {
        Start-PsutilMonitor -Configuration $entry @start @broker
        $environment = (Read-FakeKey -Name cloudify-psutil\Parameters).AppEnvironmentExtra
        $environment[0] | Should -BeExactly 'UV_THREADPOOL_SIZE=64'
        foreach ($name in 'NODE_OPTIONS', 'NODE_PATH', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED', 'OPENSSL_CONF', 'SSL_CERT_FILE') {
            # NSSM 2.24 passes over the entry after an empty one.
            @($environment | Where-Object { $_ -ceq "$name=" }).Count | Should -Be 2 -Because $name
        }
    }
    It 'reads NSSM''s output as UTF-16' {
        Mock -ModuleName PsutilAgent InvokeNative $invokeNative
        Start-PsutilMonitor -Configuration $entry @start @broker
        Should -Invoke InvokeNative -ModuleName PsutilAgent -Times 5 -Exactly -ParameterFilter { $FilePath -like '*nssm*' -and $Encoding.WebName -eq 'utf-16' }
    }
    It 'gets settings from the configuration and the parameters, in UTF-8 without a BOM' {
        Start-PsutilMonitor -Configuration $entry -DeploymentId d1 -NodeName vm -NodeId vm_1 -BrokerPort 5673 -BrokerVirtualHost /v @start @broker
        $settings = Get-Setting cloudify-psutil-vm_1
        $settings.node.deployment_id, $settings.node.node_name, $settings.node.node_id | Should -Be 'd1', 'vm', 'vm_1'
        @($settings.broker.hostnames) | Should -Be @('rabbit.example')
        $settings.broker.port, $settings.broker.vhost, $settings.broker.username | Should -Be 5673, '/v', 'sampler'
        $settings.psutil_config[0].alias | Should -Be 'memory_MemFree'
        $settings.status.path | Should -Be (Join-Path $data 'cloudify-psutil-vm_1')
        $settings.spool.path | Should -Be (Join-Path $data 'cloudify-psutil-vm_1/spool' | ForEach-Object { [System.IO.Path]::GetFullPath($_) })
        [System.IO.File]::ReadAllBytes((Join-Path $data 'cloudify-psutil-vm_1/settings.json'))[0] | Should -Be 0x7B
    }
    It 'keeps the password encrypted, and nothing of it plain' {
        Start-PsutilMonitor -Configuration $entry @start @broker
        $broker = (Get-Setting).broker
        $broker.PSObject.Properties.Name | Should -Not -Contain 'password'
        $broker.password_dpapi | Should -BeLike 'blob-*-of-*'
    }
    It 'keeps a password of the file encrypted as well' {
        $path = Join-Path $env:PSUTIL_AGENT_FAKE 'settings.json'
        $document = @{ broker = @{ hostnames = @('h'); username = 'u'; password = $secret }; psutil_config = @($entry) }
        Set-Content -Path $path -Value ($document | ConvertTo-Json -Depth 9)
        Start-PsutilMonitor -Path $path @start
        (Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw) | Should -Not -BeLike '*quoted*'
        (Get-Setting).broker.password_dpapi | Should -BeLike 'blob-*-of-*'
    }
    It 'takes the variable of the session over, encrypted: the example starts as a service' {
        $env:RABBITMQ_PASSWORD = $secret
        try { Start-PsutilMonitor -Path (Join-Path $root 'examples/broker.yaml') @start } finally { $env:RABBITMQ_PASSWORD = $null }
        $kept = (Get-Setting cloudify-psutil-host_1).broker
        $kept.PSObject.Properties.Name | Should -Not -Contain 'password_env'
        InModuleScope PsutilAgent -Parameters @{ Blob = $kept.password_dpapi } { param($Blob) UnprotectSecret $Blob } | Should -BeExactly $secret
    }
    It 'takes a secure string among objects, and keeps it encrypted' {
        Start-PsutilMonitor -Configuration @{ broker = @{ hostnames = @('h'); password = $credential.Password }; psutil_config = @($entry) } @start
        $kept = (Get-Setting).broker
        "$($kept.PSObject.Properties.Name)" | Should -Not -Match 'password_env|password '
        InModuleScope PsutilAgent -Parameters @{ Blob = $kept.password_dpapi } { param($Blob) UnprotectSecret $Blob } | Should -BeExactly $secret
    }
    It 'is not made where that variable is not set, and what to do is said' {
        $env:RABBITMQ_PASSWORD = $null
        $fault = { Start-PsutilMonitor -Path (Join-Path $root 'examples/broker.yaml') @start } | Should -Throw -PassThru -ErrorId 'ConfigInvalid,Start-PsutilMonitor'
        "$($fault.TargetObject) $fault" | Should -BeLike '/broker/password_env */broker/password_env: the variable ''RABBITMQ_PASSWORD'' is not set in this session*$env:RABBITMQ_PASSWORD = *-BrokerCredential.'
        Get-FakeCall | Should -BeNullOrEmpty
        Test-Path -Path $data | Should -BeFalse
    }
    It 'has its password in no parameter of a function below: module logging writes those into the event log' {
        Mock -ModuleName PsutilAgent ProtectSecret { 'blob' }
        Start-PsutilMonitor -Configuration $entry @start @broker
        Should -Invoke ProtectSecret -ModuleName PsutilAgent -Times 1 -ParameterFilter { $Secret -is [securestring] }
        $settings = InModuleScope PsutilAgent -Parameters @{ Credential = $credential } {
            param([pscredential] $Credential)
            MergeSettings -Reading ([pscustomobject]@{ Document = @{ psutil_config = @() }; Folder = $PWD.Path }) -Path (GetMonitorPath x) -BrokerCredential $Credential
        }
        $settings.broker.password | Should -BeOfType ([securestring])
    }
    It 'gets a new settings file: whoever has the old one by another name does not see it' -Skip:$onWindows {
        Start-PsutilMonitor -Configuration $entry @start @broker
        $other = Join-Path $env:PSUTIL_AGENT_FAKE 'other'
        $null = New-Item -ItemType HardLink -Path $other -Target (Join-Path $data 'cloudify-psutil/settings.json')
        Start-PsutilMonitor -Configuration $entry -NodeName changed @start @broker
        (Get-Setting).node.node_name | Should -Be 'changed'
        Get-Content -Path $other -Raw | Should -Not -BeLike '*changed*'
    }
    It 'takes programs by paths relative to the location' {
        Mock -ModuleName PsutilAgent InvokeNative $invokeNative
        Push-Location -Path $env:PSUTIL_AGENT_FAKE
        try {
            Start-PsutilMonitor -Configuration $entry -NssmPath ./nssm.exe -Timeout 2 @broker
            Stop-PsutilMonitor -Name cloudify-psutil -NssmPath ./nssm.exe
        }
        finally { Pop-Location }
        Should -Invoke InvokeNative -ModuleName PsutilAgent -ParameterFilter { $FilePath -eq $nssm }
        @(Get-FakeServiceName).Count | Should -Be 0
    }
    It 'has its folder made for SYSTEM and Administrators in one step, and the one of all monitors' {
        $make = InModuleScope PsutilAgent { Get-Command -Name NewProtectedDirectory -CommandType Function }
        Mock -ModuleName PsutilAgent NewProtectedDirectory { & $make @PesterBoundParameters }
        Start-PsutilMonitor -Configuration $entry @start @broker
        foreach ($folder in $data, (Join-Path $data 'cloudify-psutil')) {
            Should -Invoke NewProtectedDirectory -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $Directory.FullName -eq $folder }
        }
    }
    It 'logs where <Variable> says' -ForEach @{ Variable = 'CELERY_WORK_DIR' }, @{ Variable = 'AGENT_WORK_DIR' } {
        $work = Join-Path $env:PSUTIL_AGENT_FAKE 'work'
        [System.Environment]::SetEnvironmentVariable($Variable, $work)
        try { Start-PsutilMonitor -Configuration $entry @start @broker } finally { [System.Environment]::SetEnvironmentVariable($Variable, $null) }
        (Get-Setting).log.path | Should -Be $work
    }
    It 'finds files that its settings name relative to them' {
        $path = Join-Path $env:PSUTIL_AGENT_FAKE 'settings.json'
        $document = @{ broker = @{ password_file = 'secret.txt'; tls = @{ enabled = $true; ca_cert = 'ca.pem' } }; psutil_config = @($entry) }
        Set-Content -Path $path -Value ($document | ConvertTo-Json -Depth 9)
        Start-PsutilMonitor -Path $path @start
        (Get-Setting).broker.password_file | Should -Be (Join-Path $env:PSUTIL_AGENT_FAKE 'secret.txt')
        (Get-Setting).broker.tls.ca_cert | Should -Be (Join-Path $env:PSUTIL_AGENT_FAKE 'ca.pem')
    }
    It 'turns TLS on with an authority' {
        Start-PsutilMonitor -Configuration $entry -BrokerCaCertificate (Join-Path $env:PSUTIL_AGENT_FAKE 'ca.pem') @start @broker
        (Get-Setting).broker.tls.enabled | Should -BeTrue
    }
    It 'runs as its own account of NT SERVICE, which may read counters, the programs and its folder and is told of' {
        $account = 'NT SERVICE\cloudify-psutil'
        $sid = InModuleScope PsutilAgent { GetAccountSid 'NT SERVICE\cloudify-psutil' }
        Start-PsutilMonitor -Configuration $entry -ServiceAccount $account @start @broker
        $calls = Get-FakeCall
        $calls | Should -Contain "sc | config | cloudify-psutil | obj= | $account"
        [array]::IndexOf($calls, "joins | $sid") | Should -BeGreaterThan ([array]::IndexOf($calls, "sc | config | cloudify-psutil | obj= | $account"))
        [array]::IndexOf($calls, "joins | $sid") | Should -BeLessThan ([array]::IndexOf($calls, 'Start | cloudify-psutil'))
        Clear-FakeCall
        # It keeps it, and nothing is to be done.
        Start-PsutilMonitor -Configuration $entry @start @broker
        Get-FakeCall | Should -BeNullOrEmpty
        { Start-PsutilMonitor -Configuration $entry -ServiceAccount LocalSystem @start @broker } | Should -Throw '*runs as NT SERVICE*' -ErrorId 'MonitorExists,Start-PsutilMonitor'
        Stop-PsutilMonitor -Name cloudify-psutil -NssmPath $nssm
        Get-FakeCall | Should -Contain "leaves | $sid"
    }
    It 'takes no other account than LocalSystem and its own' {
        { Start-PsutilMonitor -Configuration $entry -ServiceAccount 'NT SERVICE\other' @start @broker } | Should -Throw '*expected LocalSystem or NT SERVICE\cloudify-psutil*' -ErrorId 'ConfigInvalid,Start-PsutilMonitor'
        { Start-PsutilMonitor -Configuration $entry -ServiceAccount 'DOMAIN\user' @start @broker } | Should -Throw -ErrorId 'ParameterArgumentValidationError,Start-PsutilMonitor'
        Get-FakeCall | Should -BeNullOrEmpty
    }
    It 'leaves Performance Monitor Users again where it does not start' {
        Set-FakeOption @{ Collector = 'exits' }
        { Start-PsutilMonitor -Configuration $entry -ServiceAccount 'NT SERVICE\cloudify-psutil' @start @broker } | Should -Throw -ErrorId 'CollectorExited,Start-PsutilMonitor'
        @(Get-FakeCall | Where-Object { $_ -like 'leaves*' }).Count | Should -Be 1
        @(Get-FakeServiceName).Count | Should -Be 0
    }
    It 'has an account whose SID is the one that Windows gives it, and a folder that this account may change but not open to others' {
        InModuleScope PsutilAgent {
            GetAccountSid 'NT SERVICE\MSSQLSERVER' | Should -Be 'S-1-5-80-3880718306-3832830129-1677859214-2598158968-1052248003'
            GetAccountSid 'NT SERVICE\TrustedInstaller' | Should -Be 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464'
            GetAccountSid LocalSystem | Should -Be ''
            GetProtectedSddl | Should -Be 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'
            GetProtectedSddl 'S-1-5-80-1' | Should -Be 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301bf;;;S-1-5-80-1)'
        }
    }
    It 'gives no object, and with -PassThru the monitor' {
        Start-PsutilMonitor -Configuration $entry -Name quiet @start @broker | Should -BeNullOrEmpty
        $monitor = Start-PsutilMonitor -Configuration $entry -PassThru @start @broker
        $monitor.PSObject.TypeNames[0] | Should -Be 'PsutilAgent.Monitor'
        $monitor.State, $monitor.CollectorState, $monitor.Connected | Should -Be 'Running', 'sampling', $true
    }
    It 'without a broker warns where the samples go' {
        $start.Remove('WarningAction')
        Start-PsutilMonitor -Configuration $entry @start -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*service.log*'
    }
    It 'starts as -StartupType <Type> says' -ForEach @(
        @{ Type = 'AutomaticDelayedStart'; Kind = 2; Delayed = 1 }, @{ Type = 'Automatic'; Kind = 2; Delayed = 0 }, @{ Type = 'Manual'; Kind = 3; Delayed = 0 }
    ) {
        Start-PsutilMonitor -Configuration $entry -StartupType $Type @start @broker
        $found = Read-FakeKey -Name cloudify-psutil
        $found.Start, [int]$found['DelayedAutostart'] | Should -Be $Kind, $Delayed
    }
}

Describe 'Configurations' {
    BeforeEach { . $arrange }
    It 'from <Kind> are taken' -ForEach @(
        @{ Kind = 'a hashtable'; Make = { @{ method = 'virtual_memory'; interval = 5 } } }
        @{ Kind = 'an ordered dictionary'; Make = { [ordered]@{ method = 'virtual_memory'; interval = 5 } } }
        @{ Kind = 'ConvertFrom-Json'; Make = { '{"method":"virtual_memory","interval":5}' | ConvertFrom-Json } }
        @{ Kind = 'a whole document'; Make = { @{ psutil_config = @(@{ method = 'virtual_memory'; interval = 5 }) } } }
        @{ Kind = 'a list in a list'; Make = { , @(, @{ method = 'virtual_memory'; interval = 5 }) } }
    ) {
        & $Make | Start-PsutilMonitor @start @broker
        (Get-Setting).psutil_config[0].method | Should -Be 'virtual_memory'
    }
    It 'from a pipeline make one monitor' {
        $entry, @{ method = 'boot_time'; interval = 60 } | Start-PsutilMonitor @start @broker
        @((Get-Setting).psutil_config).Count | Should -Be 2
        @(Get-FakeServiceName).Count | Should -Be 1
    }
    It 'from files of Get-ChildItem make a monitor each, named by their nodes' {
        $folder = Join-Path $env:PSUTIL_AGENT_FAKE 'files'
        $null = New-Item -Path $folder -ItemType Directory
        foreach ($id in 'vm_1', 'vm_2') {
            [System.IO.File]::WriteAllText((Join-Path $folder "$id.yaml"), "node: {node_id: $id}`npsutil_config:`n- {method: boot_time, interval: 5}`n")
        }
        Get-ChildItem -Path $folder | Start-PsutilMonitor @start @broker
        (Get-FakeServiceName | Sort-Object) -join ' ' | Should -Be 'cloudify-psutil-vm_1 cloudify-psutil-vm_2'
    }
    It 'from two files for one monitor are told of, and the first is started' {
        $folder = Join-Path $env:PSUTIL_AGENT_FAKE 'files'
        $null = New-Item -Path $folder -ItemType Directory
        foreach ($id in 'a', 'b') { [System.IO.File]::WriteAllText((Join-Path $folder "$id.yaml"), "- {method: boot_time, interval: 5, alias: $id}`n") }
        Get-ChildItem -Path $folder | Sort-Object -Property Name | Start-PsutilMonitor @start @broker -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'ConfigInvalid,Start-PsutilMonitor'
        "$($faults[-1])" | Should -BeLike '*b.yaml*a.yaml*same monitor*'
        (Get-Setting).psutil_config[0].alias | Should -Be 'a'
    }
    It 'by position are taken: <Kind>' -ForEach @(
        @{ Kind = 'a path'; Make = { Join-Path $root 'examples/monitor.yaml' } }, @{ Kind = 'a file object'; Make = { Get-Item -Path (Join-Path $root 'examples/monitor.yaml') } }
        @{ Kind = 'a hashtable'; Make = { @{ method = 'boot_time'; interval = 5 } } }
    ) {
        Start-PsutilMonitor (& $Make) @start @broker
        @(Get-FakeServiceName).Count | Should -Be 1
    }
    It 'from a YAML file with a BOM are taken' {
        $path = Join-Path $env:PSUTIL_AGENT_FAKE 'list.yaml'
        [System.IO.File]::WriteAllText($path, "- method: virtual_memory`n  interval: 5`n", [System.Text.UTF8Encoding]::new($true))
        Start-PsutilMonitor -Path $path @start @broker
        (Get-Setting).psutil_config[0].interval | Should -Be 5
    }
    It 'of the examples are taken' {
        Start-PsutilMonitor -Path (Join-Path $root 'examples/monitor.yaml') @start @broker
        @((Get-Setting).psutil_config).Count | Should -Be 3
    }
    It 'that are wrong start nothing: every fault is an error of its own' {
        $wrong = @{ method = 'virtual_memor'; interval = 0; colour = 'red' }
        Start-PsutilMonitor -Configuration $wrong @start @broker -ErrorAction SilentlyContinue -ErrorVariable faults
        @($faults).Count | Should -Be 3
        $faults | ForEach-Object { $_.FullyQualifiedErrorId | Should -Be 'ConfigInvalid,Start-PsutilMonitor' }
        $faults | ForEach-Object { $_.CategoryInfo.Category | Should -Be 'InvalidData' }
        ($faults | ForEach-Object { $_.TargetObject } | Sort-Object) -join ' ' | Should -Be '/0/colour /0/interval /0/method'
        Get-FakeCall | Should -BeNullOrEmpty
        Test-Path -Path $data | Should -BeFalse
    }
    It 'that are an empty pipeline start nothing' {
        { @() | Start-PsutilMonitor @start } | Should -Throw -ErrorId 'ConfigInvalid,Start-PsutilMonitor'
    }
    It 'that are <Kind> are not found' -ForEach @(
        @{ Kind = 'a folder'; Path = '.' }, @{ Kind = 'missing'; Path = 'no-such-file.yaml' }
    ) {
        { Start-PsutilMonitor -Path (Join-Path $env:PSUTIL_AGENT_FAKE $Path) @start } | Should -Throw -ErrorId 'ConfigNotFound,Start-PsutilMonitor'
    }
    It 'that are on a drive that is not there are not found' {
        { Start-PsutilMonitor -Path NoSuchDrive:\monitor.yaml @start } | Should -Throw -ErrorId 'ConfigNotFound,Start-PsutilMonitor'
    }
}

Describe 'A monitor there is' {
    BeforeEach {
        . $arrange
        Start-PsutilMonitor -Configuration $entry @start @broker
        Clear-FakeCall
    }
    It 'is left alone where nothing changed' {
        Start-PsutilMonitor -Configuration $entry @start @broker
        Get-FakeCall | Should -BeNullOrEmpty
    }
    It 'is stopped, updated and started where its settings changed, its service untouched' {
        Start-PsutilMonitor -Configuration $entry -NodeName other @start @broker
        (Get-FakeCall) -join '; ' | Should -Be 'asked | to stop; Start | cloudify-psutil'
        (Get-Setting).node.node_name | Should -Be 'other'
    }
    It 'takes changed entries over while it runs: nothing is stopped' {
        Start-PsutilMonitor -Configuration $entry, @{ method = 'boot_time'; interval = 7 } @start @broker
        (Get-FakeCall) -join '; ' | Should -Be 'asked | to reload'
        (Get-Setting).psutil_config[1].interval | Should -Be 7
        Get-ChildItem -Path (Join-Path $data 'cloudify-psutil') -Name 'reload*' | Should -BeNullOrEmpty
    }
    It 'goes on as it was where it refuses changed entries, and why is said' {
        $before = Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw
        Set-FakeOption @{ Reload = 'refused' }
        { Start-PsutilMonitor -Configuration @{ method = 'boot_time'; interval = 7 } @start @broker } | Should -Throw '*not to its taste*' -ErrorId 'ConfigInvalid,Start-PsutilMonitor'
        Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw | Should -BeExactly $before
        (Get-FakeCall) -join '; ' | Should -Be 'asked | to reload'
        Get-Content -Path (Join-Path $data 'cloudify-psutil/psutil.log.1') | Should -Be 'rotated' -Because 'what the running collector made meanwhile is its own'
    }
    It 'goes on as it was where it does not answer, or ends' {
        $before = Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw
        Set-FakeOption @{ Reload = 'ignored' }
        $start['Timeout'] = 1
        { Start-PsutilMonitor -Configuration @{ method = 'boot_time'; interval = 7 } @start @broker } | Should -Throw -ErrorId 'StartTimeout,Start-PsutilMonitor'
        Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw | Should -BeExactly $before
        Get-ChildItem -Path (Join-Path $data 'cloudify-psutil') -Name 'reload*' | Should -BeNullOrEmpty
        Get-FakeCall | Should -BeNullOrEmpty
    }
    It 'is not made another one without its name: <Change>' -ForEach @(
        @{ Change = 'no broker'; With = @{}; Says = "*no broker any more, where it sends to rabbit.example now. Nothing was changed.*-Name*-Force*" }
        @{ Change = 'another broker'; With = @{ BrokerHostname = 'other' }; Says = "*it would send to other, where it sends to rabbit.example now.*" }
        @{ Change = 'another deployment'; With = @{ BrokerHostname = 'rabbit.example'; DeploymentId = 'd2' }; Says = "*its deployment_id would be 'd2', where it is '' now.*" }
    ) {
        $before = Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw
        { Start-PsutilMonitor -Configuration $entry @start @With } | Should -Throw $Says -ErrorId 'MonitorExists,Start-PsutilMonitor'
        Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw | Should -BeExactly $before
        Get-FakeCall | Should -BeNullOrEmpty
        Start-PsutilMonitor -Configuration $entry -Name cloudify-psutil @start @With
        Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw | Should -Not -BeExactly $before
    }
    It 'is another one with -Force, or where it does not run' {
        Start-PsutilMonitor -Configuration $entry -BrokerHostname other -Force @start
        Stop-PsutilMonitor -Name cloudify-psutil -KeepService
        Start-PsutilMonitor -Configuration $entry @start
        (Get-Setting).PSObject.Properties.Name | Should -Not -Contain 'broker'
    }
    It 'is restarted, its settings untouched, and started where it was stopped' {
        $before = Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw
        (Get-PsutilMonitor | Restart-PsutilMonitor -Timeout 2 -PassThru).Name | Should -Be 'cloudify-psutil'
        'cloudify-psutil' | Restart-PsutilMonitor -Timeout 2 -WhatIf
        (Get-FakeCall) -join '; ' | Should -Be 'asked | to stop; Start | cloudify-psutil'
        Set-FakeState -Name cloudify-psutil -State Stopped
        Restart-PsutilMonitor -Name cloud* -Timeout 2
        Get-FakeState cloudify-psutil | Should -Be 'Running'
        Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw | Should -BeExactly $before
    }
    It 'that does not work when it is restarted is told of as a start is: <Collector>' -ForEach @(
        @{ Collector = 'exits'; Id = 'CollectorExited' }, @{ Collector = 'refused'; Id = 'BrokerRefused' }
    ) {
        Set-FakeOption @{ Collector = $Collector }
        Restart-PsutilMonitor -Name cloudify-psutil -Timeout 2 -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be "$Id,Restart-PsutilMonitor"
        "$($faults[-1])" | Should -BeLike "The monitor 'cloudify-psutil' was not started:*collector*"
    }
    It 'without settings is not restarted' {
        Remove-Item -Path (Join-Path $data 'cloudify-psutil/settings.json')
        Restart-PsutilMonitor -Name cloudify-psutil -Timeout 2 -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'ConfigNotFound,Restart-PsutilMonitor'
        Get-FakeCall | Should -BeNullOrEmpty
    }
    It 'has the priority that its settings say: <Priority>' -ForEach @(
        @{ Priority = 'realtime'; Class = 0x100 }, @{ Priority = 'high'; Class = 0x80 }, @{ Priority = 'above_normal'; Class = 0x8000 }
        @{ Priority = 'normal'; Class = 0x20 }, @{ Priority = 'below_normal'; Class = 0x4000 }, @{ Priority = 'idle'; Class = 0x40 }
    ) {
        Start-PsutilMonitor -Configuration @{ psutil_config = @($entry); service = @{ priority = $Priority } } @start @broker
        (Read-FakeKey -Name cloudify-psutil\Parameters).AppPriority | Should -Be $Class
    }
    It 'is updated where its password changed' {
        $broker['BrokerCredential'] = [pscredential]::new('sampler', [System.Net.NetworkCredential]::new('', 'other').SecurePassword)
        $before = (Get-Setting).broker.password_dpapi
        Start-PsutilMonitor -Configuration $entry @start @broker
        (Get-Setting).broker.password_dpapi | Should -Not -Be $before
    }
    It 'is made anew with -Force' {
        Start-PsutilMonitor -Configuration $entry -Force @start @broker
        Get-FakeCall | Should -Contain 'remove | cloudify-psutil | confirm'
        @(Get-FakeCall | Where-Object { $_ -like 'install*' }).Count | Should -Be 1
        @(Get-FakeCall | Where-Object { $_ -like 'sc | failure*' }).Count | Should -Be 1
    }
    It 'is started again by Windows as before where it could not be made anew' {
        Set-FakeOption @{ Collector = 'exits' }
        { Start-PsutilMonitor -Configuration $entry -Force @start @broker } | Should -Throw -ErrorId 'CollectorExited,Start-PsutilMonitor'
        (Get-FakeCall)[-2..-1] -join '; ' | Should -BeLike 'sc | failure | cloudify-psutil |*; Start | cloudify-psutil'
    }
    It 'starts again from the pipeline after a stop that kept it' {
        Stop-PsutilMonitor -Name cloudify-psutil -KeepService
        $before = Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw
        Get-PsutilMonitor | Start-PsutilMonitor @start
        Get-FakeState cloudify-psutil | Should -Be 'Running'
        Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw | Should -BeExactly $before
    }
    It 'runs again as before where an update fails' {
        $before = Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw
        Set-FakeOption @{ Collector = 'exits' }
        { Start-PsutilMonitor -Configuration $entry -NodeName other @start @broker } | Should -Throw -ErrorId 'CollectorExited,Start-PsutilMonitor'
        Get-Content -Path (Join-Path $data 'cloudify-psutil/settings.json') -Raw | Should -BeExactly $before
        @(Get-FakeCall | Where-Object { $_ -like 'Start*' }).Count | Should -Be 2
    }
    It 'has others beside it' {
        Start-PsutilMonitor -Configuration $entry -NodeId vm_1 @start @broker
        Start-PsutilMonitor -Configuration $entry -NodeId vm_2 @start @broker
        @(Get-PsutilMonitor).Count | Should -Be 3
        Stop-PsutilMonitor -Name cloudify-psutil-vm_1
        (Get-PsutilMonitor | ForEach-Object { $_.Name }) -join ' ' | Should -Be 'cloudify-psutil cloudify-psutil-vm_2'
        Test-Path -Path (Join-Path $data 'cloudify-psutil-vm_2/settings.json') | Should -BeTrue
    }
}

Describe 'What a start says' {
    BeforeEach {
        . $arrange
        $start.Remove('InformationAction')
        Start-PsutilMonitor -Configuration $entry @start @broker -InformationVariable first 6>$null
        $path = Join-Path $data 'cloudify-psutil/status.json'
        $status = Get-Content -Path $path -Raw | ConvertFrom-Json
        $summary = $status.summary
    }
    It 'of a new monitor: that it is started, whether samples flow, and what to look at next' {
        "$first" | Should -Be ("The monitor 'cloudify-psutil' was started: $summary.`n" +
            "Next: Get-PsutilMonitor 'cloudify-psutil' tells whether its samples arrive, Watch-PsutilSample -Name 'cloudify-psutil' shows their values.")
    }
    It 'of one that runs: <Done>' -ForEach @(
        @{ Done = 'runs with these settings: nothing was changed'; Parameter = @{} }
        @{ Done = 'was updated and restarted'; Parameter = @{ NodeName = 'other' } }
        @{ Done = 'was updated while it ran (entries kept: 1, begun: 1, ended: 0)'; Parameter = @{ More = @{ method = 'boot_time'; interval = 7 } } }
    ) {
        $Parameter['Configuration'] = @($entry) + @($Parameter['More'] | Where-Object { $_ })
        $Parameter.Remove('More')
        Start-PsutilMonitor @Parameter @start @broker 6>&1 | ForEach-Object { ("$_" -split "`n")[0] } | Should -Be "The monitor 'cloudify-psutil' ${Done}: $summary."
    }
    It 'is shown: this is not left to the session''s preference, but to -InformationAction' {
        Mock -ModuleName PsutilAgent Write-Information { }
        foreach ($action in @{}, @{ InformationAction = 'SilentlyContinue' }) { Start-PsutilMonitor -Configuration $entry @start @broker @action }
        Should -Invoke Write-Information -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $InformationAction -eq 'Continue' }
        Should -Invoke Write-Information -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $InformationAction -eq 'SilentlyContinue' }
    }
    It 'of one that is restarted' {
        Restart-PsutilMonitor -Name cloudify-psutil -Timeout 2 6>&1 | Should -BeLike "The monitor 'cloudify-psutil' was restarted: *Get-PsutilMonitor*"
    }
    It 'is a command that can be run as it stands, whatever the name' {
        $said = Start-PsutilMonitor -Configuration $entry -Name "it's `$(1) two" @start @broker 6>&1
        $command = [regex]::Match("$said", 'Next: (.*?) tells').Groups[1].Value
        (& ([scriptblock]::Create($command))).Name | Should -BeExactly "it's `$(1) two"
    }
    It 'is not said with <Parameter>' -ForEach @(
        @{ Parameter = '-InformationAction'; With = @{ InformationAction = 'Ignore' } }, @{ Parameter = '-PassThru'; With = @{ PassThru = $true } }
        @{ Parameter = '-WhatIf'; With = @{ WhatIf = $true; NodeName = 'other' } }
    ) {
        Start-PsutilMonitor -Configuration $entry @start @broker @With 6>&1 | Where-Object { $_ -is [System.Management.Automation.InformationRecord] -and "$_" -like 'The monitor*' } | Should -BeNullOrEmpty
    }
}

Describe 'A start that fails' {
    BeforeEach { . $arrange }
    It 'because the collector <Collector> throws <Id>, with its last words, and leaves nothing' -ForEach @(
        @{ Collector = 'exits'; Id = 'CollectorExited'; Category = 'InvalidResult' }
        @{ Collector = 'paused'; Id = 'CollectorExited'; Category = 'InvalidResult' }
        @{ Collector = 'silent'; Id = 'StartTimeout'; Category = 'OperationTimeout' }
        @{ Collector = 'unreachable'; Id = 'BrokerUnreachable'; Category = 'ConnectionError' }
        @{ Collector = 'unreadable'; Id = 'ConfigInvalid'; Category = 'InvalidData' }
        @{ Collector = 'refused'; Id = 'BrokerRefused'; Category = 'AuthenticationError' }
    ) {
        Reset-FakeWindows -Collector $Collector
        $record = $null
        try { Start-PsutilMonitor -Configuration $entry @start @broker } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be "$Id,Start-PsutilMonitor"
        $record.CategoryInfo.Category | Should -Be $Category
        $record.TargetObject | Should -Be 'cloudify-psutil'
        $record.Exception.Message | Should -BeLike '*error: the last words*'
        @(Get-FakeServiceName).Count | Should -Be 0
        Test-Path -Path $data | Should -BeFalse
    }
    It 'for what only a person can put right does not wait for its time to be over: <Collector>' -ForEach @(
        @{ Collector = 'refused'; Id = 'BrokerRefused' }, @{ Collector = 'unreadable'; Id = 'ConfigInvalid' }
    ) {
        Reset-FakeWindows -Collector $Collector
        $patient = $start + @{}
        $patient['Timeout'] = 3600
        $began = [System.Diagnostics.Stopwatch]::StartNew()
        { Start-PsutilMonitor -Configuration $entry @patient @broker } | Should -Throw -ErrorId "$Id,Start-PsutilMonitor"
        $began.Elapsed.TotalSeconds | Should -BeLessThan 1800
    }
    It 'because NSSM fails at "<Step>" leaves nothing' -ForEach @(
        'install', 'set cloudify-psutil ImagePath', 'set cloudify-psutil DisplayName', 'set cloudify-psutil Description', 'set cloudify-psutil Start', 'sc failure' |
            ForEach-Object { @{ Step = $_; Words = if ($_ -like 'sc *') { '[SC] OpenService FAILED 5: Access is denied.' } else { 'Access is denied.' } } }
    ) {
        Reset-FakeWindows -FailAt $Step
        $record = $null
        try { Start-PsutilMonitor -Configuration $entry @start @broker } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'NssmFailed,Start-PsutilMonitor'
        $record.CategoryInfo.Category | Should -Be 'InvalidResult'
        $record.Exception.Message | Should -Match "^'(nssm|sc) .*' failed with exit code 5: $([regex]::Escape($Words))$"
        @(Get-FakeServiceName).Count | Should -Be 0
        Read-FakeKey -Name EventLog\Application\PsutilAgent | Should -BeNullOrEmpty
        Test-Path -Path $data | Should -BeFalse
    }
    It 'because <Value> does not stay as it was set leaves nothing' -ForEach @('3', 'ImagePath', 'AppParameters', 'AppEnvironmentExtra' | ForEach-Object { @{ Value = $_ } }) {
        Reset-FakeWindows -Unkept $Value
        $record = $null
        try { Start-PsutilMonitor -Configuration $entry @start @broker } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'NssmFailed,Start-PsutilMonitor'
        $record.Exception.Message | Should -BeLike '*expected*found*something else*'
        @(Get-FakeServiceName).Count | Should -Be 0
        Test-Path -Path $data | Should -BeFalse
    }
    It 'because the registry refuses leaves nothing' {
        $record = $null
        Reset-FakeWindows -FailAt registry
        $warnings = @()
        try { Start-PsutilMonitor -Configuration $entry @start @broker -WarningVariable warnings } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -BeLike '*,Start-PsutilMonitor'
        "$warnings" | Should -BeLike '*faults will not be in Windows'' event log: *the registry refuses*'
        @(Get-FakeServiceName).Count | Should -Be 0
        Test-Path -Path $data | Should -BeFalse
    }
    It 'because the service manager refuses leaves nothing' {
        Mock -ModuleName PsutilAgent SendServiceControl {
            if ($Control -ne 'Start') { return Send-FakeControl -Name $Name -Control $Control }
            throw [System.Management.Automation.ErrorRecord]::new([System.Exception]::new('refused'), 'NssmFailed', 'InvalidResult', $Name)
        }
        { Start-PsutilMonitor -Configuration $entry @start @broker } | Should -Throw -ErrorId 'NssmFailed,Start-PsutilMonitor'
        @(Get-FakeServiceName).Count | Should -Be 0
        Test-Path -Path $data | Should -BeFalse
    }
    It 'keeps unsent samples of an earlier monitor' {
        $spool = Join-Path $data 'cloudify-psutil/spool'
        InModuleScope PsutilAgent -Parameters @{ Folders = @($data, (Join-Path $data 'cloudify-psutil')) } {
            param($Folders)
            foreach ($folder in $Folders) { [void](NewPrivateFolder -Path $folder) }
        }
        $null = New-Item -Path $spool -ItemType Directory
        Set-Content -Path (Join-Path $spool 'kept') -Value 'samples'
        Reset-FakeWindows -Collector exits
        { Start-PsutilMonitor -Configuration $entry @start @broker } | Should -Throw -ErrorId 'CollectorExited,Start-PsutilMonitor'
        Test-Path -Path (Join-Path $spool 'kept') | Should -BeTrue
        Test-Path -Path (Join-Path $data 'cloudify-psutil/settings.json') | Should -BeFalse
    }
    It 'because another service has the name throws MonitorExists and touches nothing' {
        Add-FakeService -Name cloudify-psutil
        $record = $null
        try { Start-PsutilMonitor -Configuration $entry -Force @start @broker } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'MonitorExists,Start-PsutilMonitor'
        $record.CategoryInfo.Category | Should -Be 'ResourceExists'
        Get-FakeCall | Should -BeNullOrEmpty
        Test-Path -Path $data | Should -BeFalse
    }
    It 'because the session has no administrator rights throws ElevationRequired and touches nothing, on a fake Windows' {
        Mock -ModuleName PsutilAgent TestElevated { $false }
        $record = $null
        try { Start-PsutilMonitor -Configuration $entry @start @broker } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'ElevationRequired,Start-PsutilMonitor'
        $record.CategoryInfo.Category | Should -Be 'PermissionDenied'
        Get-FakeCall | Should -BeNullOrEmpty
        Test-Path -Path $data | Should -BeFalse
    }
    It 'because <Program> is missing throws <Id>' -ForEach @(
        @{ Program = 'NssmPath'; Id = 'NssmNotFound' }, @{ Program = 'NodePath'; Id = 'NodeNotFound' }
    ) {
        $start[$Program] = Join-Path $env:PSUTIL_AGENT_FAKE 'nowhere.exe'
        $record = $null
        try { Start-PsutilMonitor -Configuration $entry @start @broker } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be "$Id,Start-PsutilMonitor"
        $record.CategoryInfo.Category | Should -Be 'ResourceUnavailable'
        Test-Path -Path $data | Should -BeFalse
    }
    It 'because another service took the name meanwhile throws MonitorExists and leaves that service' {
        # Between the plan, which a -Confirm may hold up for long, and the installation.
        Mock -ModuleName PsutilAgent NewDataFolder { Add-FakeService -Name cloudify-psutil; [void][System.IO.Directory]::CreateDirectory($Path.Data) }
        { Start-PsutilMonitor -Configuration $entry @start @broker } | Should -Throw -ErrorId 'MonitorExists,Start-PsutilMonitor'
        Get-FakeState cloudify-psutil | Should -Be 'Running'
        Get-FakeCall | Should -BeNullOrEmpty
    }
    It 'because its service was deleted meanwhile throws CollectorExited' {
        Mock -ModuleName PsutilAgent SendServiceControl {
            if ($Control -eq 'Start') { $null = Invoke-FakeNssm -FilePath x -ArgumentList remove, $Name } else { Send-FakeControl -Name $Name -Control $Control }
        }
        { Start-PsutilMonitor -Configuration $entry @start @broker } | Should -Throw -ErrorId 'CollectorExited,Start-PsutilMonitor' -ExpectedMessage '*is gone*'
        Test-Path -Path $data | Should -BeFalse
    }
    It 'because its data folder cannot be made throws DataNotWritable' {
        Set-Content -Path $data -Value 'a file in the way'
        $record = $null
        try { Start-PsutilMonitor -Configuration $entry @start @broker } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'DataNotWritable,Start-PsutilMonitor'
        $record.CategoryInfo.Category | Should -Be 'WriteError'
        @(Get-FakeServiceName).Count | Should -Be 0
    }
}

Describe '-WhatIf' {
    BeforeEach { . $arrange }
    It 'changes nothing at all' {
        Start-PsutilMonitor -Configuration $entry -WhatIf @start @broker
        Get-FakeCall | Should -BeNullOrEmpty
        Test-Path -Path $data | Should -BeFalse
    }
    It 'still finds faults' {
        Start-PsutilMonitor -Configuration @{ method = 'nope'; interval = 1 } -WhatIf @start -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[0].FullyQualifiedErrorId | Should -Be 'ConfigInvalid,Start-PsutilMonitor'
    }
    It 'leaves a running monitor alone' {
        Start-PsutilMonitor -Configuration $entry @start @broker
        Clear-FakeCall
        Start-PsutilMonitor -Configuration @{ method = 'boot_time'; interval = 1 } -WhatIf @start @broker
        Stop-PsutilMonitor -Name * -WhatIf
        Get-FakeCall | Should -BeNullOrEmpty
        Get-FakeState cloudify-psutil | Should -Be 'Running'
    }
}

Describe 'Odd names' {
    BeforeEach { . $arrange }
    It 'node id "<Id>" makes the service <Service>' -ForEach @(
        @{ Id = 'vm_1'; Service = 'cloudify-psutil-vm_1' }
        @{ Id = 'web server & "co" 100%'; Service = 'cloudify-psutil-web_server____co__100_-*' }
        @{ Id = '..\..\evil'; Service = 'cloudify-psutil-_.._evil-*' }
        @{ Id = "zo$([char]0xEB)"; Service = 'cloudify-psutil-zo_-*' }
    ) {
        Start-PsutilMonitor -Configuration $entry -NodeId $Id @start @broker
        $name = @(Get-FakeServiceName)[0]
        $name | Should -BeLike $Service
        (Get-Setting $name).node.node_id | Should -BeExactly $Id
        @(Get-ChildItem -Path $data).Count | Should -Be 1
    }
    It 'the name "<Name>" makes a monitor that is found and stopped by it' -ForEach @(
        'my monitor', 'a "quoted" one', "o'neill & sons 100%", "zo$([char]0xEB)", 'con', 'ends in a dot.' | ForEach-Object { @{ Name = $_ } }
    ) {
        Start-PsutilMonitor -Configuration $entry -Name $Name @start @broker
        (Get-PsutilMonitor -Name $Name).Name | Should -BeExactly $Name
        Stop-PsutilMonitor -Name $Name
        @(Get-FakeServiceName).Count | Should -Be 0
        Test-Path -Path $data | Should -BeFalse
    }
    It 'the name "<Name>" is refused, and why is said' -ForEach @(
        @{ Name = 'a [1]'; Why = '*has a ? in it. A monitor*' }, @{ Name = 'a\b'; Why = '*has a \ in it*' }, @{ Name = 'a/b'; Why = '*has a / in it*' }
        @{ Name = 'a*'; Why = '*has a `* in it*' }, @{ Name = ' a'; Why = '*begins or ends with a space*' }, @{ Name = 'a '; Why = '*begins or ends*' }
        @{ Name = "a`n"; Why = '*control character*' }, @{ Name = ''; Why = '*is empty*' }, @{ Name = 'a' * 201; Why = '*201 characters*' }
    ) {
        { Start-PsutilMonitor -Configuration $entry -Name $Name @start } |
            Should -Throw -ErrorId 'ParameterArgumentValidationError,Start-PsutilMonitor' -ExpectedMessage $Why
    }
}

Describe 'The password' {
    BeforeEach { . $arrange }
    It 'is in no output, error, NSSM call or file' {
        Reset-FakeWindows -Collector refused
        $output = & {
            try { Start-PsutilMonitor -Configuration $entry -Verbose -Debug -PassThru @start @broker 2>&1 3>&1 4>&1 5>&1 6>&1 } catch { $_ }
        } | ForEach-Object { "$_"; if ($_ -is [System.Management.Automation.ErrorRecord]) { "$($_.Exception) $($_.TargetObject) $($_.ScriptStackTrace)" } }
        $text = ($output + (Get-FakeCall)) -join "`n"
        $text | Should -BeLike '*nssm set*'
        $text.Contains('Zx9') | Should -BeFalse
    }
    It 'of a configuration with faults is in no error' {
        $document = @{ broker = @{ hostnames = 'x'; password = $secret; colour = 'red' }; psutil_config = @($entry) }
        Start-PsutilMonitor -Configuration $document @start -ErrorAction SilentlyContinue -ErrorVariable faults
        @($faults).Count | Should -BeGreaterThan 0
        ($faults | ForEach-Object { "$_ $($_.TargetObject)" }) -join ' ' | Should -Not -BeLike '*Zx9*'
    }
}
