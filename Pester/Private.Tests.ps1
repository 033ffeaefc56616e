# What single functions promise: their sentences, their boundaries, what they hand on to the next. Nothing is started here.
BeforeDiscovery {
    $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
}

BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'FakeWindows.psm1') -Force
    # A new folder, for one test.
    function New-Folder {
        $path = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
        [System.IO.Directory]::CreateDirectory($path).FullName
    }
}

Describe 'A log that is kept elsewhere' -Skip:$onWindows {
    BeforeEach {
        Mock -ModuleName PsutilAgent GetDescriptor { Get-FakeDescriptor -Item $Item }
        $folder = New-Folder
        $precious = Join-Path (New-Folder) 'precious'
        [System.IO.File]::WriteAllText($precious, 'precious')
        function Test-Log {
            param($Path = (Join-Path $folder 'psutil.log'))
            InModuleScope PsutilAgent -Parameters @{ Path = $Path } { param($Path) AssertLogFile -Path $Path }
        }
    }
    It 'may be in a folder that is not there, is empty, or holds logs of earlier runs, and nothing is left in it' {
        { Test-Log (Join-Path $folder 'none/psutil.log') } | Should -Not -Throw
        { Test-Log } | Should -Not -Throw
        foreach ($name in 'psutil.log', 'psutil.log.1', 'celery.log') { [System.IO.File]::WriteAllText((Join-Path $folder $name), 'lines') }
        { Test-Log } | Should -Not -Throw
        (Get-ChildItem -Path $folder -Force | ForEach-Object { $_.Name } | Sort-Object) -join ' ' | Should -Be 'celery.log psutil.log psutil.log.1'
    }
    It 'is refused where <What>' -ForEach @(
        @{ What = 'it is a link'; Name = 'psutil.log'; Says = 'is a link'; Make = { [System.IO.File]::CreateSymbolicLink($place, $precious) } }
        @{ What = 'a rotated one is a link'; Name = 'psutil.log.2'; Says = 'is a link'; Make = { [System.IO.File]::CreateSymbolicLink($place, $precious) } }
        @{ What = 'it is another''s file'; Name = 'psutil.log-of-mallory'; Says = 'belongs to S-1-5-21-1-2-3-1001'; Make = { [System.IO.File]::WriteAllText($place, '') } }
        @{
            What = 'it is a hard link of a file with other access'; Name = 'psutil.log'; Says = 'can be entered by others than'
            Make = { [System.IO.File]::SetUnixFileMode($precious, [System.IO.UnixFileMode]'UserRead, UserWrite'); New-Item -ItemType HardLink -Path $place -Target $precious }
        }
    ) {
        [System.IO.File]::WriteAllText((Join-Path $folder 'psutil.log.0'), 'lines')
        $place = Join-Path $folder $Name
        $null = & $Make
        $fault = { Test-Log } | Should -Throw -PassThru
        $fault.FullyQualifiedErrorId | Should -Be 'DataNotWritable'
        $fault.TargetObject | Should -Be $place
        $fault.Exception.Message | Should -BeLike "'$place' $Says*delete it, or keep the log elsewhere."
        [System.IO.File]::ReadAllText($precious) | Should -Be 'precious'
        @(Get-ChildItem -Path $folder -Force).Count | Should -Be 2
    }
    It 'may be its own account''s, and no other''s' {
        $log = Join-Path $folder 'psutil.log-of-mallory'
        [System.IO.File]::WriteAllText($log, '')
        InModuleScope PsutilAgent -Parameters @{ Path = $log } {
            param($Path)
            { AssertLogFile -Path $Path -Account S-1-5-21-1-2-3-1001 } | Should -Not -Throw
            { AssertLogFile -Path $Path -Account S-1-5-21-1-2-3-1002 } | Should -Throw -ErrorId DataNotWritable
        }
    }
    It 'is refused where its folder is a link' {
        $link = "$folder-link"
        $null = [System.IO.Directory]::CreateSymbolicLink($link, $folder)
        { Test-Log (Join-Path $link 'psutil.log') } | Should -Throw -ErrorId DataNotWritable -ExpectedMessage "'$link' is a link*"
    }
    It 'is refused where its folder cannot be looked at' {
        [System.IO.File]::WriteAllText((Join-Path $folder 'psutil.log'), 'lines')
        Mock -ModuleName PsutilAgent WriteText { throw [System.UnauthorizedAccessException]::new('no') }
        { Test-Log } | Should -Throw -ErrorId DataNotWritable -ExpectedMessage "'$folder' cannot be looked at (no)*"
    }
}

