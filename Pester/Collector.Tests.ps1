# The cmdlets that work everywhere, on the real collector.
BeforeDiscovery {
    $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
}

BeforeAll {
    $root = Split-Path -Path $PSScriptRoot
    Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'CollectorServer.psm1')
    Install-CollectorServer
    $here = Join-Path $TestDrive 'files'
    $null = New-Item -Path $here -ItemType Directory
}

Describe 'Test-PsutilConfiguration' {
    It 'finds the examples valid' {
        foreach ($name in 'monitor.yaml', 'broker.yaml') {
            Test-PsutilConfiguration -Path (Join-Path $root "examples/$name") | Should -BeTrue -Because $name
        }
    }
    It 'takes <Kind>' -ForEach @(
        @{ Kind = 'a hashtable'; Make = { @{ method = 'virtual_memory'; interval = 5 } } }
        @{ Kind = 'an ordered dictionary'; Make = { [ordered]@{ method = 'virtual_memory'; interval = '5' } } }
        @{ Kind = 'ConvertFrom-Json'; Make = { '[{"method":"cpu_percent","args":{"interval":"1","percpu":"false"},"interval":5}]' | ConvertFrom-Json } }
        @{ Kind = 'settings'; Make = { @{ node = @{ node_id = 'x' }; psutil_config = @(@{ method = 'boot_time'; interval = 60 }) } } }
    ) {
        & $Make | Test-PsutilConfiguration | Should -BeTrue
    }
    It 'tests what Start-PsutilMonitor would use with the same parameters' {
        $entry = @{ method = 'boot_time'; interval = 5 }
        $entry | Test-PsutilConfiguration -BrokerHostname h -NodeId i -WarningAction SilentlyContinue | Should -BeTrue
        $entry | Test-PsutilConfiguration -BrokerHostname ('h' * 300) -ErrorAction SilentlyContinue -ErrorVariable faults -WarningAction SilentlyContinue | Should -BeFalse
        $faults[-1].TargetObject | Should -BeLike '/broker/hostnames*'
        $entry | Test-PsutilConfiguration -BrokerHostname 127.0.0.1 -BrokerPort 1 -CheckBroker -ErrorAction SilentlyContinue -ErrorVariable faults -WarningAction SilentlyContinue | Should -BeFalse
        $faults[-1].FullyQualifiedErrorId | Should -Be 'BrokerUnreachable,Test-PsutilConfiguration'
    }
    It 'warns where the password''s variable is not set, which a start would refuse' {
        $credential = [pscredential]::new('u', [System.Net.NetworkCredential]::new('', 'secret').SecurePassword)
        $count = foreach ($case in @('', @{}), @('p', @{}), @('', @{ BrokerCredential = $credential })) {
            $env:RABBITMQ_PASSWORD = $case[0]
            $with = $case[1]
            try { Test-PsutilConfiguration -Path (Join-Path $root 'examples/broker.yaml') @with -WarningAction SilentlyContinue -WarningVariable warnings | Should -BeTrue }
            finally { $env:RABBITMQ_PASSWORD = $null }
            @($warnings | Where-Object { "$_" -like '*the environment variable RABBITMQ_PASSWORD must hold *' }).Count
        }
        $count -join ' ' | Should -Be '1 0 0'
    }
    It 'hands the password of -BrokerCredential over in a variable, and in no text' {
        $asked = @{}
        Mock -ModuleName PsutilAgent InvokeCollector {
            $asked["$($ArgumentList[0])"] = "$InputText $env:PSUTIL_AGENT_PASSWORD"
            ConvertFrom-Json -InputObject '{"valid":true,"document":{"psutil_config":[1]},"steps":[]}'
        }
        $credential = [pscredential]::new('u', [System.Net.NetworkCredential]::new('', 'secret').SecurePassword)
        @{ psutil_config = @(1) } | Test-PsutilConfiguration -BrokerHostname h -BrokerCredential $credential -DeploymentId d -CheckBroker | Should -BeTrue
        $asked['check-broker'] | Should -BeExactly '{"psutil_config":[1],"node":{"deployment_id":"d"},"broker":{"hostnames":["h"],"username":"u","password_env":"PSUTIL_AGENT_PASSWORD"}} secret'
        $asked['validate'] | Should -BeExactly $asked['check-broker']
        $env:PSUTIL_AGENT_PASSWORD | Should -BeNullOrEmpty
    }
    It 'warns of files that are not there, relative to the file, each in a sentence' {
        $path = Join-Path $here 'sources.yaml'
        Set-Content -Path $path -Value "broker:`n  hostnames: [localhost]`n  password_file: none.txt`n  tls: {enabled: true, ca_cert: ca/none.pem}`npsutil_config:`n  - {method: boot_time, interval: 5}"
        Test-PsutilConfiguration -Path $path -WarningAction SilentlyContinue -WarningVariable warnings | Should -BeTrue
        ($warnings | ForEach-Object { "$_" }) -join "`n" | Should -BeLike "/broker/password_file: *none.txt cannot be read*`n/broker/tls/ca_cert: *none.pem cannot be read*"
    }
    It 'takes a secure string for the broker''s password among objects, and hands it over in a variable' {
        $secure = [System.Net.NetworkCredential]::new('', 'secret').SecurePassword
        $settings = @{ broker = @{ hostnames = @('localhost'); password = $secure }; psutil_config = @(@{ method = 'boot_time'; interval = 5 }) }
        $settings | Test-PsutilConfiguration -WarningVariable warnings | Should -BeTrue
        $warnings | Should -BeNullOrEmpty
        $kept = InModuleScope PsutilAgent -Parameters @{ Settings = $settings } { param($Settings) (ReadConfiguration -Configuration @($Settings)).Document['broker'] }
        $kept['password'] | Should -BeOfType ([securestring])
        $kept.Contains('password_env') | Should -BeFalse
        $env:PSUTIL_AGENT_PASSWORD | Should -BeNullOrEmpty
    }
    It 'refuses a secure string or a credential anywhere else, by its place' {
        $secure = [System.Net.NetworkCredential]::new('', 'secret').SecurePassword
        $entry = @{ method = 'boot_time'; interval = 5 }
        foreach ($case in @('/broker/password_file', @{ broker = @{ password_file = $secure }; psutil_config = @($entry) }),
            @('/broker/user~1name', @{ broker = @{ 'user/name' = [pscredential]::new('u', $secure) }; psutil_config = @($entry) }), @('/1/alias', @($entry, ($entry + @{ alias = $secure })))) {
            Test-PsutilConfiguration -Configuration $case[1] -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeFalse
            "$($faults[-1].FullyQualifiedErrorId) $($faults[-1].TargetObject) $($faults[-1])" | Should -BeLike (
                "ConfigInvalid,Test-PsutilConfiguration $($case[0]) $($case[0]): expected text or a number, found a secure string or a credential; *")
        }
    }
    It 'takes each entry once with -Sample: its values, or the reason why there is none' {
        $entries = @{ method = 'virtual_memory'; result_argument = 'total'; interval = 5; alias = 'memory' }, @{ method = 'disk_usage'; args = @{ path = '/no/such/path' }; interval = 5 }
        $memory, $disk = $entries | Test-PsutilConfiguration -Sample
        "$($memory.PSObject.TypeNames[0]) $($memory.Metric) $($memory.Method) $($memory.Path) $($memory.Unit) $($memory.Index) $($memory.Fault)" | Should -BeExactly 'PsutilAgent.Value memory virtual_memory  B 0 '
        $memory.Value | Should -BeGreaterThan 1e6
        $memory.Time | Should -BeGreaterThan (Get-Date).AddMinutes(-10)
        $disk.Metric, $disk.Index | Should -Be 'disk_usage', 1
        $null -eq $disk.Value | Should -BeTrue
        $disk.Fault | Should -Match 'no.such.path'
        $text = $memory, $disk | Out-String -Width 80
        $text | Should -Match '(?m)^\d\d:\d\d:\d\d memory +\d+\.\d [MGT]iB'
        # What none of them gives is told, too, and no failure of the cmdlet.
        @($entries[1] | Test-PsutilConfiguration -Sample -ErrorVariable faults).Count | Should -Be 1
        $faults | Should -BeNullOrEmpty
        $secure = [System.Net.NetworkCredential]::new('', 'secret').SecurePassword
        @(@{ broker = @{ password = $secure }; psutil_config = @($entries[0]) } | Test-PsutilConfiguration -Sample -NodeId x).Metric | Should -Be 'memory'
    }
    It 'gives no value and no $false with -Sample where the configuration is not valid, the faults being errors' {
        @{ method = 'boot_time'; interval = 0 } | Test-PsutilConfiguration -Sample -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeNullOrEmpty
        $faults[-1].FullyQualifiedErrorId | Should -Be 'ConfigInvalid,Test-PsutilConfiguration'
    }
    It 'answers text of a file once, with what to do' {
        Get-Content -Path (Join-Path $root 'examples/monitor.yaml') | Test-PsutilConfiguration -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeFalse
        $faults[-1].FullyQualifiedErrorId | Should -Be 'ConfigInvalid,Test-PsutilConfiguration'
        "$($faults[-1])" | Should -BeLike 'The configuration is text (* lines or pieces): expected objects*-Path*Get-Content*'
    }
    It 'writes every fault with its pointer, what was found and the nearest name' {
        $answer = @{ method = 'virtual_memory'; result_argument = 'fre'; interval = 5 }, @{ method = 'boot_time'; interval = -1; colour = 1 } |
            Test-PsutilConfiguration -ErrorAction SilentlyContinue -ErrorVariable faults
        $answer | Should -BeFalse
        @($faults).Count | Should -Be 3
        ($faults | ForEach-Object { $_.TargetObject } | Sort-Object) -join ' ' | Should -Be '/0/result_argument /1/colour /1/interval'
        $faults | ForEach-Object { $_.FullyQualifiedErrorId | Should -Be 'ConfigInvalid,Test-PsutilConfiguration' }
        ($faults | Where-Object { $_.TargetObject -eq '/0/result_argument' }).Exception.Message | Should -BeLike '*"fre"*"free"*'
    }
    It 'counts the faults that are too many to be shown' {
        1..103 | ForEach-Object { @{ method = 'boot_time'; interval = -1 } } | Test-PsutilConfiguration -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeFalse
        @($faults).Count | Should -Be 101
        $faults[-1].FullyQualifiedErrorId | Should -Be 'ConfigInvalid,Test-PsutilConfiguration'
        "$($faults[-1])" | Should -BeLike '*103 faults*first 100*3 more*'
    }
    It 'finds <Kind> invalid' -ForEach @(
        @{ Kind = 'an empty file'; Text = '' }
        @{ Kind = 'a truncated file'; Text = '[{"method": "virtual_mem' }
        @{ Kind = 'text'; Text = 'hello' }
    ) {
        $path = Join-Path $here 'bad.json'
        [System.IO.File]::WriteAllText($path, $Text)
        Test-PsutilConfiguration -Path $path -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeFalse
        $faults[-1].FullyQualifiedErrorId | Should -Be 'ConfigInvalid,Test-PsutilConfiguration'
    }
    It 'takes a file with a BOM' {
        $path = Join-Path $here 'bom.json'
        [System.IO.File]::WriteAllText($path, '[{"method":"virtual_memory","interval":5}]', [System.Text.UTF8Encoding]::new($true))
        Test-PsutilConfiguration -Path $path | Should -BeTrue
    }
    It 'takes a file by the name "<Name>"' -ForEach @('a b.yaml', '[x].yaml', "o'neill & co 100%.yaml", "zo$([char]0xEB).yaml" | ForEach-Object { @{ Name = $_ } }) {
        $path = Join-Path $here $Name
        [System.IO.File]::WriteAllText($path, "- {method: virtual_memory, interval: 5}`n")
        Test-PsutilConfiguration -Path $path | Should -BeTrue
    }
    It 'takes a path relative to the location' {
        [System.IO.File]::WriteAllText((Join-Path $here 'rel.yaml'), "- {method: virtual_memory, interval: 5}`n")
        Push-Location -Path $here
        try { Test-PsutilConfiguration -Path ./rel.yaml | Should -BeTrue } finally { Pop-Location }
    }
    It 'writes ConfigNotFound for <Kind>' -ForEach @(@{ Kind = 'a folder'; Name = '.' }, @{ Kind = 'no file'; Name = 'none.yaml' }) {
        Test-PsutilConfiguration -Path (Join-Path $here $Name) -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeFalse
        $faults[-1].FullyQualifiedErrorId | Should -Be 'ConfigNotFound,Test-PsutilConfiguration'
        $faults[-1].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $faults[-1].TargetObject | Should -Not -BeNullOrEmpty
    }
    It 'takes files from Get-ChildItem, and gives an answer for each' {
        $folder = Join-Path $here 'several'
        $null = New-Item -Path $folder -ItemType Directory
        [System.IO.File]::WriteAllText((Join-Path $folder 'a [1].yaml'), "- {method: virtual_memory, interval: 5}`n")
        [System.IO.File]::WriteAllText((Join-Path $folder 'b.yaml'), "- {method: virtual_memor, interval: 5}`n")
        [System.IO.File]::WriteAllText((Join-Path $folder 'c.yaml'), "- {method: boot_time, interval: 5}`n")
        $answers = Get-ChildItem -Path (Join-Path $folder *.yaml) | Test-PsutilConfiguration -ErrorAction SilentlyContinue -ErrorVariable faults
        $answers | Should -Be $true, $false, $true
        ($faults | ForEach-Object { $_.FullyQualifiedErrorId }) | Should -Be 'ConfigInvalid,Test-PsutilConfiguration'
    }
    It 'takes <Kind> by position' -ForEach @(
        @{ Kind = 'a path'; Make = { $valid } }, @{ Kind = 'a file object'; Make = { Get-Item -Path $valid } }
        @{ Kind = 'a hashtable'; Make = { @{ method = 'boot_time'; interval = 5 } } }
        @{ Kind = 'several hashtables'; Make = { , @(@{ method = 'boot_time'; interval = 5 }, @{ method = 'users'; interval = 5 }) } }
        @{ Kind = 'an object of ConvertFrom-Json'; Make = { '{"method":"boot_time","interval":5}' | ConvertFrom-Json } }
    ) {
        $valid = Join-Path $root 'examples/monitor.yaml'
        Test-PsutilConfiguration (& $Make) | Should -BeTrue
    }
    It 'finds an empty pipeline and an empty list invalid' {
        @() | Test-PsutilConfiguration -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeFalse
        Test-PsutilConfiguration -Configuration @() -ErrorAction SilentlyContinue -ErrorVariable +faults | Should -BeFalse
        # What is caught inside is in the variable as well: the engine's way.
        @($faults | Where-Object { $_.FullyQualifiedErrorId -eq 'ConfigInvalid,Test-PsutilConfiguration' }).Count | Should -Be 2
    }
    It 'warns of two entries of one name' {
        $entry = @{ method = 'virtual_memory'; result_argument = 'free'; interval = 5 }
        $entry, $entry | Test-PsutilConfiguration -WarningVariable warnings -WarningAction SilentlyContinue | Should -BeTrue
        @($warnings).Count | Should -BeGreaterThan 0
    }
    It 'tries the broker: BrokerUnreachable' {
        $settings = @{
            broker = @{ hostnames = @('127.0.0.1'); port = 1; password = 'x'; connect_timeout = 5 }
            psutil_config = @(@{ method = 'virtual_memory'; interval = 5 })
        }
        $settings | Test-PsutilConfiguration -CheckBroker -WarningAction SilentlyContinue -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeFalse
        $faults[-1].FullyQualifiedErrorId | Should -Be 'BrokerUnreachable,Test-PsutilConfiguration'
        $faults[-1].CategoryInfo.Category | Should -Be 'ConnectionError'
    }
    It 'throws NodeNotFound without node.exe' {
        { Test-PsutilConfiguration -Path x -NodePath (Join-Path $here 'nowhere.exe') } | Should -Throw -ErrorId 'NodeNotFound,Test-PsutilConfiguration'
        { Get-PsutilSample -Method boot_time -NodePath NoSuchDrive:\node.exe } | Should -Throw -ErrorId 'NodeNotFound,Get-PsutilSample'
    }
    It 'throws CollectorFailed where -NodePath is no program' {
        $path = Join-Path $here 'node.txt'
        [System.IO.File]::WriteAllText($path, 'no program')
        { Test-PsutilConfiguration -Path x -NodePath $path } | Should -Throw -ErrorId 'CollectorFailed,Test-PsutilConfiguration' -ExpectedMessage '*-NodePath*'
        { Get-PsutilSample -Method boot_time -NodePath $path } | Should -Throw -ErrorId 'CollectorFailed,Get-PsutilSample' -ExpectedMessage '*-NodePath*'
    }
    It 'finds a key that differs in case alone, and an empty one' {
        $path = Join-Path $here 'keys.json'
        [System.IO.File]::WriteAllText($path, '[{"method":"boot_time","interval":5,"Method":"x"},{"method":"boot_time","interval":5,"":1}]')
        Test-PsutilConfiguration -Path $path -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeFalse
        # What is caught inside is in the variable as well: the engine's way.
        ($faults | Where-Object { $_.FullyQualifiedErrorId -eq 'ConfigInvalid,Test-PsutilConfiguration' } | ForEach-Object { $_.TargetObject }) -join ' ' |
            Should -Be '/0/Method /1/'
    }
    It 'throws CollectorNotFound where the module has no collector' {
        Mock -ModuleName PsutilAgent GetModuleRoot { $TestDrive }
        { Test-PsutilConfiguration -Path x -NodePath $PSCommandPath } | Should -Throw -ErrorId 'CollectorNotFound,Test-PsutilConfiguration'
    }
    It 'throws CollectorFailed, with its words, where the collector gives no reply' {
        Mock -ModuleName PsutilAgent InvokeNative { [pscustomobject]@{ ExitCode = 1; Output = 'no json'; ErrorOutput = 'out of luck' } }
        $record = $null
        try { Test-PsutilConfiguration -Path x } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'CollectorFailed,Test-PsutilConfiguration'
        $record.Exception.Message | Should -BeLike '*exit code 1*out of luck*'
    }
}

