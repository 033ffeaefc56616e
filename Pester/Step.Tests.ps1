# The steps of a start and a stop, each with what it calls and with what, and what lies below them: files, JSON, completion.
# Nothing is started here.
BeforeDiscovery {
    $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
}

BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
    function New-Folder {
        $path = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
        [System.IO.Directory]::CreateDirectory($path).FullName
    }
    # What the mocks were called with, in order.
    $did = [System.Collections.Generic.List[string]]::new()
}

Describe 'A file' {
    It 'is read from an offset, and whole where it is shorter' {
        $file = Join-Path (New-Folder) 'log'
        [System.IO.File]::WriteAllText($file, "z$([char]0xEB)")
        $found = InModuleScope PsutilAgent -Parameters @{ File = $file } {
            param($File)
            foreach ($offset in 0, 1, 3, 4) { ReadText -Path $File -Offset $offset }
            ReadText -Path "$File-none"
            ReadText -Path ([System.IO.Path]::GetDirectoryName($File))
        }
        $found | Should -BeExactly "z$([char]0xEB)", "$([char]0xEB)", '', "z$([char]0xEB)", '', ''
    }
    It 'that another program holds is read where it shares, and is empty where not' {
        $file = Join-Path (New-Folder) 'log'
        [System.IO.File]::WriteAllText($file, 'text')
        foreach ($share in @('ReadWrite, Delete', 'text'), @('None', '')) {
            $held = [System.IO.FileStream]::new($file, 'Open', 'ReadWrite', $share[0])
            try { InModuleScope PsutilAgent -Parameters @{ File = $file } { param($File) ReadText -Path $File } | Should -BeExactly $share[1] } finally { $held.Dispose() }
        }
    }
    It 'is written anew, in UTF-8 without a BOM, and not through a link' -Skip:$onWindows {
        $folder = New-Folder
        $target = Join-Path $folder 'target'
        $file = Join-Path $folder 'file'
        [System.IO.File]::WriteAllText($target, 'precious')
        [void][System.IO.File]::CreateSymbolicLink($file, $target)
        InModuleScope PsutilAgent -Parameters @{ File = $file } { param($File) WriteText -Path $File -Text "a$([char]0xEB)" }
        [System.IO.File]::ReadAllBytes($file) | Should -Be 0x61, 0xC3, 0xAB
        [System.IO.File]::ReadAllText($target) | Should -Be 'precious'
    }
    It 'of a folder is deleted but for the names to keep; a link goes, not what it leads to' -Skip:$onWindows {
        $victim = New-Folder
        [System.IO.File]::WriteAllText((Join-Path $victim 'precious'), '')
        $folder = New-Folder
        foreach ($name in 'one', 'two', 'three') { [System.IO.File]::WriteAllText((Join-Path $folder $name), '') }
        [void][System.IO.Directory]::CreateDirectory((Join-Path $folder 'deep/deeper'))
        [void][System.IO.Directory]::CreateSymbolicLink((Join-Path $folder 'link'), $victim)
        InModuleScope PsutilAgent -Parameters @{ Folder = $folder; Victim = $victim } {
            param($Folder, $Victim)
            RemoveContent -Path $Folder -Keep one, two | Should -BeExactly $true
            @([System.IO.Directory]::GetFileSystemEntries($Folder) | ForEach-Object { [System.IO.Path]::GetFileName($_) } | Sort-Object) | Should -Be 'one', 'two'
            RemoveEmptyFolder -Path $Folder
            RemoveContent -Path $Folder | Should -BeExactly $true
            [System.IO.Directory]::GetFileSystemEntries($Folder) | Should -BeNullOrEmpty
            RemoveEmptyFolder -Path $Folder
            [System.IO.Directory]::Exists($Folder) | Should -BeFalse
            RemoveContent -Path $Folder | Should -BeExactly $true
            { RemoveEmptyFolder -Path $Folder } | Should -Not -Throw
            [void][System.IO.Directory]::CreateSymbolicLink($Folder, $Victim)
            RemoveContent -Path $Folder | Should -BeExactly $false
            RemoveEmptyFolder -Path $Folder
            [System.IO.Directory]::Exists($Folder) | Should -BeTrue
            [System.IO.File]::Exists([System.IO.Path]::Combine($Victim, 'precious')) | Should -BeTrue
        }
    }
    It 'that shows what is private is gone when that was seen' {
        $folder = New-Folder
        InModuleScope PsutilAgent -Parameters @{ Folder = $folder } {
            param($Folder)
            Mock NewProtectedDirectory { [void][System.IO.Directory]::CreateDirectory($Directory.FullName) }
            Mock GetDescriptor { "$($Item.GetType().Name) $($Item.Name)" }
            $found = GetPrivateDescriptor $Folder
            $found.Folder | Should -BeLike 'DirectoryInfo .psutil-agent-*'
            $found.InnerFile, $found.InnerFolder | Should -Be 'FileInfo file', 'DirectoryInfo folder'
            [System.IO.Directory]::GetFileSystemEntries($Folder) | Should -BeNullOrEmpty
        }
    }
    It 'of a folder is looked at, at any depth' {
        $folder = New-Folder
        foreach ($name in 'a', 'a/b') { [void][System.IO.Directory]::CreateDirectory((Join-Path $folder $name)) }
        foreach ($name in 'one', 'a/two', 'a/b/three') { [System.IO.File]::WriteAllText((Join-Path $folder $name), '') }
        InModuleScope PsutilAgent -Parameters @{ Folder = $folder } {
            param($Folder)
            Mock GetPrivateDescriptor { [pscustomobject]@{ InnerFile = 'as a file'; InnerFolder = 'as a folder' } }
            Mock GetPrivacyFault { $global:PsutilAgentSeen += "$($Item.Name) $Expected; " }
            $global:PsutilAgentSeen = ''
            AssertPrivateContent -Path $Folder
            ($global:PsutilAgentSeen -split '; ' | Sort-Object) -join '; ' | Should -BeExactly '; a as a folder; b as a folder; one as a file; three as a file; two as a file'
            Remove-Variable -Scope Global -Name PsutilAgentSeen
        }
    }
}

