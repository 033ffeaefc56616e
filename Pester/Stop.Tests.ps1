# Stop-PsutilMonitor and Get-PsutilMonitor on a Windows that is none.
BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'FakeWindows.psm1')
    Install-FakeWindows
    # As Get-Service gives them: objects whose text is no name.
    class FakeController { [string] $Name = 'cloudify-psutil'; [string] $ServiceName = 'cloudify-psutil' }
    $entry = @{ method = 'virtual_memory'; interval = 5 }
    $arrange = {
        . (Join-Path $PSScriptRoot 'FakeWindows.ps1')
        Start-PsutilMonitor -Configuration $entry @start -BrokerHostname h
        $folder = Join-Path $data 'cloudify-psutil'
        Clear-FakeCall
    }
}
AfterAll { $env:PSUTIL_AGENT_FAKE = $null }

Describe 'Stop-PsutilMonitor' {
    BeforeEach { . $arrange }
    It 'asks the collector, deletes the service, and leaves no file' {
        Stop-PsutilMonitor -Name cloudify-psutil | Should -BeNullOrEmpty
        (Get-FakeCall) -join '; ' | Should -Be 'asked | to stop; remove | cloudify-psutil | confirm'
        Test-Path -Path $data | Should -BeFalse
    }
    It 'deletes NSSM''s event source with the last service of this nssm.exe, and not before' {
        Start-PsutilMonitor -Configuration $entry -NodeId two @start
        Stop-PsutilMonitor -Name cloudify-psutil-two
        Read-FakeKey -Name EventLog\Application\NSSM | Should -Not -BeNullOrEmpty
        Stop-PsutilMonitor -Name cloudify-psutil
        Read-FakeKey -Name EventLog\Application\NSSM | Should -BeNullOrEmpty
    }
    It 'deletes this module''s event source with the last monitor, and not before' {
        Start-PsutilMonitor -Configuration $entry -NodeId two @start
        Stop-PsutilMonitor -Name cloudify-psutil-two
        $source = Read-FakeKey -Name EventLog\Application\PsutilAgent
        # What Event Viewer takes the text of ids 1 to 1000 from.
        $source['EventMessageFile'] | Should -BeLike '*EventCreate.exe'
        $source['TypesSupported'] | Should -Be 7
        Add-FakeService -Name spooler
        Stop-PsutilMonitor -Name cloudify-psutil
        Read-FakeKey -Name EventLog\Application\PsutilAgent | Should -BeNullOrEmpty
    }
    It 'leaves the event source of another nssm.exe' {
        Mock -ModuleName PsutilAgent ReadServiceKey {
            if ($Name -eq 'EventLog\Application\NSSM') { return @{ EventMessageFile = 'C:\tools\nssm.exe' } }
            Read-FakeKey -Name $Name
        }
        Mock -ModuleName PsutilAgent RemoveServiceKey { }
        Stop-PsutilMonitor -Name cloudify-psutil
        Should -Invoke RemoveServiceKey -ModuleName PsutilAgent -Times 0 -Exactly -ParameterFilter { $Name -like '*NSSM' }
    }
    It 'keeps unsent samples, and nothing else' {
        $null = New-Item -Path (Join-Path $folder 'spool') -ItemType Directory
        Set-Content -Path (Join-Path $folder 'spool/kept') -Value 'samples'
        Set-FakeOption @{ Spooled = 7 }
        Stop-PsutilMonitor -Name cloudify-psutil -WarningAction SilentlyContinue -WarningVariable warnings
        "$warnings" | Should -BeLike "7 samples were not sent and are kept in '*spool': a monitor 'cloudify-psutil' sends what is there once it is started again. Get-PsutilLeftover*"
        (Get-ChildItem -Path $folder | ForEach-Object { $_.Name }) -join ' ' | Should -Be 'spool'
        Test-Path -Path (Join-Path $folder 'spool/kept') | Should -BeTrue
    }
    It 'lets go of them with -RemoveData' {
        $null = New-Item -Path (Join-Path $folder 'spool') -ItemType Directory
        Set-FakeOption @{ Spooled = 7 }
        Stop-PsutilMonitor -Name cloudify-psutil -RemoveData -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        Test-Path -Path $data | Should -BeFalse
    }
    It 'only stops with -KeepService' {
        $monitor = Stop-PsutilMonitor -Name cloudify-psutil -KeepService -PassThru
        (Get-FakeCall) -join '; ' | Should -Be 'asked | to stop'
        $monitor.State, $monitor.CollectorState | Should -Be 'Stopped', 'stopped'
        Test-Path -Path (Join-Path $folder 'settings.json') | Should -BeTrue
    }
    It 'with -KeepService says what was not sent' {
        $null = New-Item -Path (Join-Path $folder 'spool') -ItemType Directory
        Set-FakeOption @{ Spooled = 1 }
        Stop-PsutilMonitor -Name cloudify-psutil -KeepService -WarningAction SilentlyContinue -WarningVariable warnings
        "$warnings" | Should -BeLike "1 sample was not sent and is kept in '*spool': a monitor 'cloudify-psutil' sends what is there once it is started again."
    }
    It 'stops the service where the collector does not answer' {
        Set-FakeOption @{ ObeysStop = $false }
        Stop-PsutilMonitor -Name cloudify-psutil -Timeout 1
        (Get-FakeCall) -join '; ' | Should -Be 'Stop | cloudify-psutil; remove | cloudify-psutil | confirm'
    }
    It 'stops a service that is stuck in Paused' {
        Set-FakeState -Name cloudify-psutil -State Paused
        Remove-Item -Path (Join-Path $folder 'status.json')
        Stop-PsutilMonitor -Name cloudify-psutil
        (Get-FakeCall) -join '; ' | Should -Be 'Stop | cloudify-psutil; remove | cloudify-psutil | confirm'
    }
    It 'deletes the service of a monitor that is stopped already' {
        Set-FakeState -Name cloudify-psutil -State Stopped
        Stop-PsutilMonitor -Name cloudify-psutil
        (Get-FakeCall) -join '; ' | Should -Be 'remove | cloudify-psutil | confirm'
    }
    It 'throws StopTimeout and removes nothing where the service does not stop, on a fake Windows' {
        Set-FakeOption @{ ObeysStop = $false }
        Mock -ModuleName PsutilAgent SendServiceControl { }
        Mock -ModuleName PsutilAgent WaitUntil { & $Condition }
        Stop-PsutilMonitor -Name cloudify-psutil -Timeout 1 -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'StopTimeout,Stop-PsutilMonitor'
        $faults[-1].CategoryInfo.Category | Should -Be 'OperationTimeout'
        Get-FakeCall | Should -BeNullOrEmpty
        Test-Path -Path (Join-Path $folder 'settings.json') | Should -BeTrue
    }
    It 'throws StopTimeout for a service that is stuck in StopPending, and asks no more of it, on a fake Windows' {
        Set-FakeState -Name cloudify-psutil -State StopPending
        Remove-Item -Path (Join-Path $folder 'status.json')
        Mock -ModuleName PsutilAgent WaitUntil { & $Condition }
        Stop-PsutilMonitor -Name cloudify-psutil -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'StopTimeout,Stop-PsutilMonitor'
        Get-FakeCall | Should -BeNullOrEmpty
    }
    It 'keeps everything where NSSM does not delete the service' {
        Set-FakeOption @{ FailAt = 'remove' }
        Stop-PsutilMonitor -Name cloudify-psutil -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'NssmFailed,Stop-PsutilMonitor'
        Test-Path -Path (Join-Path $folder 'settings.json') | Should -BeTrue
    }
    It 'says which name is no monitor, and goes on' {
        Add-FakeService -Name spooler
        Stop-PsutilMonitor -Name nobody, spooler, cloudify-psutil -ErrorAction SilentlyContinue -ErrorVariable faults
        ($faults | ForEach-Object { "$($_.FullyQualifiedErrorId) $($_.TargetObject) $($_.CategoryInfo.Category)" }) -join '; ' | Should -Be (
            'MonitorNotFound,Stop-PsutilMonitor nobody ObjectNotFound; MonitorNotFound,Stop-PsutilMonitor spooler ObjectNotFound')
        (Get-FakeServiceName) -join ' ' | Should -Be 'spooler'
    }
    It 'takes a pattern, which may match nothing' {
        Stop-PsutilMonitor -Name nobody* -ErrorVariable faults
        Stop-PsutilMonitor -Name cloud* -ErrorVariable +faults
        @($faults).Count | Should -Be 0
        @(Get-FakeServiceName).Count | Should -Be 0
    }
    It 'takes monitors from the pipeline' {
        Start-PsutilMonitor -Configuration $entry -NodeId b -NssmPath $nssm -BrokerHostname h -Timeout 2
        Get-PsutilMonitor | Stop-PsutilMonitor
        @(Get-FakeServiceName).Count | Should -Be 0
    }
    It 'takes <Kind> from the pipeline' -ForEach @(
        @{ Kind = 'names'; Make = { 'cloudify-psutil' } }, @{ Kind = 'a pattern'; Make = { 'cloud*' } }, @{ Kind = 'services'; Make = { [FakeController]::new() } }
    ) {
        (& $Make | Get-PsutilMonitor).Name | Should -Be 'cloudify-psutil'
        & $Make | Stop-PsutilMonitor
        @(Get-FakeServiceName).Count | Should -Be 0
    }
    It 'starts from its service what was kept' {
        Stop-PsutilMonitor -Name cloudify-psutil -KeepService
        [pscustomobject]@{ PSTypeName = 'System.ServiceProcess.ServiceController'; ServiceName = 'cloudify-psutil' } | Start-PsutilMonitor -NssmPath $nssm -Timeout 2
        Get-FakeState cloudify-psutil | Should -Be 'Running'
    }
    It 'throws ElevationRequired without administrator rights, on a fake Windows' {
        Mock -ModuleName PsutilAgent TestElevated { $false }
        Stop-PsutilMonitor -Name cloudify-psutil -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'ElevationRequired,Stop-PsutilMonitor'
        Get-FakeCall | Should -BeNullOrEmpty
    }
}