Describe 'Get-PsutilMethod' {
    It 'lists the catalog' {
        $methods = Get-PsutilMethod
        $methods.Count | Should -BeGreaterThan 15
        $methods | ForEach-Object { $_.Name, $_.Meaning | Should -Not -BeNullOrEmpty }
    }
    It 'gives a method with its arguments and fields' {
        $method = Get-PsutilMethod -Name cpu_times_percent
        $method.PSObject.TypeNames[0] | Should -Be 'PsutilAgent.Method'
        ($method.Arguments | ForEach-Object { $_.name }) -join ' ' | Should -Be 'interval percpu'
        ($method.Fields | ForEach-Object { $_.name }) | Should -Contain 'user'
    }
    It 'shows them as a list that can be read' {
        $text = Get-PsutilMethod -Name disk_usage, cpu_percent, disk_partitions | Format-List | Out-String -Width 200
        $text | Should -BeLike '*Arguments : path (string): a path*'
        $text | Should -BeLike '* percent (%): used / (used + free)*'
        $text | Should -BeLike '* (%): share of CPU time not idle*'
        $text | Should -Match 'device: '
    }
    It 'takes patterns, and names by pipeline' {
        @(Get-PsutilMethod -Name net_*).Count | Should -BeGreaterThan 1
        ('boot_time', 'virtual_memory' | Get-PsutilMethod | ForEach-Object { $_.Name }) -join ' ' | Should -Be 'boot_time virtual_memory'
    }
    It 'writes MethodNotFound for an unknown name' {
        Get-PsutilMethod -Name Popen -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'MethodNotFound,Get-PsutilMethod'
    }
}