Describe 'Values' {
    It 'as JSON: <Name>' -ForEach @(
        @{ Name = 'a single'; Value = { [single]0.5 }; Json = '0.5' }, @{ Name = 'a decimal'; Value = { [decimal]1.50 }; Json = '1.5*' }
        @{ Name = 'no number'; Value = { [double]::NaN }; Json = '"NaN"' }, @{ Name = 'a character'; Value = { [char]'x' }; Json = '"x"' }
        @{ Name = 'a time'; Value = { [datetime]::new(2026, 1, 2, 3, 4, 5, [System.DateTimeKind]::Utc) }; Json = '"2026-01-02T03:04:05.0000000Z"' }
        @{ Name = 'false'; Value = { $false }; Json = 'false' }, @{ Name = 'an enumeration'; Value = { [System.DayOfWeek]::Monday }; Json = '"Monday"' }
        @{ Name = 'a list of null and text'; Value = { , @($null, '') }; Json = '`[null,""`]' }, @{ Name = 'the ends of ASCII'; Value = { " ~$([char]0x7F)$([char]0x1F)" }; Json = '" ~\u007f\u001f"' }
        @{ Name = 'an empty map'; Value = { @{} }; Json = '{}' }, @{ Name = 'a list of maps'; Value = { , @(@{ a = 1 }, @{ b = 2 }) }; Json = '`[{"a":1},{"b":2}`]' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Value = $Value; Json = $Json } { param($Value, $Json) ConvertToJsonText (& $Value) | Should -BeLikeExactly $Json }
    }
    It 'are found, and set, deep in maps and objects' {
        InModuleScope PsutilAgent {
            $object = [pscustomobject]@{ a = [pscustomobject]@{ b = @(1) }; n = $null }
            GetMember $object a, b | Should -Be 1
            (GetValue $object.a b).GetType().IsArray | Should -BeTrue
            GetMember $object a, c | Should -BeNullOrEmpty
            GetMember $object n, x | Should -BeNullOrEmpty
            GetValue $null x | Should -BeNullOrEmpty
            GetValue @{ x = $null } x | Should -BeNullOrEmpty
            (GetValue @{ x = @(5) } x).Count | Should -Be 1
            $map = [ordered]@{ a = 'text'; k = [ordered]@{ kept = 1 } }
            SetMember $map a, b, c 5
            SetMember $map k, more $null
            SetMember $map top @()
            ConvertToJsonText $map | Should -BeExactly '{"a":{"b":{"c":5}},"k":{"kept":1,"more":null},"top":[]}'
        }
    }
    It 'that are times come as local time, none as none' {
        InModuleScope PsutilAgent {
            $null -eq (ConvertToTime $null) | Should -BeTrue
            $utc = [datetime]::new(2026, 1, 2, 3, 4, 5, [System.DateTimeKind]::Utc)
            foreach ($value in $utc, '2026-01-02T03:04:05.000Z') {
                (ConvertToTime $value).Kind | Should -Be 'Local'
                (ConvertToTime $value).ToUniversalTime() | Should -Be $utc
            }
        }
    }
    It 'name a monitor: the name, else the node, else neither' {
        InModuleScope PsutilAgent {
            $document = @{ node = @{ node_id = 'own id' } }
            GetMonitorName -Document $document -Name n -NodeId i | Should -BeExactly 'n'
            GetMonitorName -Document $document -NodeId i | Should -BeExactly 'cloudify-psutil-i'
            GetMonitorName -Document $document | Should -BeLikeExactly 'cloudify-psutil-own_id-*'
            GetMonitorName -Document @{} | Should -BeExactly 'cloudify-psutil'
        }
    }
}

