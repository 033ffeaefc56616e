# A running collector takes changed entries over: when, how it is asked, and what is said where it does not. Nothing is started here.
BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
}

Describe 'A change' {
    It 'from <Previous> to <Settings> is one of entries alone: <Is>' -ForEach @(
        @{ Previous = '{"a":1,"psutil_config":[1]}'; Settings = '{"a":1,"psutil_config":[2]}'; Is = $true }, @{ Previous = '{"a":1,"psutil_config":[1]}'; Settings = '{"a":2,"psutil_config":[1]}'; Is = $false }
        @{ Previous = '{"a":"x"}'; Settings = '{"a":"X"}'; Is = $false }, @{ Previous = ''; Settings = '{}'; Is = $false }, @{ Previous = '{'; Settings = '{}'; Is = $false }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Previous = $Previous; Settings = $Settings; Is = $Is } { param($Previous, $Settings, $Is) TestEntryChange -Settings $Settings -Previous $Previous | Should -BeExactly $Is }
    }
    It 'of entries alone is handed to a collector that runs: <What>' -ForEach @(
        @{ What = 'entries'; Previous = '{"log":{"path":"/l"},"psutil_config":[2]}'; Action = 'Update running monitor'; IsReload = $true }
        @{ What = 'by force it is made anew'; Previous = '{"log":{"path":"/l"},"psutil_config":[2]}'; With = @{ Force = $true }; Action = 'Update and restart monitor' }
        @{ What = 'and more'; Previous = '{"log":{"path":"/m"},"psutil_config":[2]}'; Action = 'Update and restart monitor' }
        @{ What = 'and how it starts'; Previous = '{"log":{"path":"/l"},"psutil_config":[2]}'; With = @{ StartupType = 'Manual' }; Action = 'Update and restart monitor' }
        @{ What = 'nothing'; Previous = '{"log":{"path":"/l"},"psutil_config":[1]}'; Action = '' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Kept = $Previous; With = $With; Action = $Action; IsReload = [bool]$IsReload } {
            param($Kept, $With, $Action, $IsReload)
            if (-not $With) { $With = @{} }
            Mock GetServiceEntry { [pscustomobject]@{ IsMonitor = $true; StartupType = 'Automatic'; Account = 'LocalSystem' } }
            Mock GetServiceState { 'Running' }
            Mock TestCollectorAlive { $true }
            Mock ReadText { $Kept }
            Mock NewProgramPlan { [pscustomobject]@{ Nssm = 'n'; Node = 'o'; Folder = 'f'; Collector = 'c' } }
            Mock ReadServiceSetting { NewServiceSetting -Name web -Path (GetMonitorPath web) -Program (NewProgramPlan) -StartupType Automatic }
            $plan = NewMonitorPlan -Name web -Settings ([ordered]@{ log = [ordered]@{ path = '/l' }; psutil_config = @(1) }) @With
            "$($plan.Action) $($plan.IsReload)" | Should -BeExactly "$Action $IsReload"
        }
    }
    It 'of the priority <Priority> is the class <Class> of Windows' -ForEach @(
        @{ Priority = 'realtime'; Class = 256 }, @{ Priority = 'high'; Class = 128 }, @{ Priority = 'above_normal'; Class = 32768 }, @{ Priority = 'normal'; Class = 32 }
        @{ Priority = 'below_normal'; Class = 16384 }, @{ Priority = 'idle'; Class = 64 }, @{ Priority = ''; Class = 32 }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Priority = $Priority; Class = $Class } {
            param($Priority, $Class)
            $program = [pscustomobject]@{ Nssm = 'n'; Node = 'o'; Folder = 'f'; Collector = 'c' }
            (NewServiceSetting -Name web -Path (GetMonitorPath web) -Program $program -StartupType Manual -Priority $Priority)['Values']['AppPriority'] | Should -BeExactly $Class
        }
    }
}