Describe 'New-PsutilConfiguration' {
    It 'writes settings of this host that are valid, keeps a file that is there, and writes over it when told' {
        $path = Join-Path $here 'new settings.yaml'
        $file = New-PsutilConfiguration -Path $path -BrokerHostname localhost
        $file.FullName | Should -Be $path
        $text = [System.IO.File]::ReadAllText($path)
        $text | Should -BeLike '*hostnames: ?"localhost"?*method: disk_usage*'
        Test-PsutilConfiguration -Path $path -WarningAction SilentlyContinue | Should -BeTrue
        { New-PsutilConfiguration -Path $path } | Should -Throw -ErrorId 'DataNotWritable,New-PsutilConfiguration' -ExpectedMessage '*is there already*-Force*'
        [System.IO.File]::ReadAllText($path) | Should -Be $text
        [void](New-PsutilConfiguration -Path $path -Force)
        [System.IO.File]::ReadAllText($path) | Should -Not -BeLike '*"localhost"*'
    }
    It 'writes nothing with -WhatIf, and says what is wrong' {
        $path = Join-Path $here 'not there.yaml'
        New-PsutilConfiguration -Path $path -WhatIf
        { New-PsutilConfiguration -Path $path -BrokerHostname 'amqp://u:secret@h' } |
            Should -Throw -ErrorId 'ConfigInvalid,New-PsutilConfiguration' -ExpectedMessage '*hostnames/0*'
        Test-Path -LiteralPath $path | Should -BeFalse
        { New-PsutilConfiguration -Path (Join-Path $here 'no folder/a.yaml') } | Should -Throw -ErrorId 'DataNotWritable,New-PsutilConfiguration' -ExpectedMessage '*Check that its folder is there*'
    }
}

