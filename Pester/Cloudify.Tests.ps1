# What cloudify/start.ps1 and stop.ps1 have the module do, with a context that lives here. The scripts themselves run under
# Wine, on a real monitor and broker.
Describe 'Cloudify''s operations' {
    BeforeAll {
        $root = Split-Path -Path $PSScriptRoot
        Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
        $variables = 'psutil_config', 'psutil_settings', 'psutil_timeout', 'AGENT_WORK_DIR', 'CELERY_WORK_DIR', 'LOCAL_REST_CERT_FILE'
        $before = @{}
        foreach ($name in $variables) { $before[$name] = [Environment]::GetEnvironmentVariable($name) }
        $metrics = '[{"method": "virtual_memory", "result_argument": "free", "interval": 5, "alias": "memory_MemFree"}]'

        # Answers as the plugin's context does; keeps what it was asked.
        $global:CloudifyAsked = [System.Collections.Generic.List[string]]::new()
        $global:CloudifyAnswers = @{}
        $context = {
            param([string[]] $Word)
            $call = $Word -join ' '
            $global:CloudifyAsked.Add($call)
            if ($global:CloudifyAnswers.ContainsKey($call)) { return $global:CloudifyAnswers[$call] }
            if ($Word[0] -eq 'logger' -or $Word -contains 'pop') { return $null }
            if ($Word[1] -eq 'runtime-properties' -and $Word.Count -eq 4) { return $null }
            if ($Word[1] -eq 'runtime-properties') { throw "The operation's context refused 'ctx instance': RuntimeError: illegal path: $($Word[2])" }
            throw "The operation's context refused 'ctx $call': KeyError: 'cloudify_agent'"
        }
        function Set-Operation {
            param([hashtable] $Variable)
            foreach ($name in $Variable.Keys) { [Environment]::SetEnvironmentVariable($name, $Variable[$name]) }
        }
        function Set-AgentFile {
            param([hashtable] $Content = @{}, [string] $Text)
            $folder = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
            [void](New-Item -Path $folder -ItemType Directory)
            $config = @{
                broker_hostname = '10.0.0.1'; broker_username = 'agent_vm'; broker_password = 'hidden-4711'; broker_ssl_enabled = $false
                broker_cert_path = '/none.pem'; broker_vhost = 'rabbitmq_vhost_shop'; broker_heartbeat = 30
            }
            foreach ($name in $Content.Keys) { $config[$name] = $Content[$name] }
            if (-not $Text) { $Text = ConvertTo-Json -InputObject $config -Depth 5 }
            Set-Content -Path (Join-Path $folder 'broker_config.json') -Value $Text
            [Environment]::SetEnvironmentVariable('AGENT_WORK_DIR', $folder)
        }
        function Start-Operation { InModuleScope PsutilAgent -Parameters @{ Context = $context } { StartCloudifyMonitor -Context $Context } }
        function Stop-Operation { InModuleScope PsutilAgent -Parameters @{ Context = $context } { StopCloudifyMonitor -Context $Context } }
        function Read-Parameter { InModuleScope PsutilAgent -Parameters @{ Context = $context } { ReadOperation -Context $Context } }
        $monitor = {
            param($Name = 'cloudify-psutil-vm_1', $Published = 0, $Unroutable = 0, $Path = '')
            [pscustomobject]@{
                PSTypeName = 'PsutilAgent.Monitor'; Name = $Name; Published = $Published; Unroutable = $Unroutable
                Entries = @(1); ConfigurationPath = $Path
            }
        }
    }
    AfterAll {
        foreach ($name in $variables) { [Environment]::SetEnvironmentVariable($name, $before[$name]) }
        Remove-Variable -Scope Global -Name CloudifyAsked, CloudifyAnswers
    }
    BeforeEach {
        foreach ($name in $variables) { [Environment]::SetEnvironmentVariable($name, $null) }
        $global:CloudifyAsked.Clear()
        $global:CloudifyAnswers = @{ 'instance id' = 'vm_1'; 'node name' = 'vm'; 'deployment id' = 'shop' }
        Set-Operation @{ psutil_config = $metrics }
    }

    Context 'The operation start reads' {
        It 'who it speaks for, from the context' {
            Set-AgentFile
            $parameter = Read-Parameter
            $parameter.NodeId, $parameter.NodeName, $parameter.DeploymentId -join ' ' | Should -BeExactly 'vm_1 vm shop'
            $parameter.ContainsKey('Timeout') | Should -BeFalse
        }
        It 'the agent''s broker, without its tenant''s virtual host' {
            Set-AgentFile
            $parameter = Read-Parameter
            $broker = $parameter.Configuration.broker
            $broker.hostnames | Should -BeExactly @('10.0.0.1')
            $broker.vhost | Should -BeExactly '/'
            $broker.heartbeat | Should -Be 30
            $broker.tls.enabled | Should -BeFalse
            $parameter.BrokerCredential.UserName | Should -BeExactly 'agent_vm'
            $parameter.BrokerCredential.GetNetworkCredential().Password | Should -BeExactly 'hidden-4711'
            $global:CloudifyAsked -join "`n" | Should -Not -Match 'hidden-4711'
        }
        It 'a virtual host where the settings name one' {
            Set-AgentFile
            Set-Operation @{ psutil_settings = '{"broker": {"vhost": "metrics"}}' }
            (Read-Parameter).Configuration.broker.vhost | Should -BeExactly 'metrics'
        }
        It 'every host of a cluster once: <case>' -ForEach @(
            @{ case = 'addresses'; agent = @{ cluster = @('10.0.0.1', '10.0.0.2') }; hosts = '10.0.0.1', '10.0.0.2' }
            @{ case = 'maps'; agent = @{ cluster = @(@{ broker_ip = '10.0.0.3' }, @{ broker_ip = '10.0.0.1' }) }; hosts = '10.0.0.1', '10.0.0.3' }
            @{ case = 'a list of host names'; agent = @{ broker_hostname = @('10.0.0.4', '10.0.0.5') }; hosts = '10.0.0.4', '10.0.0.5' }
            @{ case = 'an empty cluster'; agent = @{ cluster = @() }; hosts = @('10.0.0.1') }
            @{ case = 'no host but the cluster''s'; agent = @{ broker_hostname = ''; cluster = @('10.0.0.6') }; hosts = @('10.0.0.6') }
        ) {
            Set-AgentFile $agent
            (Read-Parameter).Configuration.broker.hostnames | Should -BeExactly $hosts
        }
        It 'TLS and its certificate' {
            $certificate = Join-Path $TestDrive 'ca.pem'
            Set-Content -Path $certificate -Value 'a certificate'
            Set-AgentFile @{ broker_ssl_enabled = $true; broker_cert_path = $certificate }
            Set-Operation @{ psutil_settings = '{"broker": {"tls": {"server_name": "manager"}}}' }
            $tls = (Read-Parameter).Configuration.broker.tls
            $tls.enabled | Should -BeTrue
            $tls.ca_cert | Should -BeExactly $certificate
            $tls.server_name | Should -BeExactly 'manager'
        }
        It 'a broker from the manager where the agent has no file' {
            $global:CloudifyAnswers['bootstrap-context broker-config'] = [pscustomobject]@{
                broker_ip = '10.0.0.9'; broker_user = 'u'; broker_pass = ''; broker_ssl_enabled = $false; broker_vhost = 'v'
            }
            $parameter = Read-Parameter
            $parameter.Configuration.broker.hostnames | Should -BeExactly @('10.0.0.9')
            $parameter.BrokerCredential.UserName | Should -BeExactly 'u'
            $parameter.BrokerCredential.GetNetworkCredential().Password | Should -BeExactly 'guest'
        }
        It 'no agent''s broker where the settings name hosts' {
            Set-AgentFile
            Set-Operation @{ psutil_settings = '{"broker": {"hostnames": ["rabbit"]}}'; psutil_timeout = '90' }
            $parameter = Read-Parameter
            $parameter.ContainsKey('BrokerCredential') | Should -BeFalse
            $parameter.Configuration.broker.hostnames | Should -BeExactly @('rabbit')
            $parameter.Configuration.broker.vhost | Should -BeExactly '/'
            $parameter.Timeout | Should -Be 90
        }
        It 'lists with backslashes before their quotes, and plain ones' {
            foreach ($text in $metrics, $metrics.Replace('"', '\"')) {
                Set-AgentFile
                Set-Operation @{ psutil_config = $text }
                $configuration = (Read-Parameter).Configuration.psutil_config
                $configuration.Count | Should -Be 1
                $configuration[0].alias | Should -BeExactly 'memory_MemFree'
            }
        }
    }

    Context 'The operation start refuses for good' {
        It '<case>' -ForEach @(
            @{ case = 'a missing psutil_config'; variable = @{ psutil_config = $null }; says = 'psutil_config is missing: expected a list of metrics' }
            @{ case = 'an empty psutil_config'; variable = @{ psutil_config = '[]' }; says = 'psutil_config is empty: expected a list of metrics' }
            @{ case = 'a psutil_config that is a map'; variable = @{ psutil_config = '{"method": "pids"}' }; says = 'expected a list of metrics, found a map' }
            @{ case = 'a psutil_config that is no JSON'; variable = @{ psutil_config = '[oops' }; says = 'psutil_config cannot be read: expected a list of metrics as JSON, found 5 characters that are none' }
            @{ case = 'settings that are a list'; variable = @{ psutil_settings = '[1]' }; says = 'psutil_settings is wrong: expected a map of settings, found a list' }
            @{ case = 'a broker that is no map'; variable = @{ psutil_settings = '{"broker": "rabbit"}' }; says = 'psutil_settings (broker) is wrong: expected a map' }
            @{ case = 'TLS that is no map'; variable = @{ psutil_settings = '{"broker": {"tls": true}}' }; says = 'psutil_settings (broker: tls) is wrong: expected a map' }
            @{ case = 'a time that is none'; variable = @{ psutil_timeout = 'soon' }; says = 'psutil_timeout is wrong: expected seconds, 1 to 3600, found ''soon''' }
            @{ case = 'a time too long'; variable = @{ psutil_timeout = '3601' }; says = 'found ''3601''' }
        ) {
            Set-AgentFile
            Set-Operation $variable
            $fault = { Start-Operation } | Should -Throw -PassThru
            $fault.FullyQualifiedErrorId | Should -BeLike 'ConfigInvalid*'
            $fault.Exception.Message | Should -BeLike "*$($says -replace '[\[\]]', '?')*"
        }
        It 'faults of the configuration, every one' {
            Set-AgentFile
            Mock -ModuleName PsutilAgent Start-PsutilMonitor {
                foreach ($pointer in '/psutil_config/0', '/psutil_config/1') {
                    Write-Error -ErrorId ConfigInvalid -Category InvalidData -Message "$pointer is wrong" -TargetObject $pointer
                }
            }
            $fault = { Start-Operation } | Should -Throw -PassThru
            $fault.FullyQualifiedErrorId | Should -BeLike 'ConfigInvalid*'
            $fault.Exception.Message | Should -BeLike '*nothing was started*/psutil_config/0 is wrong*/psutil_config/1 is wrong*'
        }
    }

    Context 'The operation start fails, to be tried again, with' {
        It '<case>, and tells no secret' -ForEach @(
            @{ case = 'no word of a broker'; text = ''; says = '*no broker was found*AGENT_WORK_DIR is not set*KeyError*' }
            @{ case = 'a broken file'; text = '{"broker_password": "hidden-4711", "broker_hostname":'; says = '*cannot be read: it is not JSON*' }
            @{ case = 'a file that is no map'; text = '["hidden-4711"]'; says = '*expected a JSON map*' }
            @{ case = 'no host'; text = '{"broker_password": "hidden-4711"}'; says = '*names no broker: expected broker_hostname*' }
            @{ case = 'a certificate that is not there'; says = '*names the certificate*broker_cert_path*no such file*'
                text = '{"broker_hostname": "h", "broker_ssl_enabled": true, "broker_cert_path": "/none.pem", "broker_password": "hidden-4711"}'
            }
        ) {
            if ($text) { Set-AgentFile -Text $text }
            $fault = { Start-Operation } | Should -Throw -PassThru
            $fault.FullyQualifiedErrorId | Should -Not -BeLike 'ConfigInvalid*'
            $fault.Exception.Message | Should -BeLike $says
            $fault.Exception.Message + ($global:CloudifyAsked -join "`n") | Should -Not -Match 'hidden-4711'
        }
        It 'what Start-PsutilMonitor says' {
            Set-AgentFile
            Mock -ModuleName PsutilAgent Start-PsutilMonitor {
                Write-Error -ErrorId BrokerUnreachable -Category ConnectionError -Message 'nobody answers'
            }
            $fault = { Start-Operation } | Should -Throw -PassThru
            $fault.Exception.Message | Should -BeLike 'The monitor was not started.*nobody answers*'
            $global:CloudifyAsked | Where-Object { $_ -like 'instance runtime-properties*' } | Should -BeNullOrEmpty
        }
    }

    Context 'The operation start' {
        BeforeEach {
            Set-AgentFile
            Mock -ModuleName PsutilAgent Start-PsutilMonitor { Write-Warning 'a hint'; & $monitor }
        }
        It 'records the monitor''s name and logs its warnings' {
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { & $monitor -Published 1 }
            Start-Operation
            $global:CloudifyAsked | Should -Contain 'instance runtime-properties psutil_monitor cloudify-psutil-vm_1'
            $global:CloudifyAsked | Should -Contain 'logger warning a hint'
            $global:CloudifyAsked -like 'logger warning Nobody takes*' | Should -BeNullOrEmpty
        }
        It 'warns where the first samples come back' {
            $global:CloudifyPolls = 0
            Mock -ModuleName PsutilAgent Get-PsutilMonitor {
                $global:CloudifyPolls++
                & $monitor -Unroutable $(if ($global:CloudifyPolls -gt 1) { 3 } else { 0 })
            }
            Start-Operation
            Remove-Variable -Scope Global -Name CloudifyPolls
            @($global:CloudifyAsked -like 'logger warning Nobody takes*').Count | Should -Be 1
            $global:CloudifyAsked -like 'logger warning *exchange ''cloudify-monitoring'' of the virtual host ''/'' for the routing key ''shop''*' |
                Should -Not -BeNullOrEmpty
        }
        It 'succeeds although its log cannot be written' {
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { & $monitor -Published 1 }
            $inner = $context
            $context = { param([string[]] $Word) if ($Word[0] -eq 'logger') { throw 'no log' }; & $inner $Word }.GetNewClosure()
            { Start-Operation } | Should -Not -Throw
            $global:CloudifyAsked | Should -Contain 'instance runtime-properties psutil_monitor cloudify-psutil-vm_1'
        }
    }

    Context 'The operation stop' {
        BeforeEach {
            $settings = Join-Path $TestDrive 'settings.json'
            Mock -ModuleName PsutilAgent Stop-PsutilMonitor { }
        }
        It 'stops the instance''s monitors alone, recorded or not' {
            Set-Content -Path $settings -Value '{"node": {"node_id": "vm_1"}}'
            $other = Join-Path $TestDrive 'other.json'
            Set-Content -Path $other -Value '{"node": {"node_id": "vm_2"}}'
            $broken = Join-Path $TestDrive 'broken.json'
            Set-Content -Path $broken -Value '{'
            $global:CloudifyAnswers['instance runtime-properties psutil_monitor'] = 'recorded'
            Mock -ModuleName PsutilAgent Get-PsutilMonitor {
                & $monitor -Name recorded -Path $broken; & $monitor -Name mine -Path $settings; & $monitor -Name other -Path $other
            }
            Stop-Operation
            Should -Invoke Stop-PsutilMonitor -ModuleName PsutilAgent -Times 2 -Exactly
            Should -Invoke Stop-PsutilMonitor -ModuleName PsutilAgent -Times 0 -Exactly -ParameterFilter { $InputObject.Name -eq 'other' }
            $global:CloudifyAsked | Should -Contain 'instance runtime-properties pop psutil_monitor'
        }
        It 'succeeds with nothing to stop' {
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { }
            Stop-Operation
            $global:CloudifyAsked -like 'logger info *nothing to stop' | Should -Not -BeNullOrEmpty
            $global:CloudifyAsked -like '*pop*' | Should -BeNullOrEmpty
        }
        It 'fails and keeps the record where a monitor cannot be stopped' {
            $global:CloudifyAnswers['instance runtime-properties psutil_monitor'] = 'recorded'
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { & $monitor -Name recorded -Path $settings }
            Mock -ModuleName PsutilAgent Stop-PsutilMonitor { throw 'it hangs' }
            { Stop-Operation } | Should -Throw 'it hangs'
            $global:CloudifyAsked -like '*pop*' | Should -BeNullOrEmpty
        }
        It 'fails where the context does' {
            $global:CloudifyAnswers.Remove('instance id')
            { Stop-Operation } | Should -Throw '*refused*'
            Should -Invoke Stop-PsutilMonitor -ModuleName PsutilAgent -Times 0 -Exactly
        }
    }

    Context 'The operation''s sentences, whole:' {
        It '<case>' -ForEach @(
            @{ case = 'no metrics'; variable = @{ psutil_config = ' ' }; says = "The input psutil_config is missing: expected a list of metrics, found nothing. Give it in the operation's inputs." }
            @{ case = 'an empty list of metrics'; variable = @{ psutil_config = '[ ]' }; says = "The input psutil_config is empty: expected a list of metrics, found nothing. Give it in the operation's inputs." }
            @{ case = 'a map for a list'; variable = @{ psutil_config = ' {}' }; says = 'The input psutil_config is wrong: expected a list of metrics, found a map. Correct it in the blueprint.' }
            @{ case = 'a word for a map'; variable = @{ psutil_settings = 'yes' }; says = 'The input psutil_settings is wrong: expected a map of settings, found a plain value. Correct it in the blueprint.' }
            @{ case = 'a list for a map'; variable = @{ psutil_settings = '[]' }; says = 'The input psutil_settings is wrong: expected a map of settings, found a list. Correct it in the blueprint.' }
            @{
                case = 'no JSON'; variable = @{ psutil_settings = '{"a"' }
                says = 'The input psutil_settings cannot be read: expected a map of settings as JSON, found 4 characters that are none. Give it in the blueprint as YAML; the script plugin makes JSON of it.'
            }
            @{ case = 'a broker that is no map'; variable = @{ psutil_settings = '{"broker": 1}' }; says = 'The input psutil_settings (broker) is wrong: expected a map of settings, found something else. Correct it in the blueprint.' }
            @{ case = 'TLS that is no map'; variable = @{ psutil_settings = '{"broker": {"tls": 1}}' }; says = 'The input psutil_settings (broker: tls) is wrong: expected a map of settings, found something else. Correct it in the blueprint.' }
            @{ case = 'no time at all'; variable = @{ psutil_timeout = '0' }; says = "The input psutil_timeout is wrong: expected seconds, 1 to 3600, found '0'. Correct it in the blueprint." }
            @{ case = 'a time of five digits'; variable = @{ psutil_timeout = '00060' }; says = "The input psutil_timeout is wrong: expected seconds, 1 to 3600, found '00060'. Correct it in the blueprint." }
        ) {
            Set-AgentFile
            Set-Operation $variable
            $fault = { Read-Parameter } | Should -Throw -PassThru
            "$($fault.FullyQualifiedErrorId): $fault" | Should -BeExactly "ConfigInvalid: $says"
        }
        It 'no broker: <case>' -ForEach @(
            @{ case = 'no folder'; says = "No broker was found: AGENT_WORK_DIR is not set. The operation's context refused 'ctx bootstrap-context broker-config': KeyError: 'cloudify_agent'. Name one in the input psutil_settings (broker)." }
            @{
                case = 'two folders without it'; variable = @{ AGENT_WORK_DIR = '/none/a'; CELERY_WORK_DIR = '/none/b' }
                says = "No broker was found: there is no broker_config.json in '/none/a' or '/none/b'. The operation's context refused *. Name one in the input psutil_settings (broker)."
            }
            @{
                case = 'none in the context'; answer = @{ broker_ip = '' }
                says = 'ctx bootstrap_context (AGENT_WORK_DIR is not set) names no broker: expected broker_ip, found nothing. Name one in the input psutil_settings (broker).'
            }
            @{ case = 'none in the file'; text = '{}'; says = "'<file>' names no broker: expected broker_hostname, found nothing. Name one in the input psutil_settings (broker)." }
            @{ case = 'no JSON'; text = '{'; says = "The agent's '<file>' cannot be read: it is not JSON. Correct it, or install the agent anew." }
            @{ case = 'no map'; text = '[1]'; says = "The agent's '<file>' is wrong: expected a JSON map, found something else. Correct it, or install the agent anew." }
            @{
                case = 'no certificate'; text = '{"broker_hostname": "h", "broker_ssl_enabled": true, "broker_cert_path": "/none.pem"}'
                says = "The agent's '<file>' names the certificate '/none.pem' (broker_cert_path), and there is no such file. Put it there, or name another in the input psutil_settings (broker: tls: ca_cert)."
            }
        ) {
            $file = ''
            if ($text) {
                Set-AgentFile -Text $text
                $file = Join-Path $env:AGENT_WORK_DIR 'broker_config.json'
            }
            if ($variable) { Set-Operation $variable }
            if ($answer) { $global:CloudifyAnswers['bootstrap-context broker-config'] = [pscustomobject]$answer }
            $fault = { Read-Parameter } | Should -Throw -PassThru
            "$fault" | Should -BeLikeExactly $says.Replace('<file>', $file)
        }
        It 'faults of the configuration, a line each' {
            Mock -ModuleName PsutilAgent ReadOperation { @{ NodeId = 'vm_1'; Configuration = @{} } }
            Mock -ModuleName PsutilAgent Start-PsutilMonitor {
                foreach ($fault in 'one', 'two') { Write-Error -ErrorId ConfigInvalid -Message "$fault is wrong" }
                Write-Error -ErrorId Other -Message 'beside'
            }
            { Start-Operation } | Should -Throw "The configuration is invalid; nothing was started.`n  one is wrong`n  two is wrong"
        }
        It 'what was started, stopped, and not there' {
            Mock -ModuleName PsutilAgent ReadOperation { @{ NodeId = 'vm_1'; DeploymentId = 'shop'; Configuration = @{ broker = @{ vhost = 'v'; exchange = @{ name = 'x' } } } } }
            Mock -ModuleName PsutilAgent Start-PsutilMonitor { & $monitor -Name web -Unroutable 1 }
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { & $monitor -Name web -Unroutable 1 }
            Mock -ModuleName PsutilAgent Stop-PsutilMonitor { }
            Start-Operation
            Should -Invoke Start-PsutilMonitor -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $NodeId -eq 'vm_1' -and $PassThru -and $Confirm -eq $false }
            $global:CloudifyAsked[0..1] -join "`n" | Should -BeExactly "instance runtime-properties psutil_monitor web`nlogger info The monitor 'web' samples 1 metrics"
            $global:CloudifyAsked[2] | Should -BeExactly ("logger warning Nobody takes the samples of 'web': no queue is bound to the exchange 'x' of the virtual host 'v' for the routing key 'shop'. " +
                'They are kept on the host and sent when one is. From Cloudify 5.0 the manager has no consumer of its own; another virtual host is set in psutil_settings (broker: vhost).')
            $global:CloudifyAsked.Clear()
            $global:CloudifyAnswers['instance runtime-properties psutil_monitor'] = 'web'
            Stop-Operation
            Should -Invoke Stop-PsutilMonitor -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $InputObject.Name -eq 'web' -and $Confirm -eq $false }
            $global:CloudifyAsked[2] | Should -BeExactly "logger info The monitor 'web' was stopped and its service deleted"
            $global:CloudifyAsked.Clear()
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { }
            Stop-Operation
            $global:CloudifyAsked -join "`n" | Should -BeLikeExactly "*`nlogger info There is no monitor of 'vm_1' on this host: nothing to stop`ninstance runtime-properties pop psutil_monitor"
        }
        It 'where the broker was found, for a log of everything' {
            Set-AgentFile @{ cluster = @('10.0.0.2') }
            [void](Read-Parameter)
            $global:CloudifyAsked[-1] | Should -BeExactly "logger debug The broker is 10.0.0.1, 10.0.0.2, from '$(Join-Path $env:AGENT_WORK_DIR 'broker_config.json')'"
        }
    }

    Context 'The operation' {
        It 'takes times from 1 to 3600 seconds' {
            Set-AgentFile
            foreach ($timeout in 1, 3600) {
                Set-Operation @{ psutil_timeout = " $timeout " }
                (Read-Parameter).Timeout | Should -BeExactly $timeout
            }
        }
        It 'finds the agent''s file where either variable says, AGENT_WORK_DIR''s first' {
            Set-AgentFile @{ broker_hostname = 'second' }
            $env:CELERY_WORK_DIR = $env:AGENT_WORK_DIR
            $env:AGENT_WORK_DIR = '/none'
            (Read-Parameter).Configuration.broker.hostnames | Should -BeExactly 'second'
            Set-AgentFile @{ broker_hostname = 'first' }
            (Read-Parameter).Configuration.broker.hostnames | Should -BeExactly 'first'
        }
        It 'takes the manager''s word with its certificate' {
            $env:LOCAL_REST_CERT_FILE = Join-Path $TestDrive 'rest.pem'
            $global:CloudifyAnswers['bootstrap-context broker-config'] = [pscustomobject]@{ broker_ip = '10.0.0.9'; broker_user = ''; broker_pass = 'p'; broker_ssl_enabled = 'True' }
            $parameter = Read-Parameter
            ConvertTo-Json -Compress -Depth 5 -InputObject $parameter.Configuration.broker | Should -BeExactly (
                '{"hostnames":["10.0.0.9"],"tls":{"enabled":true,"ca_cert":' + (ConvertTo-Json -InputObject $env:LOCAL_REST_CERT_FILE) + '},"vhost":"/"}')
            $parameter.BrokerCredential.UserName, $parameter.BrokerCredential.GetNetworkCredential().Password | Should -BeExactly 'guest', 'p'
        }
        It 'lays the settings over the agent''s broker, key by key' {
            Set-AgentFile @{ broker_heartbeat = $null }
            Set-Operation @{ psutil_settings = '{"broker": {"port": 1, "username": "mine", "tls": {"enabled": true, "verify": false}}, "log": {"level": "debug"}}' }
            $parameter = Read-Parameter
            ConvertTo-Json -Compress -Depth 5 -InputObject $parameter.Configuration.broker | Should -BeExactly (
                '{"hostnames":["10.0.0.1"],"port":1,"username":"mine","tls":{"enabled":true,"verify":false},"vhost":"/"}')
            $parameter.Configuration.log.level | Should -Be 'debug'
            $parameter.ContainsKey('BrokerCredential') | Should -BeFalse
        }
        It 'stop takes an instance''s monitor by its id alone, capitals and all' {
            $file = Join-Path $TestDrive 'capital.json'
            Set-Content -Path $file -Value '{"node": {"node_id": "VM_1"}}'
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { & $monitor -Name other -Path $file }
            Mock -ModuleName PsutilAgent Stop-PsutilMonitor { }
            Stop-Operation
            Should -Invoke Stop-PsutilMonitor -ModuleName PsutilAgent -Times 0 -Exactly
        }
        It 'stop fails where the context cannot tell what was recorded' {
            $inner = $context
            $context = { param([string[]] $Word) if ($Word[1] -eq 'runtime-properties') { throw 'timed out' }; & $inner $Word }.GetNewClosure()
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { }
            { Stop-Operation } | Should -Throw 'timed out'
        }
        It 'start does not wait for samples once one was published, and no longer than it is told' {
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { & $monitor -Published 1 -Unroutable 1 }
            Mock -ModuleName PsutilAgent WaitUntil { & $Condition }
            $with = @{ Context = $context; Monitor = & $monitor; Seconds = 3 }
            InModuleScope PsutilAgent -Parameters @{ With = $with } { param($With) WriteUnroutable @With -RoutingKey k -Broker @{} }
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { & $monitor }
            InModuleScope PsutilAgent -Parameters @{ With = $with } { param($With) WriteUnroutable @With -RoutingKey k -Broker @{} }
            Mock -ModuleName PsutilAgent Get-PsutilMonitor { [CmdletBinding()] param($Name) Write-Error 'it was stopped meanwhile' }
            { InModuleScope PsutilAgent -Parameters @{ With = $with } { param($With) WriteUnroutable @With -RoutingKey k -Broker @{} } } | Should -Not -Throw
            $global:CloudifyAsked.Count | Should -Be 0
            Should -Invoke WaitUntil -ModuleName PsutilAgent -Times 3 -Exactly -ParameterFilter { $Timeout -eq 3 }
        }
    }
}
