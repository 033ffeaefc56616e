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
}