Describe 'Get-PsutilSample' {
    It 'gives an object a reading' {
        $sample = Get-PsutilSample -Method virtual_memory
        $sample.PSObject.TypeNames[0] | Should -Be 'PsutilAgent.Sample'
        $sample.Method | Should -Be 'virtual_memory'
        $sample.Result.total | Should -BeGreaterThan 1000000
    }
    It 'takes names and methods from the pipeline, and goes on after one that is none' {
        $samples = 'boot_time', 'no_such', 'virtual_memory' | Get-PsutilSample -ErrorAction SilentlyContinue -ErrorVariable faults
        ($samples | ForEach-Object { $_.Method }) -join ' ' | Should -Be 'boot_time virtual_memory'
        $faults[-1].FullyQualifiedErrorId | Should -Be 'SampleInvalid,Get-PsutilSample'
        (Get-PsutilMethod -Name boot_time | Get-PsutilSample).Method | Should -Be 'boot_time'
    }
    It 'passes arguments of every type' {
        $sample = Get-PsutilSample -Method cpu_times_percent -Argument @{ interval = 0.2; percpu = $true }
        @($sample.Result).Count | Should -BeGreaterThan 0
        @($sample.Result)[0].user | Should -BeGreaterOrEqual 0
    }
    It 'gives one value with -ResultArgument' {
        (Get-PsutilSample -Method virtual_memory -ResultArgument total).Result | Should -BeGreaterThan 1000000
    }
    It 'streams several readings, and ends the collector when the pipeline has enough' {
        $samples = Get-PsutilSample -Method boot_time -Count 500 -Interval 0.1 | Select-Object -First 2
        @($samples).Count | Should -Be 2
    }
    It 'throws SampleInvalid for <Kind>, naming what is meant' -ForEach @(
        @{ Kind = 'a method'; With = @{ Method = 'virtual_memor' }; Meant = 'virtual_memory' }
        @{ Kind = 'a field'; With = @{ Method = 'virtual_memory'; ResultArgument = 'fre' }; Meant = 'free' }
        @{ Kind = 'an argument'; With = @{ Method = 'cpu_percent'; Argument = @{ percpus = 1 } }; Meant = 'percpu' }
    ) {
        $record = $null
        try { Get-PsutilSample @With } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'SampleInvalid,Get-PsutilSample'
        $record.CategoryInfo.Category | Should -Be 'InvalidArgument'
        $record.Exception.Message | Should -BeLike "*$Meant*"
    }
    It 'throws SampleUnavailable for what the system cannot tell' {
        { Get-PsutilSample -Method disk_usage -Argument @{ path = (Join-Path $here 'no such folder') } } |
            Should -Throw -ErrorId 'SampleUnavailable,Get-PsutilSample'
    }
    It 'is shown as a row a value that fits 80 columns, with readable units, or the reason where there is none' {
        Mock -ModuleName PsutilAgent ReadNativeLine {
            '{"method":"m","args":{},"result":1,"time":"2026-01-02T03:04:05.678Z","values":[{"path":"lo.bytes_recv","value":2048,"unit":"B"},' +
            '{"path":"\u001b[2J","value":"a\u0007b","unit":""},{"path":"gone","value":null,"unit":"","reason":"D: is not ready"},{"path":"none","value":null,"unit":""}]}'
        }
        $sample = Get-PsutilSample -Method m
        ($sample.Values | ForEach-Object { "$($_.Metric) $($_.Path) $($_.Value) $($_.Text) $($_.Fault)" }) -join '|' | Should -BeExactly 'm lo.bytes_recv 2048 2.0 KiB |m ?[2J a?b a?b |m gone   D: is not ready'.Replace('a?b a?b', "a$([char]7)b a?b")
        $lines = @(($sample, $sample | Out-String -Width 80) -split '\r?\n' | ForEach-Object { $_.TrimEnd() } | Where-Object { $_ })
        $time = $sample.Time.ToString('HH:mm:ss')
        $rows = "$time m                      lo.bytes_recv               2.0 KiB", "$time m                      ?[2J                            a?b", "$time m                      gone D: is not ready"
        $lines | Should -BeExactly (@('Time     Metric                 Path                          Value  Fault', '----     ------                 ----                          -----  -----') + $rows + $rows)
        ($sample | Format-Table | Out-String) | Should -BeLike "*$time m*3 values*"
    }
    It 'tells when the reading was taken, not when it was looked at' {
        Mock -ModuleName PsutilAgent ReadNativeLine { '{"method":"boot_time","args":{},"result":5,"time":"2026-01-02T03:04:05.678Z"}' }
        $sample = Get-PsutilSample -Method boot_time
        $sample.Time.ToUniversalTime() | Should -Be ([datetime]::new(2026, 1, 2, 3, 4, 5, 678))
        $sample.Time.Kind | Should -Be 'Local'
    }
    It 'has times that follow each other as its interval says' {
        $began = Get-Date
        $samples = @(Get-PsutilSample -Method boot_time -Count 2 -Interval 0.5)
        ($samples[1].Time - $samples[0].Time).TotalSeconds | Should -BeGreaterOrEqual 0.4
        foreach ($sample in $samples) { $sample.Time | Should -BeGreaterOrEqual $began.AddMilliseconds(-1) }
    }
    It 'has methods and fields completed' {
        $line = 'Get-PsutilSample -Method virtual_m'
        [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches[0].CompletionText | Should -Be 'virtual_memory'
        $line = 'Get-PsutilSample -Method virtual_memory -ResultArgument fr'
        [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches[0].CompletionText | Should -Be 'free'
    }
}

Describe 'Watch-PsutilSample' {
    It 'gives an object a value of several methods, and ends the collector when the pipeline has enough' {
        $values = @('boot_time', 'virtual_memory' | Watch-PsutilSample -Interval 0.1 | Select-Object -First 20)
        $values.Count | Should -Be 20
        $values[0].PSObject.TypeNames | Should -Contain 'PsutilAgent.Value'
        ($values | ForEach-Object { $_.Metric } | Sort-Object -Unique) -join ' ' | Should -Be 'boot_time virtual_memory'
        ($values | Where-Object Path -eq total)[0].Text | Should -Match '^\d+\.\d [MGT]iB$'
    }
    It 'reads as often as is asked, and gives the reason where there is no value' {
        $values = @(Watch-PsutilSample -Method disk_usage -Argument @{ path = (Join-Path $here 'no such folder') } -Interval 0.1 -Count 2)
        $values.Count | Should -Be 2
        $values[1].Value | Should -BeNullOrEmpty
        $values[1].Fault | Should -BeLike '*no such folder*'
    }
    It 'throws SampleInvalid for a method that is none' {
        { Watch-PsutilSample -Method boot_time, virtual_memor } | Should -Throw -ErrorId 'SampleInvalid,Watch-PsutilSample' -ExpectedMessage '*virtual_memory*'
    }
    It 'gives of monitors all that there is at first, then what is new' {
        $path = Join-Path $here 'watched.json'
        $entry = '"method":"m","interval":1,"unit":"","units":{"free":"B","percent":"%"},"fault":null'
        Mock -ModuleName PsutilAgent AssertWindows { }
        Mock -ModuleName PsutilAgent GetMonitor { [pscustomobject]@{ Name = 'web' } }
        Mock -ModuleName PsutilAgent GetMonitorPath { [pscustomobject]@{ Status = $path; Data = $here } }.GetNewClosure()
        $looks = @{ Count = 0 }
        $write = { [System.IO.File]::WriteAllText($path, '{"entries":[{"index":0,"name":"a","last":{"time":"2026-01-02T03:04:05.000Z","values":{"free":2048,"percent":5}},' + $entry +
                '},{"index":1,"name":"b","last":{"time":"2026-01-02T03:04:0' + $looks.Count + '.000Z","values":{"value":' + $looks.Count + '}},' + $entry + '}]}') }.GetNewClosure()
        & $write
        Mock -ModuleName PsutilAgent Start-Sleep { $looks.Count++; & $write }.GetNewClosure()
        $values = @(Watch-PsutilSample -Name web -Count 3 -Interval 3600)
        ($values | ForEach-Object { "$($_.Monitor) $($_.Metric) $($_.Path) $($_.Text)" }) -join '|' | Should -BeExactly 'web a free 2.0 KiB|web a percent 5 %|web b  0|web b  1|web b  2'
    }
}

Describe 'Receive-PsutilSample' {
    It 'gives an object a message, in local time, and asks for what it was told to' {
        $asked = @{}
        Mock -ModuleName PsutilAgent ReadNativeLine {
            $asked.Words = ($ArgumentList | Select-Object -Skip 1) -join '|'
            '{"node_id":"i","node_name":"vm","deployment_id":"d","name":"disk","path":"C_free","metric":0,"unit":"bytes","type":"GAUGE","host":"i","service":"s","time":1767323045}'
            'no JSON', '{"metric":1,"time":-1}', '{"metric":"1","time":5}'
            '{"name":"a\u001b[2J","path":"","metric":1.5,"time":1767323046}'
            '{"name":"exact","path":"","metric":2,"time":1767323045250}', '{"name":"never","path":"","metric":2,"time":253402300800000}'
        }
        $samples = @(Receive-PsutilSample -Path (Join-Path $here 'x.yaml') -Count 2 -Timeout 9 -RoutingKey '#' -WarningAction SilentlyContinue -WarningVariable warnings)
        $asked.Words | Should -BeExactly "consume|--config|$(Join-Path $here 'x.yaml')|--json|--key=#|--count=2|--duration=9"
        $samples.Count, $warnings.Count | Should -Be 3, 4
        $first = $samples[0]
        $first.Metric, $first.Path, $first.Value, $first.Unit, $first.Node, $first.NodeId, $first.DeploymentId | Should -Be 'disk', 'C_free', 0, 'bytes', 'vm', 'i', 'd'
        $first.Time.ToUniversalTime() | Should -Be ([datetime]::new(2026, 1, 2, 3, 4, 5))
        $samples[1].Metric, $samples[1].Value | Should -Be 'a?[2J', 1.5
        # publish.time: ms
        $samples[2].Time.ToUniversalTime() | Should -Be ([datetime]::new(2026, 1, 2, 3, 4, 5, 250))
        $lines = ($first | Out-String -Width 80) -split '\r?\n'
        ($lines | ForEach-Object { $_.TrimEnd().Length } | Measure-Object -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines -join ' ' | Should -BeLike '*Time*Node*Metric*Path*Value*Unit*vm*disk*C_free*0*bytes*'
    }
    It 'throws SampleUnavailable where fewer came in time, and what the broker refuses as it is: <Said>' -ForEach @(
        @{ Said = 'late'; Wait = 1100; Id = 'SampleUnavailable'; Says = 'Expected 3 samples within 1 s, found fewer.*' }, @{ Said = 'refused'; Wait = 0; Id = 'BrokerRefused'; Says = 'no (PSA_BROKER_CHANNEL)' }
    ) {
        Mock -ModuleName PsutilAgent ReadNativeLine { Start-Sleep -Milliseconds $Wait; '{"error":{"code":"PSA_BROKER_CHANNEL","message":"no"}}' }
        { Receive-PsutilSample -Path (Join-Path $here 'x.yaml') -Count 3 -Timeout 1 } | Should -Throw $Says -ErrorId "$Id,Receive-PsutilSample"
    }
    It 'throws where there is no such file, or no broker in it' {
        { Receive-PsutilSample -Path (Join-Path $here 'no such file') } | Should -Throw -ErrorId 'ConfigNotFound,Receive-PsutilSample'
        { Receive-PsutilSample -Path (Join-Path $root 'examples/monitor.yaml') } | Should -Throw -ErrorId 'ConfigInvalid,Receive-PsutilSample'
    }
}

Describe 'Test-PsutilMonitor -Path' {
    It 'gives an object a finding, the collector''s own' {
        $file = Join-Path $here 'examined.json'
        Set-Content -Path $file -Value '{"status":{"path":"."},"psutil_config":[{"method":"disk_usage","args":{"path":"no/such/place"},"interval":5,"alias":"gone"}]}'
        $found = @(Test-PsutilMonitor -Path $file)
        ($found | Where-Object Check -EQ 'settings').Result | Should -BeExactly 'Ok'
        ($found | Where-Object Check -EQ 'metrics').Result | Should -BeExactly 'Warning', 'Warning'
        ($found | Where-Object Check -EQ 'metrics')[1].Message | Should -BeLike 'gone: *'
        $lines = ($found | Out-String -Width 80) -split '\r?\n'
        ($lines | ForEach-Object { $_.TrimEnd().Length } | Measure-Object -Maximum).Maximum | Should -BeLessOrEqual 80
        $lines -join ' ' | Should -BeLike '*Result*Check*Message*Warning*metrics*gone: *'
    }
    It 'finds what is wrong with settings, too' {
        $file = Join-Path $here 'faulty.json'
        Set-Content -Path $file -Value '[{"method":"boot_tim","interval":5}]'
        (Test-PsutilMonitor -Path $file | Where-Object Result -EQ 'Fault').Message -join ' ' | Should -BeLike '*did you mean "boot_time"*'
        (Test-PsutilMonitor -Path (Join-Path $here 'no such file') | Where-Object Check -EQ 'settings').Message | Should -BeLike '*expected a configuration file, found none*'
    }
}

Describe 'Where there are no Windows services' -Skip:$onWindows {
    It '<Name> throws UnsupportedPlatform' -ForEach @(
        @{ Name = 'Start-PsutilMonitor'; With = @{ Path = 'x' } }, @{ Name = 'Stop-PsutilMonitor'; With = @{ Name = 'x' } }, @{ Name = 'Restart-PsutilMonitor'; With = @{ Name = 'x' } }, @{ Name = 'Receive-PsutilSample'; With = @{ Name = 'x' } }, @{ Name = 'Get-PsutilMonitor'; With = @{} }, @{ Name = 'Export-PsutilReport'; With = @{} }, @{ Name = 'Test-PsutilMonitor'; With = @{} }
    ) {
        $record = $null
        try { & $Name @With } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be "UnsupportedPlatform,$Name"
        $record.CategoryInfo.Category | Should -Be 'NotImplemented'
    }
}