Describe 'Monitors' {
    BeforeEach {
        Mock -ModuleName PsutilAgent GetServiceName { 'c', 'a', 'b', 'other', 'a[1]' }
        Mock -ModuleName PsutilAgent GetServiceEntry { [pscustomobject]@{ Name = $Name; IsMonitor = $Name -ne 'other' } }
        function Find-Monitor {
            [CmdletBinding()] param([string[]] $Name)
            InModuleScope PsutilAgent -Parameters @{ Name = $Name; Caller = $PSCmdlet } { param($Name, $Caller) (GetMonitor -Name $Name -Caller $Caller | ForEach-Object { $_.Name }) -join ' ' }
        }
    }
    It 'of <Name> are "<Found>", and no monitors are "<Missing>"' -ForEach @(
        @{ Name = @('*'); Found = 'a a`[1`] b c'; Missing = '' }, @{ Name = @('b', 'a'); Found = 'a b'; Missing = '' }, @{ Name = @('A'); Found = 'a'; Missing = '' }
        @{ Name = @('none', 'b', 'other'); Found = 'b'; Missing = 'none other' }, @{ Name = @('x*', '?'); Found = 'a b c'; Missing = '' }
        @{ Name = @('a[1]'); Found = 'a`[1`]'; Missing = '' }
    ) {
        Find-Monitor -Name $Name -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeLikeExactly $Found
        ($faults | ForEach-Object { $_.TargetObject }) -join ' ' | Should -BeExactly $Missing
        foreach ($fault in $faults) { "$fault" | Should -BeExactly "There is no monitor named '$($fault.TargetObject)'. Get-PsutilMonitor lists those there are." }
    }
    It 'are completed by their beginning, quoted where they need it, others not' {
        Mock -ModuleName PsutilAgent TestWindows { $true }
        Mock -ModuleName PsutilAgent GetServiceName { 'web', "o'neill", 'other', 'web server', 'w-1.x_y' }
        $found = InModuleScope PsutilAgent { foreach ($word in 'w', '''o', '"web s', '') { (CompleteMonitor $word | ForEach-Object { "$($_.CompletionText)=$($_.ListItemText)" }) -join ' ' } }
        $found | Should -BeExactly "web=web 'web server'=web server w-1.x_y=w-1.x_y", "'o''neill'=o'neill", "'web server'=web server",
        "web=web 'o''neill'=o'neill 'web server'=web server w-1.x_y=w-1.x_y"
        Mock -ModuleName PsutilAgent TestWindows { $false }
        InModuleScope PsutilAgent { CompleteMonitor '' } | Should -BeNullOrEmpty
    }
}

Describe 'The catalog' {
    BeforeEach {
        Mock -ModuleName PsutilAgent GetCatalog {
            foreach ($name in 'cpu_a', 'cpu_b', 'mem') { [pscustomobject]@{ Name = $name; Meaning = "meaning of $name"; Fields = @([pscustomobject]@{ name = "$name.x"; meaning = 'x' }, [pscustomobject]@{ name = 'y'; meaning = 'the y' }) } }
        }
    }
    It 'gives methods by names and patterns, and tells which are none' {
        $found = Get-PsutilMethod -Name mem, none, cpu_*, x* -ErrorAction SilentlyContinue -ErrorVariable faults
        ($found | ForEach-Object { $_.Name }) -join ' ' | Should -BeExactly 'mem cpu_a cpu_b'
        @($faults).Count | Should -Be 1
        "$($faults[0].FullyQualifiedErrorId) $($faults[0].TargetObject) $($faults[0])" | Should -BeExactly (
            "MethodNotFound,Get-PsutilMethod none There is no method 'none'. Get-PsutilMethod lists those there are.")
        @(Get-PsutilMethod).Count | Should -Be 3
    }
    It 'completes methods and the fields of a method, with what they mean' {
        InModuleScope PsutilAgent {
            (CompleteMethod cpu | ForEach-Object { "$($_.CompletionText) $($_.ListItemText) $($_.ResultType) $($_.ToolTip)" }) -join ';' |
                Should -BeExactly 'cpu_a cpu_a ParameterValue meaning of cpu_a;cpu_b cpu_b ParameterValue meaning of cpu_b'
            (CompleteField '' cpu_b | ForEach-Object { "$($_.CompletionText) $($_.ListItemText) $($_.ResultType) $($_.ToolTip)" }) -join ';' |
                Should -BeExactly 'cpu_b.x cpu_b.x ParameterValue x;y y ParameterValue the y'
            (CompleteField y mem | ForEach-Object { $_.CompletionText }) -join ';' | Should -BeExactly 'y'
            CompleteField y none | Should -BeNullOrEmpty
        }
    }
}

Describe 'A reading' {
    It 'is asked for with <With>: <Words>' -ForEach @(
        @{ With = @{}; Words = 'sample m --json --time' }
        @{ With = @{ Count = 2; Interval = 0.5; ResultArgument = 'f' }; Words = 'sample m --result-argument f --count 2 --interval 0.5 --json --time' }
        @{ With = @{ Count = 1; Interval = 7 }; Words = 'sample m --json --time' }
        @{ With = @{ Argument = [ordered]@{ a = 'x y'; b = $true; c = 1.5; d = @('p', 'q') } }; Words = 'sample m a=x y b=true c=1.5 d=["p","q"] --json --time' }
    ) {
        Mock -ModuleName PsutilAgent GetCollectorPath { 'main.js' }
        Mock -ModuleName PsutilAgent GetProgramPath { "node at $Path" }
        Mock -ModuleName PsutilAgent ReadNativeLine { $did.Add("$FilePath $ArgumentList"); '{"method":"m","args":{"a":1},"result":[5],"time":"2026-01-02T03:04:05.000Z"}' }
        $did.Clear()
        $sample = Get-PsutilSample -Method m -NodePath here @With
        $did -join '' | Should -BeExactly "node at here main.js $Words"
        "$($sample.Method) $($sample.Arguments.a) $($sample.Result)" | Should -BeExactly 'm 1 5'
    }
    It 'that fails after others throws what the collector says' {
        Mock -ModuleName PsutilAgent ReadNativeLine { '{"method":"m","result":1,"time":"2026-01-02T03:04:05.000Z"}'; '{"error":{"code":"PSA_UNAVAILABLE","message":"It is gone."}}' }
        $seen = [System.Collections.Generic.List[object]]::new()
        { Get-PsutilSample -Method m | ForEach-Object { $seen.Add($_) } } | Should -Throw -ErrorId 'SampleUnavailable,Get-PsutilSample' -ExpectedMessage 'It is gone. (PSA_UNAVAILABLE)'
        $seen.Count | Should -Be 1
    }
}

Describe 'A collector is stopped' {
    BeforeEach {
        $did.Clear()
        $folder = New-Folder
        Mock -ModuleName PsutilAgent GetMonitorPath { [pscustomobject]@{ Status = "$folder/status.json"; Stop = "$folder/stop" } }
        Mock -ModuleName PsutilAgent TestCollectorAlive { $true }
        Mock -ModuleName PsutilAgent SendServiceControl { $did.Add("$Control $Name") }
        Mock -ModuleName PsutilAgent WaitUntil { $did.Add("wait $Timeout"); & $Condition }
        function Stop-It { InModuleScope PsutilAgent { StopCollector -Name web -Timeout 9 } }
    }
    It 'not where its service is <State>' -ForEach @(@{ State = 'Stopped' }, @{ State = '' }) {
        Mock -ModuleName PsutilAgent GetServiceState { $State }
        Stop-It
        $did.Count | Should -Be 0
    }
    It 'by its stop file, which is taken away after' {
        Mock -ModuleName PsutilAgent GetServiceState { if ([System.IO.File]::Exists("$folder/stop")) { 'Stopped' } else { 'Running' } }
        Stop-It
        $did -join '; ' | Should -BeExactly 'wait 9'
        [System.IO.File]::Exists("$folder/stop") | Should -BeFalse
    }
    It 'by the service manager where it does not heed that' {
        $asked = @{ Stopped = $false }
        Mock -ModuleName PsutilAgent GetServiceState { if ($asked.Stopped) { 'Stopped' } else { 'Running' } }
        Mock -ModuleName PsutilAgent SendServiceControl { $did.Add("$Control $Name"); $asked.Stopped = $true }
        Stop-It
        $did -join '; ' | Should -BeExactly 'wait 9; wait 30; Stop web; wait 30'
        [System.IO.File]::Exists("$folder/stop") | Should -BeFalse
    }
    It 'by the service manager at once where it is dead' {
        Mock -ModuleName PsutilAgent TestCollectorAlive { $false }
        Mock -ModuleName PsutilAgent GetServiceState { 'Running' }
        { Stop-It } | Should -Throw -ErrorId StopTimeout
        $did -join '; ' | Should -BeExactly 'wait 30; Stop web; wait 30'
    }
}

Describe 'A collector is waited for' {
    BeforeEach {
        Mock -ModuleName PsutilAgent TestCollectorAlive { $null -ne $Status }
        Mock -ModuleName PsutilAgent WaitUntil { & $Condition }
        Mock -ModuleName PsutilAgent GetLogTail { 'TAIL' }
    }
    It 'and <Outcome>, its service being <Service> and its status <Status>' -ForEach @(
        @{ Service = 'Running'; Status = '{"state":"sampling","connected":true}'; Outcome = 'works' }
        @{ Service = 'Running'; Status = '{"state":"sampling","connected":false}'; Broker = $false; Outcome = 'works' }
        @{ Service = 'StartPending'; Status = '{"state":"sampling","connected":true}'; Outcome = "StartTimeout the collector did not begin to work within 4 s (its service is StartPending, the collector sampling). Give it more time with -Timeout." }
        @{ Service = 'Running'; Status = '{"state":"starting","connected":true}'; Outcome = "StartTimeout the collector did not begin to work within 4 s (its service is Running, the collector starting). Give it more time with -Timeout." }
        @{ Service = 'Running'; Status = '{"state":"sampling","connected":false}'; Outcome = "StartTimeout the collector did not begin to work within 4 s (its service is Running, the collector sampling). Give it more time with -Timeout." }
        @{ Service = 'Running'; Status = ''; Outcome = "StartTimeout the collector did not begin to work within 4 s (its service is Running, the collector not heard of yet). Give it more time with -Timeout." }
        @{ Service = 'Stopped'; Status = ''; Outcome = 'CollectorExited the collector ended soon after its start (the service is stopped).' }
        @{ Service = 'Paused'; Status = '{"state":"sampling","connected":true}'; Outcome = 'CollectorExited the collector ended soon after its start (the service is paused).' }
        @{ Service = ''; Status = ''; Outcome = 'CollectorExited the collector ended soon after its start (the service is gone).' }
        @{ Service = 'Running'; Status = '{"state":"sampling","connected":false,"last_error":{"code":"PSA_BROKER_TLS","message":"m"}}'; Outcome = 'BrokerUnreachable m (PSA_BROKER_TLS)' }
        @{ Service = 'Running'; Status = '{"state":"starting","last_error":{"code":"PSA_SECRET_UNAVAILABLE","message":"m"}}'; Outcome = 'ConfigInvalid m (PSA_SECRET_UNAVAILABLE)' }
        @{
            Service = 'Running'; Status = '{"state":"starting","connected":true,"last_error":{"code":"PSA_BROKER_TLS","message":"m"}}'
            Outcome = 'StartTimeout the collector did not begin to work within 4 s (its service is Running, the collector starting). Give it more time with -Timeout.'
        }
        @{
            Service = 'Running'; Broker = $false; Status = '{"state":"starting","last_error":{"code":"PSA_BROKER_TLS","message":"m"}}'
            Outcome = 'StartTimeout the collector did not begin to work within 4 s (its service is Running, the collector starting). Give it more time with -Timeout.'
        }
        @{
            Service = 'Running'; Status = '{"state":"starting","connected":false,"last_error":{"code":"PSA_UNAVAILABLE","message":"m"}}'
            Outcome = 'StartTimeout the collector did not begin to work within 4 s (its service is Running, the collector starting). Give it more time with -Timeout.'
        }
    ) {
        Mock -ModuleName PsutilAgent GetServiceState { $Service }
        Mock -ModuleName PsutilAgent ReadText { $Status }
        $plan = [pscustomobject]@{ Name = 'web'; HasBroker = $Broker -ne $false; Path = [pscustomobject]@{ Status = 'status.json' } }
        $record = $null
        try { InModuleScope PsutilAgent -Parameters @{ Plan = $plan } { param($Plan) WaitCollector -Plan $Plan -LogOffset @{} -Timeout 4 } } catch { $record = $_ }
        if ($Outcome -eq 'works') { $record | Should -BeNullOrEmpty }
        else { "$($record.FullyQualifiedErrorId) $record" | Should -BeExactly (($Outcome -replace '^(\w+) ', "`$1 The monitor 'web' was not started: ") + "`nTAIL") }
    }
}

Describe 'A service is set' {
    BeforeEach {
        $did.Clear()
        Mock -ModuleName PsutilAgent InvokeNssm { $did.Add("$Nssm $ArgumentList") }
        Mock -ModuleName PsutilAgent WriteServiceKey { $did.Add("key $Name $(@($Value.Keys) -join ',')") }
        function Set-It {
            param($Found, $Type = 'Automatic', $Kept)
            $looks = @{ Count = 0 }
            Mock -ModuleName PsutilAgent ReadServiceSetting { $looks.Count++; $(if ($looks.Count -eq 1) { $Found } else { $Kept }) }
            $setting = [ordered]@{ ImagePath = 'i'; DisplayName = 'd'; Description = 't'; StartupType = $Type; Values = [ordered]@{ a = 1 }; Exit = [ordered]@{ '' = 'Restart' } }
            if (-not $Kept) { $Kept = $setting }
            InModuleScope PsutilAgent -Parameters @{ Setting = $setting } { param($Setting) SetServiceSetting -Nssm nssm.exe -Name web -Setting $Setting }
        }
    }
    It 'to start <Type> by the word <Word>' -ForEach @(
        @{ Type = 'AutomaticDelayedStart'; Word = 'SERVICE_DELAYED_AUTO_START' }, @{ Type = 'Automatic'; Word = 'SERVICE_AUTO_START' }
        @{ Type = 'Manual'; Word = 'SERVICE_DEMAND_START' }, @{ Type = 'Disabled'; Word = 'SERVICE_DISABLED' }
    ) {
        Set-It -Type $Type -Found $null
        $did -join '; ' | Should -BeExactly ("nssm.exe set web ImagePath i; nssm.exe set web DisplayName d; nssm.exe set web Description t; nssm.exe set web Start $Word; " +
            'key web\Parameters a; key web\Parameters\AppExit ')
    }
    It 'with no call of NSSM for what it has, capitals and all' {
        Set-It -Found @{ ImagePath = 'i'; DisplayName = 'D'; Description = 't'; StartupType = 'Automatic' }
        $did -join '; ' | Should -BeExactly 'nssm.exe set web DisplayName d; key web\Parameters a; key web\Parameters\AppExit '
    }
    It 'and read back: what did not stay is told; Wine''s delayed start is taken for one' {
        $kept = [ordered]@{ ImagePath = 'i'; DisplayName = 'd'; Description = 't'; StartupType = 'Automatic'; Values = [ordered]@{ a = 1 }; Exit = [ordered]@{ '' = 'Restart' } }
        { Set-It -Found $kept -Type AutomaticDelayedStart -Kept $kept } | Should -Not -Throw
        $kept['StartupType'] = 'Automatic'
        { Set-It -Found $kept -Type Manual -Kept $kept } | Should -Throw -ErrorId NssmFailed -ExpectedMessage (
            "The service 'web' did not keep its StartupType: expected `"Manual`", found `"Automatic`". See whether another program changes it.")
        $kept['Values']['a'] = 2
        { Set-It -Found $kept -Kept $kept } | Should -Throw -ErrorId NssmFailed -ExpectedMessage "The service 'web' did not keep its Values: expected {`"a`":1}, found {`"a`":2}. *"
    }
}