Describe 'A running collector' {
    BeforeEach {
        $folder = [System.IO.Directory]::CreateDirectory((Join-Path $TestDrive ([guid]::NewGuid().ToString('n')))).FullName
        $plan = [pscustomobject]@{ Name = 'web'; LogPath = 'l'; Path = [pscustomobject]@{ Data = $folder; Reload = "$folder/reload"; Status = "$folder/status.json"; ServiceLog = 's' } }
        Mock -ModuleName PsutilAgent WriteSettings { if ([System.IO.File]::Exists("$folder/reload")) { throw 'asked before the settings were there' } }
        Mock -ModuleName PsutilAgent GetServiceState { 'Running' }
        Mock -ModuleName PsutilAgent GetLogTail { 'TAIL' }
        Mock -ModuleName PsutilAgent WaitUntil { & $Condition }
        function Update-It { InModuleScope PsutilAgent -Parameters @{ Plan = $plan } { param($Plan) UpdateCollector -Plan $Plan -Undo ([System.Collections.Generic.Stack[psobject]]::new()) -Timeout 4 } }
    }
    It 'that answers <Answer> is <Outcome>' -ForEach @(
        @{ Answer = '{"request":"<own>","kept":1,"added":2,"removed":0}'; Outcome = 'was updated while it ran (entries kept: 1, begun: 2, ended: 0)' }
        @{ Answer = '{"request":"<own>","refused":"too much"}'; Outcome = "ConfigInvalid web The running monitor 'web' did not take the settings over, and goes on as it was: too much" }
        @{ Answer = '{"request":"another"}'; Outcome = "StartTimeout web The monitor 'web' was not started: the running collector did not answer within 4 s, and goes on as it was. Give it more time with -Timeout, or make it anew with -Force.`nTAIL" }
        @{ Answer = 'null'; Outcome = "StartTimeout web The monitor 'web' was not started: the running collector did not answer within 4 s, and goes on as it was. Give it more time with -Timeout, or make it anew with -Force.`nTAIL" }
    ) {
        Mock -ModuleName PsutilAgent ReadStatus {
            $own = [System.IO.File]::ReadAllText("$folder/reload")
            $own | Should -MatchExactly '^[0-9a-f]{32}$'
            ConvertFrom-Json -InputObject ('{"reload":' + $Answer.Replace('<own>', $own) + '}')
        }
        $record = $null
        $told = try { Update-It } catch { $record = $_; "$($record.FullyQualifiedErrorId) $($record.TargetObject) $record" }
        $told | Should -BeExactly $Outcome
        ($null -eq $record) | Should -Be ($Outcome -like 'was updated*')
        [System.IO.Directory]::GetFileSystemEntries($folder) | Should -BeNullOrEmpty
        Should -Invoke WriteSettings -ModuleName PsutilAgent -Times 1 -Exactly
        Should -Invoke WaitUntil -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $Timeout -eq 4 }
    }
    It 'that ended, its service being "<State>", is told, and an old request is not left' -ForEach @(@{ State = 'Stopped' }, @{ State = 'Paused' }, @{ State = '' }) {
        [System.IO.File]::WriteAllText("$folder/reload", 'old')
        Mock -ModuleName PsutilAgent WriteSettings { }
        Mock -ModuleName PsutilAgent GetServiceState { $State }
        { Update-It } | Should -Throw -ErrorId CollectorExited -ExpectedMessage "The monitor 'web' was not started: the collector ended while it took the settings over.*TAIL"
        [System.IO.Directory]::GetFileSystemEntries($folder) | Should -BeNullOrEmpty
    }
}

Describe 'Settings for this host' {
    BeforeEach {
        $file = Join-Path $TestDrive "$([guid]::NewGuid().ToString('n')).yaml"
        Mock -ModuleName PsutilAgent InvokeCollector { $global:PsutilAgentAsked = "$($ArgumentList -join '|') $NodePath $TargetObject"; [pscustomobject]@{ text = "text`n" } }
    }
    AfterEach { Remove-Variable -Scope Global -Name PsutilAgentAsked -ErrorAction Ignore }
    It 'are asked for with what was given, and written' {
        (New-PsutilConfiguration -Path $file).FullName | Should -BeExactly $file
        $global:PsutilAgentAsked | Should -BeExactly "init  $file"
        [System.IO.File]::ReadAllText($file) | Should -BeExactly "text`n"
        (New-PsutilConfiguration -Path $file -Force -Verbose 4>&1 | Out-String) | Should -BeLike '*"Write settings for this host" on target*'
        $null = New-PsutilConfiguration -Path $file -BrokerHostname h -ServiceName a, b -NodePath n -Force
        $global:PsutilAgentAsked | Should -BeExactly "init|--broker=h|--services=a,b n $file"
    }
    It 'are not written over without -Force, nor with -WhatIf, nor where they cannot be' {
        [System.IO.File]::WriteAllText($file, 'kept')
        $fault = { New-PsutilConfiguration -Path $file } | Should -Throw -PassThru -ErrorId 'DataNotWritable,New-PsutilConfiguration'
        "$($fault.TargetObject) $fault" | Should -BeExactly "$file The file '$file' is there already. Give another -Path, or -Force to write over it."
        New-PsutilConfiguration -Path $file -Force -WhatIf | Should -BeNullOrEmpty
        [System.IO.File]::ReadAllText($file) | Should -BeExactly 'kept'
        Should -Invoke InvokeCollector -ModuleName PsutilAgent -Times 0 -Exactly
        $none = Join-Path $TestDrive 'none/x.yaml'
        { New-PsutilConfiguration -Path $none } | Should -Throw -ErrorId 'DataNotWritable,New-PsutilConfiguration' -ExpectedMessage "The file '$none' cannot be written (*). Check that its folder is there and may be written to."
    }
}