Describe 'Settings' {
    It 'have each parameter at its place, over what the document says' {
        InModuleScope PsutilAgent {
            $document = '{"node":{"deployment_id":"a","node_name":"b","node_id":"c","host":"kept"},"broker":{"hostnames":["x"],"port":1,"vhost":"/x","username":"y",' +
            '"password_file":"f","password_env":"e","password_dpapi":"d","heartbeat":7},"psutil_config":[1]}'
            $reading = [pscustomobject]@{ Document = ConvertFromJsonText $document; Folder = [System.IO.Path]::GetTempPath() }
            $credential = [pscredential]::new('u', [System.Net.NetworkCredential]::new('', 'p').SecurePassword)
            $found = MergeSettings -Reading $reading -Path (GetMonitorPath web) -DeploymentId d1 -NodeName n1 -NodeId i1 -BrokerHostname h1, h2 -BrokerPort 5673 `
                -BrokerCredential $credential -BrokerVirtualHost /v -BrokerCaCertificate ca.pem
            ConvertToJsonText $found['node'] | Should -BeExactly '{"deployment_id":"d1","node_name":"n1","node_id":"i1","host":"kept"}'
            $broker = $found['broker']
            $broker.Keys -join ' ' | Should -BeExactly 'hostnames port vhost username heartbeat tls password'
            $broker['hostnames'] -join ' ' | Should -BeExactly 'h1 h2'
            $broker['port'], $broker['vhost'], $broker['username'], $broker['heartbeat'], $broker['tls']['enabled'] | Should -Be 5673, '/v', 'u', 7, $true
            $broker['password'] | Should -BeOfType ([securestring])
        }
    }
    It 'have what the document says where no parameter does' {
        InModuleScope PsutilAgent {
            $document = '{"node":{"node_id":"c"},"broker":{"hostnames":["x"],"port":1,"password_env":"e","tls":{"enabled":false}},"psutil_config":[1]}'
            $found = MergeSettings -Reading ([pscustomobject]@{ Document = ConvertFromJsonText $document; Folder = [System.IO.Path]::GetTempPath() }) -Path (GetMonitorPath web)
            foreach ($own in 'status', 'spool', 'log') { $found.Remove($own) }
            ConvertToJsonText $found | Should -BeExactly $document
        }
    }
    It 'have every path absolute, from the folder of the document' {
        InModuleScope PsutilAgent -Parameters @{ Folder = "$TestDrive" } {
            param($Folder)
            foreach ($name in 'CELERY_WORK_DIR', 'AGENT_WORK_DIR') { [System.Environment]::GetEnvironmentVariable($name) | Should -BeNullOrEmpty }
            $document = @{ broker = @{ password_file = 'a'; tls = @{ ca_cert = 'b'; client_cert = 'c'; client_key = 'd' } }; spool = @{ path = 'e' }; log = @{ path = 'f' } }
            $found = MergeSettings -Reading ([pscustomobject]@{ Document = $document; Folder = $Folder }) -Path (GetMonitorPath web)
            $paths = $found['broker']['password_file'], $found['broker']['tls']['ca_cert'], $found['broker']['tls']['client_cert'], $found['broker']['tls']['client_key'],
            $found['spool']['path'], $found['log']['path']
            $paths | Should -BeExactly ('a', 'b', 'c', 'd', 'e', 'f' | ForEach-Object { [System.IO.Path]::Combine($Folder, $_) })
            $found['status']['path'] | Should -BeExactly (GetMonitorPath web).Data
        }
    }
    It 'log where the agent works, else where the document says, else in the monitor''s folder' {
        InModuleScope PsutilAgent -Parameters @{ Folder = "$TestDrive" } {
            param($Folder)
            $log = { param($Document) (MergeSettings -Reading ([pscustomobject]@{ Document = $Document; Folder = $Folder }) -Path (GetMonitorPath web))['log']['path'] }
            $full = { param($Name) [System.IO.Path]::Combine($Folder, $Name) }
            & $log @{} | Should -Be (GetMonitorPath web).Data
            & $log @{ log = @{ path = 'said' } } | Should -Be (& $full said)
            try {
                $env:AGENT_WORK_DIR = & $full agent
                & $log @{ log = @{ path = 'said' } } | Should -Be (& $full agent)
                $env:CELERY_WORK_DIR = & $full celery
                & $log @{ log = @{ path = 'said' } } | Should -Be (& $full celery)
            }
            finally { $env:AGENT_WORK_DIR = $env:CELERY_WORK_DIR = $null }
        }
    }
    It 'keep the encrypted password they had where it is the same, case and all' {
        InModuleScope PsutilAgent {
            Mock ProtectSecret { 'new' }
            Mock UnprotectSecret { if ($Blob -eq 'old') { 'Secret' } }
            foreach ($case in @('Secret', 'old'), @('secret', 'new'), @('', 'new')) {
                $settings = @{ broker = @{ password = $case[0]; port = 1 } }
                $found = ProtectPassword -Settings $settings -Previous '{"broker":{"password_dpapi":"old"}}'
                $found['broker']['password_dpapi'] | Should -BeExactly $case[1]
                $found['broker'].Contains('password') | Should -BeFalse
                $settings['broker']['password'] | Should -Be $case[0]
            }
            (ProtectPassword -Settings @{ broker = @{ password = 'Secret' } } -Previous '')['broker']['password_dpapi'] | Should -Be 'new'
            (ProtectPassword -Settings @{ broker = @{ port = 1 } } -Previous '')['broker'].Keys | Should -Be 'port'
            Should -Invoke ProtectSecret -Times 3 -Exactly -ParameterFilter { $Secret -is [securestring] }
        }
    }
}

Describe 'A plan' {
    It 'for a monitor that <What> is "<Action>"' -ForEach @(
        @{ What = 'is not there'; Action = 'Install and start monitor' }
        @{ What = 'is stopped'; State = 'Stopped'; Alive = $false; Action = 'Start monitor' }
        @{ What = 'runs, its collector dead'; State = 'Running'; Alive = $false; Action = 'Start monitor' }
        @{ What = 'is stopped, a collector left'; State = 'StopPending'; Alive = $true; Action = 'Start monitor' }
        @{ What = 'runs as it should'; State = 'Running'; Alive = $true; Action = '' }
        @{ What = 'is about to run as it should'; State = 'StartPending'; Alive = $true; Action = '' }
        @{ What = 'runs as it should, with -Force'; State = 'Running'; Alive = $true; With = @{ Force = $true }; Action = 'Update and restart monitor' }
        @{ What = 'runs with other settings'; State = 'Running'; Alive = $true; Kept = '{"log":{"path":"/other"}}'; Action = 'Update and restart monitor' }
        @{ What = 'runs with settings other in case'; State = 'Running'; Alive = $true; Kept = '{"log":{"path":"/LOG"}}'; Action = 'Update and restart monitor' }
        @{ What = 'runs with other entries'; State = 'Running'; Alive = $true; Kept = '{"psutil_config":[],"log":{"path":"/log"}}'; Action = 'Update running monitor' }
        @{ What = 'runs as another service'; State = 'Running'; Alive = $true; With = @{ StartupType = 'Manual' }; Action = 'Update and restart monitor' }
    ) {
        if (-not $Kept) { $Kept = '{"log":{"path":"/log"}}' }
        InModuleScope PsutilAgent -Parameters @{ State = $State; Alive = [bool]$Alive; Kept = $Kept; With = $With; Action = $Action } {
            param($State, $Alive, $Kept, $With, $Action)
            if (-not $With) { $With = @{} }
            Mock GetServiceEntry { if ($State) { [pscustomobject]@{ IsMonitor = $true; StartupType = 'Automatic'; Account = 'LocalSystem' } } }
            Mock GetServiceState { $State }
            Mock TestCollectorAlive { $Alive }
            Mock ReadText { $Kept } -ParameterFilter { $Path -like '*settings.json' }
            Mock ReadText { '' }
            Mock NewProgramPlan { [pscustomobject]@{ Nssm = 'n'; Node = 'o'; Folder = 'f'; Collector = 'c' } }
            Mock ReadServiceSetting { NewServiceSetting -Name web -Path (GetMonitorPath web) -Program (NewProgramPlan) -StartupType Automatic }
            $plan = NewMonitorPlan -Name web -Settings ([ordered]@{ log = [ordered]@{ path = '/log' } }) -NodePath node -NssmPath nssm @With
            $plan.Action | Should -BeExactly $Action
            $plan.HasBroker | Should -BeFalse
            $plan.LogPath | Should -Be ([System.IO.Path]::Combine('/log', 'psutil.log'))
            $plan.IsForced | Should -Be $With.ContainsKey('Force')
            $plan.IsReload | Should -Be ($Action -eq 'Update running monitor')
            $plan.Service.StartupType | Should -Be $(if ($With.ContainsKey('StartupType')) { 'Manual' } elseif ($State) { 'Automatic' } else { 'AutomaticDelayedStart' })
            Should -Invoke NewProgramPlan -Times 1 -ParameterFilter { $NodePath -eq 'node' -and $NssmPath -eq 'nssm' }
        }
    }
    It 'to start or stop is what -WhatIf and -Confirm ask about' {
        Mock -ModuleName PsutilAgent AssertWindows { }
        Mock -ModuleName PsutilAgent AssertElevated { }
        Mock -ModuleName PsutilAgent GetMonitor { [pscustomobject]@{ Name = 'web' } }
        Mock -ModuleName PsutilAgent StopMonitor { }
        Mock -ModuleName PsutilAgent ReadConfiguration { [pscustomobject]@{ Valid = $true; Faults = @(); Warnings = @(); More = 0; Document = @{}; Folder = '/' } }
        Mock -ModuleName PsutilAgent NewMonitorPlan { [pscustomobject]@{ Settings = '{}'; Action = 'Start monitor' } }
        Mock -ModuleName PsutilAgent StartMonitor { 'was started' }
        (Stop-PsutilMonitor -Name web -Verbose 4>&1 | Out-String) | Should -BeLike '*"Stop monitor and delete its service" on target "web"*'
        (Stop-PsutilMonitor -Name web -KeepService -Verbose 4>&1 | Out-String) | Should -BeLike '*"Stop monitor" on target "web"*'
        (Start-PsutilMonitor -Path x -Name web -Verbose 4>&1 | Out-String) | Should -BeLike '*"Start monitor" on target "web"*'
        Stop-PsutilMonitor -Name web -WhatIf
        Start-PsutilMonitor -Path x -Name web -WhatIf
        Should -Invoke StopMonitor -ModuleName PsutilAgent -Times 2 -Exactly
        Should -Invoke StartMonitor -ModuleName PsutilAgent -Times 1 -Exactly
    }
    It 'is carried out with what the cmdlet was given' {
        Mock -ModuleName PsutilAgent AssertWindows { }
        Mock -ModuleName PsutilAgent AssertElevated { }
        Mock -ModuleName PsutilAgent GetMonitor { [pscustomobject]@{ Name = 'web' } }
        Mock -ModuleName PsutilAgent StopMonitor { }
        Mock -ModuleName PsutilAgent ReadConfiguration { [pscustomobject]@{ Valid = $true; Faults = @(); Warnings = @(); More = 0; Document = @{}; Folder = '/' } }
        Mock -ModuleName PsutilAgent NewMonitorPlan { [pscustomobject]@{ Settings = '{}'; Action = 'Start monitor' } }
        Mock -ModuleName PsutilAgent StartMonitor { 'was started' }
        Stop-PsutilMonitor -Name web -Timeout 7 -NssmPath n -RemoveData
        Stop-PsutilMonitor -Name web -KeepService
        Should -Invoke StopMonitor -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $Timeout -eq 7 -and $NssmPath -eq 'n' -and $RemoveData -and -not $KeepService }
        Should -Invoke StopMonitor -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $Timeout -eq 30 -and -not $NssmPath -and -not $RemoveData -and $KeepService }
        Start-PsutilMonitor -Path x -Name web -Timeout 7 -NodePath o -NssmPath n -StartupType Manual -Force
        Start-PsutilMonitor -Path x -NodeId i
        Should -Invoke StartMonitor -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter {
            $Name -eq 'web' -and $Timeout -eq 7 -and $NodePath -eq 'o' -and $NssmPath -eq 'n' -and $StartupType -eq 'Manual' -and $Force
        }
        Should -Invoke StartMonitor -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $Name -eq 'cloudify-psutil-i' -and $Timeout -eq 60 -and -not $Force }
    }
}

Describe 'A service' {
    It 'whose values are <Case> is found as <Found>' -ForEach @(
        @{ Case = 'of a delayed start'; Values = @{ Start = 2; DelayedAutostart = 1 }; Found = 'AutomaticDelayedStart' }
        @{ Case = 'of a start with Windows'; Values = @{ Start = 2; DelayedAutostart = 0 }; Found = 'Automatic' }
        @{ Case = 'of a start with Windows, as before Vista'; Values = @{ Start = 2 }; Found = 'Automatic' }
        @{ Case = 'of a start by hand'; Values = @{ Start = 3; DelayedAutostart = 1 }; Found = 'Manual' }
        @{ Case = 'of no start'; Values = @{ Start = 4 }; Found = 'Disabled' }
        @{ Case = 'of a driver'; Values = @{ Start = 1 }; Found = 'Unknown' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Values = $Values + @{ ImagePath = 'i'; DisplayName = 'd'; Description = 't' }; Found = $Found } {
            param($Values, $Found)
            Mock ReadServiceKey { if ($Name -eq 'web') { $Values } elseif ($Name -eq 'web\Parameters') { @{ AppDirectory = 'folder' } } }
            $entry = GetServiceEntry web
            "$($entry.Name) $($entry.ImagePath) $($entry.DisplayName) $($entry.Description) $($entry.StartupType) $($entry.AppDirectory) $($entry.IsMonitor)" |
                Should -BeExactly "web i d t $Found folder False"
        }
    }
    It 'run with <Parameters> is a monitor: <Is>' -ForEach @(
        @{ Parameters = '"main.js" run --config "<settings>"'; Is = $true }, @{ Parameters = '"MAIN.JS" RUN --CONFIG "<SETTINGS>"'; Is = $true }
        @{ Parameters = '"main.js" run --config "<settings>" more'; Is = $false }, @{ Parameters = '"main.js" run --config "/other/settings.json"'; Is = $false }
        @{ Parameters = '"main.js" run --config <settings>'; Is = $false }, @{ Parameters = ''; Is = $false }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Parameters = $Parameters; Is = $Is } {
            param($Parameters, $Is)
            $settings = (GetMonitorPath web).Settings
            $text = $Parameters.Replace('<settings>', $settings).Replace('<SETTINGS>', $settings.ToUpperInvariant())
            Mock ReadServiceKey { if ($Name -eq 'web\Parameters') { @{ AppParameters = $text } } else { @{ Start = 2 } } }
            (GetServiceEntry web).IsMonitor | Should -BeExactly $Is
        }
    }
    It 'is controlled by its object, its name taken literally' {
        InModuleScope PsutilAgent {
            $did = [System.Collections.Generic.List[string]]::new()
            $service = [pscustomobject]@{ Status = 'Running' }
            $service | Add-Member -MemberType ScriptMethod -Name Start -Value { $did.Add('Start') }.GetNewClosure()
            $service | Add-Member -MemberType ScriptMethod -Name Stop -Value { $did.Add('Stop') }.GetNewClosure()
            # Linux has no Get-Service for Pester to take the place of.
            Set-Item -Path function:Get-Service -Value { [CmdletBinding()] param($Name) $did.Add("Get $Name $ErrorActionPreference"); $service }
            SendServiceControl -Name 'a[1]' -Control Stop
            SendServiceControl -Name web -Control Start
            GetServiceState web | Should -BeExactly 'Running'
            $did -join ', ' | Should -BeExactly 'Get a`[1`] SilentlyContinue, Stop, Get web SilentlyContinue, Start, Get web SilentlyContinue'
        }
    }
    It 'is looked for once, and asked for its state alone as long as it is there' {
        InModuleScope PsutilAgent {
            $did = [System.Collections.Generic.List[string]]::new()
            $service = [pscustomobject]@{ Status = 'StartPending'; Next = 'Running' }
            $service | Add-Member -MemberType ScriptMethod -Name Refresh -Value { $did.Add('Refresh'); if (-not $this.Next) { throw 'gone' }; $this.Status = $this.Next }.GetNewClosure()
            $there = @{ Is = $service }
            Set-Item -Path function:Get-Service -Value { [CmdletBinding()] param($Name) $did.Add("Get $Name"); $there.Is }
            $told = @(GetServiceState asked; GetServiceState Asked)
            $service.Next, $there.Is = '', $null
            $told += @("$(GetServiceState asked)"; "$(GetServiceState asked)")
            $there.Is = [pscustomobject]@{ Status = 'Stopped' }
            $told += GetServiceState asked
            $told -join ', ' | Should -BeExactly 'StartPending, Running, , , Stopped'
            $did -join ', ' | Should -BeExactly 'Get asked, Refresh, Refresh, Get asked, Get asked, Get asked'
        }
    }
    It 'that ended without a word is told from others by its exit code: <Code>' -ForEach @(
        @{ Code = '1067  (0x42b)'; Is = $true }, @{ Code = '0  (0x0)'; Is = $false }, @{ Code = '10670  (0x29ae)'; Is = $false }, @{ Code = ''; Is = $false }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Code = $Code; Is = $Is } {
            param($Code, $Is)
            Mock InvokeNative { [pscustomobject]@{ ExitCode = 0; ErrorOutput = ''; Output = "SERVICE_NAME: web`r`n        WIN32_EXIT_CODE    : $Code`r`n        SERVICE_EXIT_CODE  : 1067  (0x42b)`r`n" } }
            TestServiceAborted web | Should -BeExactly $Is
            Should -Invoke InvokeNative -Times 1 -Exactly -ParameterFilter { $FilePath -like '*sc.exe' -and "$ArgumentList" -eq 'query web' }
            Mock InvokeNative { throw 'no sc.exe' }
            TestServiceAborted web | Should -BeExactly $false
        }
    }
}

Describe 'A collector''s process' {
    It 'that <What> is it: <Is>' -ForEach @(
        @{ What = 'began when it says'; Called = 'node'; Late = 0; Is = $true }, @{ What = 'began two seconds later'; Called = 'node.exe'; Late = 2; Is = $true }
        @{ What = 'began three seconds later'; Called = 'node'; Late = 3; Is = $false }, @{ What = 'is no node'; Called = 'notepad'; Late = 0; Is = $false }
        @{ What = 'does not tell when it began'; Called = 'node'; Late = $null; Is = $true }, @{ What = 'is not there'; Called = ''; Is = $false }
        @{ What = 'said that it stopped'; Called = 'node'; Late = 0; State = 'stopped'; Is = $false }
    ) {
        if (-not $State) { $State = 'sampling' }
        InModuleScope PsutilAgent -Parameters @{ Called = $Called; Late = $Late; State = $State; Is = $Is } {
            param($Called, $Late, $State, $Is)
            $since = [datetime]::new(2026, 1, 2, 3, 4, 5, [System.DateTimeKind]::Utc)
            Mock Get-Process {
                if (-not $Called) { return }
                $process = [pscustomobject]@{ ProcessName = $Called }
                $at = $since.ToLocalTime().AddSeconds([double]$Late)
                $began = if ($null -ne $Late) { { $at } } else { { throw [System.ComponentModel.Win32Exception]::new('denied') } }
                $process | Add-Member -MemberType ScriptProperty -Name StartTime -Value $began.GetNewClosure() -PassThru
            }
            TestCollectorAlive ([pscustomobject]@{ pid = 4711; state = $State; since = $since.ToString('o') }) | Should -BeExactly $Is
            if ($State -ne 'stopped') { Should -Invoke Get-Process -Times 1 -Exactly -ParameterFilter { $Id -eq 4711 } }
        }
    }
}

Describe 'A stop' {
    BeforeEach {
        $did = [System.Collections.Generic.List[string]]::new()
        InModuleScope PsutilAgent -Parameters @{ Did = $did; Own = (Join-Path $TestDrive 'own-nssm.exe') } {
            param($Did, $Own)
            [System.IO.File]::WriteAllText($Own, '')
            $global:PsutilAgentDid = $Did
            $global:PsutilAgentOwn = $Own
        }
        Mock -ModuleName PsutilAgent EnterLock { $global:PsutilAgentDid.Add("enter $Name $Timeout $Id"); [System.Threading.Mutex]::new($true) }
        Mock -ModuleName PsutilAgent ExitLock { $global:PsutilAgentDid.Add('exit') }
        Mock -ModuleName PsutilAgent AssertNoLink { }
        Mock -ModuleName PsutilAgent GetServiceEntry { [pscustomobject]@{ IsMonitor = $true; ImagePath = """$global:PsutilAgentOwn"""; AppDirectory = 'programs'; Account = 'LocalSystem' } }
        Mock -ModuleName PsutilAgent GetServiceState { 'Running' }
        Mock -ModuleName PsutilAgent GetProgramPath { "path of $Program $Path" }
        Mock -ModuleName PsutilAgent StopCollector { $global:PsutilAgentDid.Add("stop $Name $Timeout") }
        Mock -ModuleName PsutilAgent RemoveService { $global:PsutilAgentDid.Add("service $Nssm $Name") }
        Mock -ModuleName PsutilAgent UnregisterEventSource { $global:PsutilAgentDid.Add('source') }
        Mock -ModuleName PsutilAgent RemoveMonitorData { $global:PsutilAgentDid.Add("data $All") }
        Mock -ModuleName PsutilAgent RemoveProgram { $global:PsutilAgentDid.Add("program $Folder") }
        function Stop-One { param($With = @{}) InModuleScope PsutilAgent -Parameters @{ With = $With } { param($With) StopMonitor -Entry ([pscustomobject]@{ Name = 'web' }) -Timeout 9 @With } }
    }
    AfterEach { Remove-Variable -Scope Global -Name PsutilAgentDid, PsutilAgentOwn }
    It 'does all in this order, under both locks, with the service''s own NSSM' {
        Stop-One
        $did -join '; ' | Should -BeExactly ("enter web 9 StopTimeout; stop web 9; enter  60 StopTimeout; service path of nssm $global:PsutilAgentOwn web; source; data False; program programs; exit; exit")
    }
    It 'takes the NSSM it is told, and deletes samples where it is told' {
        Stop-One @{ NssmPath = 'told'; RemoveData = $true }
        $did -join '; ' | Should -BeLike '*service path of nssm told web; source; data True;*'
    }
    It 'takes the module''s NSSM where the service''s own is gone' {
        [System.IO.File]::Delete($global:PsutilAgentOwn)
        Stop-One
        $did -join '; ' | Should -BeLike '*service path of nssm  web;*'
    }
    It 'that keeps the service needs no NSSM' {
        Stop-One @{ KeepService = $true }
        $did -join '; ' | Should -BeExactly 'enter web 9 StopTimeout; stop web 9; exit'
        Should -Invoke GetProgramPath -ModuleName PsutilAgent -Times 0 -Exactly
    }
    It 'leaves what another session <What> meanwhile' -ForEach @(@{ What = 'deleted'; Entry = $null }, @{ What = 'made something else of'; Entry = [pscustomobject]@{ IsMonitor = $false } }) {
        Mock -ModuleName PsutilAgent GetServiceEntry { $Entry }
        Stop-One
        $did -join '; ' | Should -BeExactly 'enter web 9 StopTimeout; exit'
    }
    It 'leaves both locks where it fails' {
        Mock -ModuleName PsutilAgent RemoveService { throw 'no' }
        { Stop-One } | Should -Throw 'no'
        $did[-2..-1] | Should -Be 'exit', 'exit'
    }
}

Describe 'A lock' -Skip:$onWindows {
    BeforeEach {
        $own = 'psutil-agent-test-' + [guid]::NewGuid().ToString('n')
        Mock -ModuleName PsutilAgent NewMutex { $global:PsutilAgentLock = $Name; [System.Threading.Mutex]::new($false, $own) }
        # Whether a session beside this one gets in.
        function Test-Free {
            $other = [powershell]::Create().AddScript('param($Name) $mutex = [System.Threading.Mutex]::new($false, $Name); $mutex.WaitOne(0); $mutex.Dispose()').AddArgument($own)
            $other.BeginInvoke() | ForEach-Object { $other.EndInvoke($_) }
            $other.Dispose()
        }
    }
    AfterEach { Remove-Variable -Scope Global -Name PsutilAgentLock }
    It 'of "<Name>" is <Lock>, held until it is left' -ForEach @(
        @{ Name = 'Web.1'; Lock = 'Global\PsutilAgent-web.1' }, @{ Name = 'a b'; Lock = 'Global\PsutilAgent-a_b-c8687a08aa5d' }, @{ Name = ''; Lock = 'Global\PsutilAgent' }
    ) {
        $held = InModuleScope PsutilAgent -Parameters @{ Name = $Name } { param($Name) EnterLock -Name $Name -Timeout 5 -Id StopTimeout }
        $global:PsutilAgentLock | Should -BeExactly $Lock
        Test-Free | Should -BeFalse
        InModuleScope PsutilAgent -Parameters @{ Held = $held } { param($Held) ExitLock $Held }
        Test-Free | Should -BeTrue
        { $held.WaitOne(0) } | Should -Throw -ErrorId ObjectDisposedException
    }
}

Describe 'Programs that no service runs any more' -Skip:$onWindows {
    BeforeEach {
        $programs = Join-Path (New-Folder) 'Programs'
        $folder = Join-Path $programs '1.0.0'
        $null = New-Item -ItemType Directory -Path (Join-Path $folder 'bin')
        [System.IO.File]::WriteAllText((Join-Path $folder 'SHA256SUMS'), 'list')
        Mock -ModuleName PsutilAgent GetProgramRoot { $programs }
        Mock -ModuleName PsutilAgent GetServiceName { 'one', 'two' }
        Mock -ModuleName PsutilAgent GetServiceEntry { [pscustomobject]@{ AppDirectory = ''; ImagePath = '' } }
        function Remove-Program { param($Folder = $folder) InModuleScope PsutilAgent -Parameters @{ Folder = $Folder } { param($Folder) RemoveProgram -Folder $Folder } }
    }
    It 'go, and their folder with the last version' {
        $null = New-Item -ItemType Directory -Path "$folder-other"
        Remove-Program
        Test-Path -Path $folder, "$folder-other" | Should -Be $false, $true
        Remove-Program "$folder-other"
        Test-Path -Path $programs | Should -BeFalse
    }
    It 'stay where <What>' -ForEach @(
        @{ What = 'the second service''s collector runs from there'; Entry = { [pscustomobject]@{ AppDirectory = $folder; ImagePath = '' } } }
        @{ What = 'the second service''s NSSM does'; Entry = { [pscustomobject]@{ AppDirectory = ''; ImagePath = """$folder\bin\nssm.exe""" } } }
    ) {
        Mock -ModuleName PsutilAgent GetServiceEntry $Entry -ParameterFilter { $Name -eq 'two' }
        Remove-Program
        [System.IO.File]::Exists((Join-Path $folder 'SHA256SUMS')) | Should -BeTrue
    }
    It 'go where a service runs from a folder whose name begins so' {
        Mock -ModuleName PsutilAgent GetServiceEntry { [pscustomobject]@{ AppDirectory = "$folder-b"; ImagePath = """$folder-b\bin\nssm.exe""" } }
        Remove-Program
        Test-Path -Path $folder | Should -BeFalse
    }
    It 'stay where they are not the module''s' {
        Remove-Program (Join-Path $folder 'bin')
        Test-Path -Path (Join-Path $folder 'bin') | Should -BeTrue
        { Remove-Program "$folder-none" } | Should -Not -Throw
    }
    It 'that cannot be deleted count as unfinished, and a warning says so' {
        Mock -ModuleName PsutilAgent WaitUntil { $false }
        InModuleScope PsutilAgent -Parameters @{ Folder = $folder } { param($Folder) RemoveProgram -Folder $Folder -WarningVariable warnings -WarningAction SilentlyContinue; "$warnings" } |
            Should -BeExactly "Not all of '$folder' could be deleted: another program holds a file in it, such as the Event Viewer. Delete it later."
        [System.IO.File]::Exists((Join-Path $folder 'SHA256SUMS')) | Should -BeFalse
    }
}