Describe 'Get-PsutilMonitor' {
    BeforeEach { . $arrange }
    It 'gives what the collector says, times as local time' {
        $monitor = Get-PsutilMonitor
        $monitor.Name, $monitor.State, $monitor.CollectorState, $monitor.ProcessId | Should -Be 'cloudify-psutil', 'Running', 'sampling', 4711
        $monitor.Taken, $monitor.Published, $monitor.Spooled, $monitor.Dropped, $monitor.Unroutable, $monitor.Skipped | Should -Be 12, 10, 0, 1, 0, 3
        $monitor.Since.ToUniversalTime() | Should -Be ([datetime]::Parse('2026-01-02T03:04:05Z').ToUniversalTime())
        $monitor.Since.Kind | Should -Be 'Local'
        $monitor.LastError | Should -BeNullOrEmpty
        $monitor.ConfigurationPath | Should -Be (Join-Path $folder 'settings.json')
        @($monitor.Entries).Count | Should -Be 2
        $monitor.Summary, $monitor.Version | Should -Be 'samples flow to h:5672; 1 dropped', '0.1.0'
    }
    It 'gives each entry as an object, with its last value, unit and age, or the fault it is in' {
        $first, $second = (Get-PsutilMonitor).Entries
        $first.Monitor, $first.Metric, $first.Value, $first.Unit, $first.Fault | Should -Be 'cloudify-psutil', 'm', 0.5, 'percent', $null
        $first.Time.ToUniversalTime() | Should -Be ([datetime]::Parse('2026-01-02T03:05:00Z').ToUniversalTime())
        $first.Age.TotalDays | Should -BeGreaterThan 0
        $second.Value, $second.Age | Should -BeNullOrEmpty
        $second.Fault | Should -Be 'D: is not ready'
    }
    It 'shows on 80 columns whether samples flow, and each entry in a line' {
        $monitor = Get-PsutilMonitor
        $monitor.Name = 'cloudify-psutil-web_server_abc12'
        $text = $monitor | Out-String -Width 80
        # The line is wrapped, not cut.
        $text -replace '\s+' | Should -BeLike '*cloudify-psutil-web_server_abc12Running10samplesflowtoh:5672;1dropped'
        # PowerShell breaks lines at words in the languages of which it knows that words have blanks between them.
        $culture = [System.Globalization.CultureInfo]::CurrentCulture
        try {
            [System.Globalization.CultureInfo]::CurrentCulture = 'en-US'
            $monitor.Summary = 'broker away since 14:49, 480 kept: nobody listens at 127.0.0.1:1: check broker.hostnames and broker.port'
            $words = ($monitor | Out-String -Width 80) -split '\s+'
            $monitor.Summary -split ' ' | Where-Object { $_ -notin $words } | Should -BeNullOrEmpty
        }
        finally {
            [System.Globalization.CultureInfo]::CurrentCulture = $culture
        }
        $entries = $monitor.Entries | Out-String -Width 80
        $entries | Should -Match '(?m)^\d+ d +m +0[.,]5 percent'
        $entries | Should -Match '(?m)^ +d +D: is not ready'
    }
    It 'looks into no service that it was not asked for' {
        Start-PsutilMonitor -Configuration $entry -NodeId two @start
        Mock -ModuleName PsutilAgent GetServiceEntry { [pscustomobject]@{ Name = $Name; IsMonitor = $true; StartupType = 'Automatic' } }
        (Get-PsutilMonitor -Name *two, CLOUDIFY-PSUTIL-TWO).Name | Should -Be 'cloudify-psutil-two'
        Should -Invoke -ModuleName PsutilAgent GetServiceEntry -Times 1 -Exactly
        Get-PsutilMonitor -Name two -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeNullOrEmpty
        $faults[0].FullyQualifiedErrorId | Should -Be 'MonitorNotFound,Get-PsutilMonitor'
        Should -Invoke -ModuleName PsutilAgent GetServiceEntry -Times 1 -Exactly
    }
    It 'does not take a dead collector''s word' {
        Mock -ModuleName PsutilAgent TestCollectorAlive { $false }
        $monitor = Get-PsutilMonitor
        $monitor.CollectorState, $monitor.Connected | Should -Be 'exited', $false
        $monitor.Summary | Should -Be 'the collector is gone; it last said: samples flow to h:5672; 1 dropped'
        $monitor.ProcessId, $monitor.Since | Should -BeNullOrEmpty
        $monitor.Taken | Should -Be 12
    }
    It 'gives nothing, not zero, where the collector never said anything' {
        Remove-Item -Path (Join-Path $folder 'status.json')
        $monitor = Get-PsutilMonitor
        foreach ($name in 'Summary', 'CollectorState', 'ProcessId', 'Since', 'Connected', 'Taken', 'Published', 'Spooled', 'LastPublished', 'LastError') {
            $null -eq $monitor.$name | Should -BeTrue -Because $name
        }
        $monitor.State | Should -Be 'Running'
    }
    It 'shows the last error as an object' {
        Set-FakeOption @{ Collector = 'refused' }
        Stop-PsutilMonitor -Name * -KeepService
        Send-FakeControl -Name cloudify-psutil -Control Start
        $monitor = Get-PsutilMonitor
        $monitor.LastError.Code, $monitor.LastError.Message | Should -Be 'PSA_BROKER_REFUSED', 'the broker said no'
        $monitor.Connected | Should -BeFalse
    }
    It 'leaves other services out' {
        Add-FakeService -Name spooler
        @(Get-PsutilMonitor).Count | Should -Be 1
    }
    It 'writes MonitorNotFound for a name, nothing for a pattern' {
        Get-PsutilMonitor -Name nobody -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'MonitorNotFound,Get-PsutilMonitor'
        Get-PsutilMonitor -Name nobody* | Should -BeNullOrEmpty
    }
    It 'warns without administrator rights, on a fake Windows' {
        Mock -ModuleName PsutilAgent TestElevated { $false }
        $null = Get-PsutilMonitor -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*administrator*'
    }
    It 'has its names completed, quoted where they need it' {
        Start-PsutilMonitor -Configuration $entry -Name 'my monitor' -NssmPath $nssm -BrokerHostname h -Timeout 2
        foreach ($line in 'Get-PsutilMonitor -Name m', 'Stop-PsutilMonitor m') {
            $found = [System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches
            $found[0].CompletionText | Should -Be "'my monitor'"
        }
    }
}

Describe 'Test-PsutilMonitor' {
    BeforeEach { . $arrange }
    It 'gives the findings of the service, then the collector''s own' {
        $found = @('cloudify-psutil' | Test-PsutilMonitor)
        $found[0].Monitor, $found[0].Check, $found[0].Result | Should -Be 'cloudify-psutil', 'service', 'Ok'
        $found[0].Message | Should -Be 'The service runs, as LocalSystem.'
        @($found | Where-Object Check -EQ 'settings')[0].Message | Should -BeLike '*settings.json: valid, one entry'
        @(Get-PsutilMonitor | Test-PsutilMonitor).Count | Should -Be $found.Count
    }
    It 'says what to do where the service is <State>' -ForEach @(
        @{ State = 'Stopped'; Says = 'The service is stopped: Restart-PsutilMonitor cloudify-psutil starts it.*'; Result = 'Fault' }
        @{ State = 'Paused'; Says = '*ended again and again*psutil.log and ''*service.log''*'; Result = 'Fault' }
        @{ State = 'StopPending'; Says = '*on its way (state ''StopPending'')*'; Result = 'Warning' }
    ) {
        Set-FakeState -Name cloudify-psutil -State $State
        $found = @(Test-PsutilMonitor -Name cloudify-psutil | Where-Object Check -EQ 'service')
        $found[0].Result | Should -Be $Result
        $found[0].Message | Should -BeLike $Says
    }
    It 'misses a program that is gone, and a start with Windows' {
        Mock -ModuleName PsutilAgent ReadFinding { }
        Mock -ModuleName PsutilAgent GetServiceEntry { [pscustomobject]@{ Name = $Name; IsMonitor = $true; StartupType = 'Manual'; Account = 'LocalSystem'; ImagePath = '"C:\gone\nssm.exe"'; AppDirectory = $data } }
        $found = @(Test-PsutilMonitor -Name cloudify-psutil)
        $found.Result | Should -Be 'Ok', 'Warning', 'Fault'
        $found[1].Message | Should -BeLike '*does not start the service by itself (Manual)*'
        $found[2].Message | Should -BeLike "'C:\gone\nssm.exe', which the service runs from, is gone*"
    }
    It 'writes MonitorNotFound for a name that is none' {
        Test-PsutilMonitor -Name nobody -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'MonitorNotFound,Test-PsutilMonitor'
    }
}
