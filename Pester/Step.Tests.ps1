# The steps of a start and a stop, each with what it calls and with what, and what lies below them: JSON, completion.
# Nothing is started here.
BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
    function New-Folder {
        $path = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
        [System.IO.Directory]::CreateDirectory($path).FullName
    }
    # What the mocks were called with, in order.
    $did = [System.Collections.Generic.List[string]]::new()
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
        @{ With = @{}; Words = 'sample m --json --time --values' }
        @{ With = @{ Count = 2; Interval = 0.5; ResultArgument = 'f' }; Words = 'sample m --result-argument f --count 2 --interval 0.5 --json --time --values' }
        @{ With = @{ Count = 1; Interval = 7 }; Words = 'sample m --json --time --values' }
        @{ With = @{ Argument = [ordered]@{ a = 'x y'; b = $true; c = 1.5; d = @('p', 'q') } }; Words = 'sample m a=x y b=true c=1.5 d=["p","q"] --json --time --values' }
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

Describe 'A quantity' {
    # The collector's own test goes by the same table.
    It 'of <value> <unit> is <text>, as the collector writes it' -ForEach @(
        (Get-Content -Path (Join-Path $PSScriptRoot 'quantities.json') -Raw | ConvertFrom-Json) | ForEach-Object { @{ Value = $_.value; Unit = $_.unit; Text = $_.text } }
        @{ Value = $true; Unit = ''; Text = 'True' }, @{ Value = $null; Unit = 'B'; Text = '' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Value = $Value; Unit = $Unit; Text = $Text } {
            param($Value, $Unit, $Text)
            FormatQuantity -Value $Value -Unit $Unit | Should -BeExactly $Text
        }
    }
}

Describe 'An entry''s rows' {
    It 'are its values and its fault: <Shows>' -ForEach @(
        @{ Values = '{"value":2048}'; Fault = 'null'; Shows = ' 2.0 KiB ' }, @{ Values = '{"value":1}'; Fault = '"gone"'; Shows = ' 1 B gone' }
        @{ Values = '{"x":1,"y":2}'; Fault = '"z is gone"'; Shows = 'x 1 B |y 2 % |  z is gone' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Values = $Values; Fault = $Fault; Shows = $Shows } {
            param($Values, $Fault, $Shows)
            $report = ConvertFromJsonText ('{"name":"m","unit":"B","units":{"y":"%"},"fault":' + $Fault + ',"last":{"time":"2026-01-02T03:04:05.000Z","values":' + $Values + '}}')
            $entry = NewEntryObject -Report $report -Monitor web
            ($entry.Rows | ForEach-Object { "$($_.Path) $($_.Text) $($_.Fault)" }) -join '|' | Should -BeExactly $Shows
            # None is none, as in the entry itself, and no empty text.
            @($entry.Rows | Where-Object { $_.Fault -is [string] -and -not $_.Fault }).Count | Should -Be 0
        }
    }
    It 'are what is shown of it, in any session' {
        $entry = InModuleScope PsutilAgent { NewEntryObject -Monitor web -Report (ConvertFromJsonText '{"name":"m","unit":"B","fault":null,"last":{"time":"2026-01-02T03:04:05.000Z","values":{"x":2048}}}') }
        $lines = @(($entry | Out-String -Width 80) -split '\r?\n' | Where-Object { $_.Trim() })
        $lines[2] | Should -Match '^\d+ d +m +x +2\.0 KiB *$'
    }
    It 'have an age that is read at a glance: <Seconds> s are <Age>' -ForEach @(
        @{ Seconds = 30; Age = '30 s' }, @{ Seconds = 300; Age = '5 min' }, @{ Seconds = 5400; Age = '90 min' }, @{ Seconds = 10800; Age = '3 h' }, @{ Seconds = 864000; Age = '10 d' }, @{ Seconds = -3600; Age = '0 s' }
    ) {
        $entry = InModuleScope PsutilAgent -Parameters @{ Taken = [datetime]::UtcNow.AddSeconds(-$Seconds).ToString('o') } {
            param($Taken)
            NewEntryObject -Monitor web -Report (ConvertFromJsonText "{`"name`":`"m`",`"unit`":`"B`",`"fault`":null,`"last`":{`"time`":`"$Taken`",`"values`":{`"x`":1}}}")
        }
        $age = $Age -replace '30 s', '3\d s'
        ($entry | Out-String -Width 80) | Should -Match "(?m)^$age {$(7 - $Age.Length),}m +x +1 B"
    }
    It 'are its fault alone where it has no value' {
        InModuleScope PsutilAgent {
            $entry = NewEntryObject -Monitor web -Report (ConvertFromJsonText '{"name":"m","unit":"","fault":"D: is not ready","last":null}')
            "$($entry.Rows.Metric) $($entry.Rows.Fault)" | Should -BeExactly 'm D: is not ready'
        }
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

Describe 'A step' {
    It 'that gives nothing gives nothing: what its calls print is not its caller''s' {
        InModuleScope PsutilAgent {
            Mock InvokeNative { [pscustomobject]@{ ExitCode = 0; Output = ' printed '; ErrorOutput = '' } }
            Mock EnterLock { [System.Threading.Mutex]::new($true) }
            InvokeNssm -Nssm nssm.exe -ArgumentList set, web | Should -BeNullOrEmpty
            SetServiceRecovery web | Should -BeNullOrEmpty
            InvokeServiceTool -FilePath x -ArgumentList y -Name web -Call c | Should -BeExactly 'printed'
            Mock ReadText { 'printed' }
            $undo = [System.Collections.Generic.Stack[psobject]]::new()
            AddRollback -Undo $undo -Command ReadText -Parameter @{ Path = 'x' } | Should -BeNullOrEmpty
            InvokeRollback $undo | Should -BeNullOrEmpty
            Should -Invoke ReadText -Times 1 -Exactly -ParameterFilter { $Path -eq 'x' }
            WriteOperationLog { 'printed' } 'text' | Should -BeNullOrEmpty
        }
    }
    It 'has Windows start a service again three times a day, and no fourth' {
        InModuleScope PsutilAgent {
            Mock InvokeNative { [pscustomobject]@{ ExitCode = 5; Output = 'no'; ErrorOutput = '' } }
            { SetServiceRecovery web } | Should -Throw -ErrorId NssmFailed -ExpectedMessage "'sc failure web' failed with exit code 5: no"
            Should -Invoke InvokeNative -Times 1 -Exactly -ParameterFilter {
                $FilePath -eq [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'sc.exe') -and
                $ArgumentList -join ' ' -eq 'failure web reset= 86400 actions= restart/5000/restart/60000/restart/60000//0'
            }
        }
    }
    It 'that asks a service which is already <State> to <Control> is done' -ForEach @(
        @{ Control = 'Start'; State = 'StartPending' }, @{ Control = 'Start'; State = 'Running' }, @{ Control = 'Stop'; State = 'StopPending' }, @{ Control = 'Stop'; State = 'Stopped' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Control = $Control; State = $State } {
            param($Control, $State)
            Mock GetServiceState { $State }
            Mock GetServiceController { throw 'refused' }
            { SendServiceControl -Name web -Control $Control } | Should -Not -Throw
        }
    }
    It 'that makes a service undoes it in this order: <Case>' -ForEach @(
        @{ Case = 'a new one'; Existing = $null; Undo = 'RemoveService'; Calls = 'InstallService new' }
        @{ Case = 'one that is changed'; Existing = 'yes'; Undo = 'SetServiceSetting old'; Calls = 'SetServiceSetting new' }
        @{ Case = 'one as it was'; Existing = 'yes'; Changed = $false; Undo = ''; Calls = '' }
        @{ Case = 'one by force'; Existing = 'yes'; Force = $true; Undo = 'RemoveService, InstallService old, SetServiceRecovery'; Calls = 'RemoveService, InstallService new' }
    ) {
        $plan = [pscustomobject]@{
            Name = 'web'; Existing = $Existing; IsForced = [bool]$Force; ServiceChanged = $Changed -ne $false; PreviousService = @{ is = 'old' }; Service = @{ is = 'new' }
            Program = [pscustomobject]@{ Nssm = 'nssm.exe' }
        }
        $did.Clear()
        Mock -ModuleName PsutilAgent GetServiceState { }
        foreach ($name in 'SetServiceSetting', 'InstallService') { Mock -ModuleName PsutilAgent $name ([scriptblock]::Create("`$did.Add('$name ' + `$Setting.is + `$(if (`"`$Nssm `$Name`" -ne 'nssm.exe web') { '?' }))")) }
        Mock -ModuleName PsutilAgent RemoveService { $did.Add('RemoveService' + $(if ("$Nssm $Name" -ne 'nssm.exe web') { '?' })) }
        $found = InModuleScope PsutilAgent -Parameters @{ Plan = $plan } {
            param($Plan)
            $undo = [System.Collections.Generic.Stack[psobject]]::new()
            $isMade = SetService -Plan $Plan -Undo $undo
            $steps = foreach ($step in $undo) {
                $setting = if ($step.Parameter.ContainsKey('Setting')) { " $($step.Parameter.Setting.is)" }
                $step.Command + $setting + $(if ($step.Parameter.Name -ne 'web') { '?' })
            }
            "$isMade"
            $steps -join ', '
        }
        $found[0] | Should -BeExactly "$($Undo -like '*RemoveService*')"
        $found[1] | Should -BeExactly $Undo
        $did -join ', ' | Should -BeExactly $Calls
    }
    It 'that makes a data folder undoes all of it, of one there was what is new' {
        InModuleScope PsutilAgent -Parameters @{ Folder = (New-Folder) } {
            param($Folder)
            $data = [System.IO.Path]::Combine($Folder, 'all', 'web')
            $path = [pscustomobject]@{ Data = $data }
            Mock NewPrivateFolder { $isNew = -not [System.IO.Directory]::Exists($Path); [void][System.IO.Directory]::CreateDirectory($Path); $isNew }
            Mock AssertPrivateContent { }
            $undo = [System.Collections.Generic.Stack[psobject]]::new()
            NewDataFolder -Path $path -Undo $undo
            $steps = $undo.ToArray()
            "$($steps[0].Command) $($steps[0].Parameter.All) $($steps[0].Parameter.Path.Data); $($steps[1].Command) $($steps[1].Parameter.Path); $($steps.Count)" |
                Should -BeExactly "RemoveMonitorData True $data; RemoveEmptyFolder $([System.IO.Path]::GetDirectoryName($data)); 2"
            Should -Invoke AssertPrivateContent -Times 0 -Exactly
            foreach ($name in 'one', 'two') { [System.IO.File]::WriteAllText([System.IO.Path]::Combine($data, $name), '') }
            $undo.Clear()
            NewDataFolder -Path $path -Undo $undo
            $step = $undo.ToArray()[0]
            "$($step.Command) $($step.Parameter.Path) $(($step.Parameter.Keep | Sort-Object) -join ','); $($undo.Count)" | Should -BeExactly "RemoveContent $data one,two; 1"
            Should -Invoke AssertPrivateContent -Times 1 -Exactly -ParameterFilter { $Path -eq $data }
        }
    }
    It 'that moves a folder aside does so with -Force alone, and not the one of all while there are monitors' {
        InModuleScope PsutilAgent -Parameters @{ Folder = (New-Folder) } {
            param($Folder)
            $root = [System.IO.Path]::Combine($Folder, 'all')
            $path = [pscustomobject]@{ Data = [System.IO.Path]::Combine($root, 'web') }
            [void][System.IO.Directory]::CreateDirectory($path.Data)
            Mock NewPrivateFolder { if ($Path -eq $root -and [System.IO.Directory]::Exists($Path)) { throw 'not private.' }; [void][System.IO.Directory]::CreateDirectory($Path); $true }
            Mock GetServiceName { 'other' }
            Mock GetServiceEntry { [pscustomobject]@{ IsMonitor = $true } }
            $undo = [System.Collections.Generic.Stack[psobject]]::new()
            { NewDataFolder -Path $path -Undo $undo } | Should -Throw 'not private.'
            { NewDataFolder -Path $path -Undo $undo -Force } | Should -Throw 'not private.'
            Mock GetServiceEntry { [pscustomobject]@{ IsMonitor = $false } }
            NewDataFolder -Path $path -Undo $undo -Force -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -BeLikeExactly "not private. It is moved to '$root.aside-20????????????', as -Force says."
            @([System.IO.Directory]::GetDirectories($Folder)).Count | Should -Be 2
        }
    }
    It 'that writes the settings looks at a log that is kept elsewhere, and forgets an old stop request' {
        InModuleScope PsutilAgent -Parameters @{ Folder = (New-Folder) } {
            param($Folder)
            Mock NewDataFolder { }
            Mock AssertLogFile { }
            foreach ($name in 'settings.json', 'stop') { [System.IO.File]::WriteAllText("$Folder/$name", 'old') }
            $path = [pscustomobject]@{ Data = [System.IO.Path]::GetFullPath($Folder); Settings = "$Folder/settings.json"; Stop = "$Folder/stop" }
            $plan = [pscustomobject]@{ Path = $path; LogPath = [System.IO.Path]::Combine($path.Data, 'psutil.log'); Settings = 'new'; IsForced = $true; IsReload = $false; AccountSid = 'S-1-5-80-1' }
            $undo = [System.Collections.Generic.Stack[psobject]]::new()
            WriteSettings -Plan $plan -Undo $undo
            Should -Invoke NewDataFolder -Times 1 -Exactly -ParameterFilter { $Force -and $Account -eq 'S-1-5-80-1' }
            Should -Invoke AssertLogFile -Times 0 -Exactly
            [System.IO.File]::ReadAllText($path.Settings) | Should -BeExactly 'new'
            [System.IO.File]::Exists($path.Stop) | Should -BeFalse
            $step = $undo.Pop()
            "$($step.Command) $($step.Parameter.Path) $($step.Parameter.Text)" | Should -BeExactly "WriteText $($path.Settings) old"
            $plan.LogPath = [System.IO.Path]::Combine($path.Data, 'deeper', 'psutil.log')
            WriteSettings -Plan $plan -Undo $undo
            Should -Invoke AssertLogFile -Times 1 -Exactly -ParameterFilter { $Path -eq $plan.LogPath -and $Account -eq 'S-1-5-80-1' }
            Mock WriteText { throw [System.IO.IOException]::new('disk full') }
            { WriteSettings -Plan $plan -Undo $undo } | Should -Throw -ErrorId DataNotWritable -ExpectedMessage (
                "The settings cannot be written to '$($path.Data)' (disk full). Check its disk and its access rights.")
        }
    }
}

Describe 'A cmdlet' {
    It '<Name> ends with the fault of <Step>, as its own' -ForEach @(
        @{ Name = 'Get-PsutilMethod'; Step = 'GetCatalog'; With = @{} }
        @{ Name = 'Get-PsutilSample'; Step = 'GetCollectorPath'; With = @{ Method = 'm' } }
        @{ Name = 'Get-PsutilMonitor'; Step = 'AssertWindows'; With = @{} }
        @{ Name = 'Get-PsutilMonitor'; Step = 'GetMonitor'; With = @{} }
        @{ Name = 'Start-PsutilMonitor'; Step = 'AssertWindows'; With = @{ Path = 'x' } }
        @{ Name = 'Start-PsutilMonitor'; Step = 'ReadConfiguration'; With = @{ Path = 'x' } }
        @{ Name = 'Stop-PsutilMonitor'; Step = 'AssertWindows'; With = @{ Name = 'x' } }
        @{ Name = 'Test-PsutilConfiguration'; Step = 'ReadConfiguration'; With = @{ Path = 'x' } }
    ) {
        Mock -ModuleName PsutilAgent AssertWindows { }
        Mock -ModuleName PsutilAgent TestElevated { $true }
        Mock -ModuleName PsutilAgent $Step { throw (InModuleScope PsutilAgent { NewErrorRecord -Id NodeNotFound -Message 'none' -TargetObject 'node' }) }
        $fault = { & $Name @With } | Should -Throw -PassThru -ErrorId "NodeNotFound,$Name" -ExpectedMessage 'none'
        $fault.TargetObject | Should -Be 'node'
    }
    It 'that starts <What>' -ForEach @(
        @{ What = 'several goes on after one that fails'; Paths = 'one.yaml', 'bad.yaml', 'two.yaml'; Started = 'one two'; Faults = 'ConfigNotFound,Start-PsutilMonitor bad' }
        @{ What = 'one ends there'; Paths = , 'bad.yaml'; Started = ''; Throws = $true }
        @{ What = 'one with warnings writes each once'; Paths = , 'one.yaml'; Started = 'one'; Warnings = 'careful' }
    ) {
        $ran = [System.Collections.Generic.List[string]]::new()
        Mock -ModuleName PsutilAgent AssertWindows { }
        Mock -ModuleName PsutilAgent SendConfiguration {
            if ($PesterBoundParameters['Path'] -like '*bad*') { throw (InModuleScope PsutilAgent { NewErrorRecord -Id ConfigNotFound -Message 'bad' }) }
            $node = if ($PesterBoundParameters.ContainsKey('Path')) { [System.IO.Path]::GetFileNameWithoutExtension($Path) } else { 'x' }
            [pscustomobject]@{ valid = $true; faults = @(); warnings = @([pscustomobject]@{ message = 'careful' }); document = @{ node = @{ node_id = $node } } }
        }
        Mock -ModuleName PsutilAgent NewMonitorPlan { [pscustomobject]@{ Settings = '{}'; Action = 'Start monitor'; RunningSettings = '' } }
        Mock -ModuleName PsutilAgent StartMonitor { $ran.Add(($Name -replace '^.*-')); 'was started' }
        $files = foreach ($one in $Paths) { [System.IO.FileInfo]::new((Join-Path $TestDrive $one)) }
        $call = { $files | Start-PsutilMonitor -WarningVariable script:warned -WarningAction SilentlyContinue -ErrorVariable script:erred -ErrorAction SilentlyContinue }
        if ($Throws) { $call | Should -Throw -ErrorId 'ConfigNotFound,Start-PsutilMonitor' } else { . $call }
        $ran -join ' ' | Should -BeExactly $Started
        if ($Faults) { "$($erred[-1].FullyQualifiedErrorId) $($erred[-1])" | Should -BeExactly $Faults }
        if ($Warnings) { "$warned" | Should -BeExactly $Warnings }
    }
    It 'that starts takes what it was given to the settings' {
        Mock -ModuleName PsutilAgent AssertWindows { }
        Mock -ModuleName PsutilAgent ReadConfiguration { [pscustomobject]@{ Valid = $true; Faults = @(); Warnings = @(); More = 0; Document = @{}; Folder = '/' } }
        Mock -ModuleName PsutilAgent MergeSettings { $did.Add("$DeploymentId $NodeName $NodeId $BrokerHostname $BrokerPort $($BrokerCredential.UserName) $BrokerVirtualHost $BrokerCaCertificate $($Path.Data)"); @{} }
        Mock -ModuleName PsutilAgent NewMonitorPlan { [pscustomobject]@{ Settings = '{}'; Action = ''; RunningSettings = '' } }
        Mock -ModuleName PsutilAgent StartMonitor { $did.Add('started') }
        Mock -ModuleName PsutilAgent NewMonitorObject { 'the monitor' }
        Mock -ModuleName PsutilAgent GetServiceEntry { @{ Name = $Name } }
        $did.Clear()
        $credential = [pscredential]::new('u', [System.Net.NetworkCredential]::new('', 'p').SecurePassword)
        Push-Location -Path $TestDrive
        try {
            Start-PsutilMonitor -Configuration @{ method = 'm' } -DeploymentId d -NodeName n -NodeId i -BrokerHostname a, b -BrokerPort 1 -BrokerCredential $credential -BrokerVirtualHost v `
                -BrokerCaCertificate ca.pem | Should -BeNullOrEmpty
        }
        finally { Pop-Location }
        $folder = InModuleScope PsutilAgent { (GetMonitorPath cloudify-psutil-i).Data }
        # There is nothing to do.
        $did -join '; ' | Should -BeExactly "d n i a b 1 u v $(Join-Path "$TestDrive" 'ca.pem') $folder"
        Start-PsutilMonitor -Path x -PassThru | Should -BeExactly 'the monitor'
        $monitor = [pscustomobject]@{ PSTypeName = 'PsutilAgent.Monitor'; Name = 'kept'; ConfigurationPath = 'kept.json' }
        $did.Clear()
        $monitor | Start-PsutilMonitor
        Start-PsutilMonitor -InputObject $monitor
        $did[0] | Should -BeLike '*kept'
        $did[1] | Should -BeExactly $did[0]
        Should -Invoke ReadConfiguration -ModuleName PsutilAgent -Times 2 -Exactly -ParameterFilter { $Path -eq 'kept.json' }
    }
}

Describe 'Configuration objects' {
    It 'that are <What> are <Json>' -ForEach @(
        @{ What = 'one entry'; Items = { , @(@{ method = 'm' }) }; Json = '[{"method":"m"}]' }, @{ What = 'a document'; Items = { , @(@{ psutil_config = @(1) }) }; Json = '{"psutil_config":[1]}' }
        @{ What = 'two, the first no entry'; Items = { @{ a = 1 }, @{ method = 'm' } }; Json = '[{"a":1},{"method":"m"}]' }
        @{ What = 'a text'; Items = { , @('text') }; Json = '["text"]' }, @{ What = 'lists'; Items = { , @(, @(@{ method = 'a' }, @{ method = 'b' })) }; Json = '[{"method":"a"},{"method":"b"}]' }
        @{ What = 'a list that has a list'; Items = { , @(, @(, @(1, 2))) }; Json = '[[1,2]]' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Items = (& $Items); Json = $Json } { param($Items, $Json) ConvertToJsonText (JoinConfiguration $Items) | Should -BeExactly $Json }
    }
    It 'go to the collector as text, a file by its path, and the reply comes back whole' {
        InModuleScope PsutilAgent {
            $sent = @{}
            Mock InvokeCollector { $sent.Call = "$ArgumentList|$InputText|$NodePath|$TargetObject"; '{"valid":false,"faults":[{"message":"f"},{"message":"g"}],"warnings":[{"message":"w"}],"document":{"a":[1]}}' | ConvertFrom-Json }
            $reading = ReadConfiguration -Path ([System.IO.Path]::Combine('folder', 'f.yaml')) -NodePath n
            $sent.Call | Should -BeExactly "validate --config $([System.IO.Path]::Combine('folder', 'f.yaml'))||n|$([System.IO.Path]::Combine('folder', 'f.yaml'))"
            "$($reading.Valid) $($reading.Faults.Count) $($reading.Warnings.Count) $($reading.Folder) $(ConvertToJsonText $reading.Document)" | Should -BeExactly 'False 2 1 folder {"a":[1]}'
            $reading = ReadConfiguration -Configuration @(@{ method = 'm' }) -NodePath n
            $sent.Call | Should -BeExactly 'validate --config -|[{"method":"m"}]|n|'
            $reading.Folder | Should -BeExactly $PWD.ProviderPath
            [void](SendConfiguration -Command check-broker -Path p)
            $sent.Call | Should -BeExactly 'check-broker --config p|||p'
        }
    }
    It 'are answered for: <Case>' -ForEach @(
        @{ Case = 'the broker is tried'; With = @{ CheckBroker = $true }; Answer = $true; Calls = 'validate check-broker' }
        @{ Case = 'it is not tried unasked'; With = @{}; Answer = $true; Calls = 'validate' }
        @{ Case = 'nor where they are wrong'; With = @{ CheckBroker = $true }; Valid = $false; Answer = $false; Calls = 'validate' }
        @{ Case = 'the broker refuses'; With = @{ CheckBroker = $true }; Refuses = $true; Answer = $false; Calls = 'validate check-broker'; Fault = 'BrokerRefused,Test-PsutilConfiguration r (PSA_BROKER_REFUSED)' }
    ) {
        $made = [System.Collections.Generic.List[string]]::new()
        Mock -ModuleName PsutilAgent GetProgramPath { 'node' }
        Mock -ModuleName PsutilAgent GetCollectorPath { 'main.js' }
        Mock -ModuleName PsutilAgent InvokeNative {
            $made.Add($ArgumentList[1])
            $output = if ($ArgumentList[1] -eq 'validate') { '{"valid":' + "$($Valid -ne $false)".ToLowerInvariant() + ',"faults":[],"warnings":[{"message":"careful"}],"document":{}}' }
            elseif ($Refuses) { '{"error":{"code":"PSA_BROKER_REFUSED","message":"r"}}' } else { '{"steps":[{"step":"connect","host":"h","detail":"d"}]}' }
            [pscustomobject]@{ ExitCode = 0; Output = $output; ErrorOutput = '' }
        }
        $output = @{ method = 'm' } | Test-PsutilConfiguration @With -Verbose -WarningVariable warnings -WarningAction SilentlyContinue -ErrorVariable faults -ErrorAction SilentlyContinue 4>&1
        $output | Where-Object { $_ -is [bool] } | Should -BeExactly $Answer
        $made -join ' ' | Should -BeExactly $Calls
        "$warnings" | Should -BeExactly 'careful'
        if ($Fault) { "$($faults[-1].FullyQualifiedErrorId) $($faults[-1])" | Should -BeExactly $Fault }
        elseif ($Calls -like '*check*') { ($output | Where-Object { $_ -isnot [bool] } | ForEach-Object { "$_" }) | Should -Contain 'connect h: d' }
    }
}

Describe 'A start' {
    BeforeEach {
        $did.Clear()
        Mock -ModuleName PsutilAgent EnterLock { $did.Add("enter $Name $Timeout $Id"); [System.Threading.Mutex]::new($true) }
        Mock -ModuleName PsutilAgent ExitLock { $did.Add('exit') }
        Mock -ModuleName PsutilAgent AssertElevated { $did.Add("elevated $Command") }
        Mock -ModuleName PsutilAgent InstallProgram { $did.Add("programs $($Program.Folder)") }
        Mock -ModuleName PsutilAgent WriteSettings { $did.Add('settings') }
        Mock -ModuleName PsutilAgent RegisterEventSource { $did.Add('source') }
        Mock -ModuleName PsutilAgent SetServiceRecovery { $did.Add("recovery $Name") }
        Mock -ModuleName PsutilAgent RemoveProgram { $did.Add("delete $Folder") }
        Mock -ModuleName PsutilAgent WaitCollector { $did.Add("wait $Timeout") }
        Mock -ModuleName PsutilAgent SetService { $did.Add('service'); -not $Plan.Existing }
        Mock -ModuleName PsutilAgent StopCollector { $did.Add("StopCollector $Name $Timeout") }
        Mock -ModuleName PsutilAgent SendServiceControl { $did.Add("$Control $Name") }
        Mock -ModuleName PsutilAgent GetServiceState { 'Running' }
        $plan = [pscustomobject]@{
            Name = 'web'; Program = [pscustomobject]@{ Folder = 'new' }; Existing = $null; LogPath = 'l'; Path = [pscustomobject]@{ ServiceLog = 's' }
            HasBroker = $true; IsReload = $false; AccountSid = ''; Action = 'Install and start monitor'; RunningSettings = ''
        }
        $undo = [System.Collections.Generic.Stack[psobject]]::new()
        function Install-It { InModuleScope PsutilAgent -Parameters @{ Plan = $plan; Undo = $undo } { param($Plan, $Undo) InstallMonitor -Plan $Plan -Undo $Undo -Timeout 5 } }
        function Start-It { InModuleScope PsutilAgent { StartMonitor -Name web -Settings @{} -StartupType Manual -NodePath o -NssmPath n -Force -Timeout 5 } }
        $undone = { ($undo | ForEach-Object { "$($_.Command) $($_.Parameter.Name) $($_.Parameter.Control)$($_.Parameter.Timeout)" }) -join ', ' }
    }
    It 'of a new monitor does this' {
        Install-It
        $did -join ', ' | Should -BeExactly 'enter  60 StartTimeout, programs new, settings, source, service, exit, Start web, wait 5, recovery web'
        $undo.Count | Should -Be 0
    }
    It 'of one there is stops it before, and deletes the programs that it ran from' {
        $plan.Existing = [pscustomobject]@{ AppDirectory = 'old' }
        Install-It
        $did -join ', ' | Should -BeExactly ('enter  60 StartTimeout, programs new, StopCollector web 30, settings, source, service, exit, Start web, wait 5, ' +
            'enter  60 StartTimeout, delete old, exit')
    }
    It 'of one that runs from the same programs keeps them' {
        $plan.Existing = [pscustomobject]@{ AppDirectory = 'new' }
        Install-It
        $did[-1] | Should -BeExactly 'wait 5'
    }
    It 'that fails before the settings are written starts again what ran, and leaves the lock' {
        $plan.Existing = [pscustomobject]@{ AppDirectory = 'old' }
        Mock -ModuleName PsutilAgent WriteSettings { throw 'disk full' }
        { Install-It } | Should -Throw 'disk full'
        & $undone | Should -BeExactly 'SendServiceControl web Start'
        $did[-1] | Should -BeExactly 'exit'
        $undo.Clear()
        Mock -ModuleName PsutilAgent GetServiceState { 'Stopped' }
        { Install-It } | Should -Throw 'disk full'
        & $undone | Should -BeExactly ''
    }
    It 'whose collector does not work stops it when it is undone' {
        Mock -ModuleName PsutilAgent WaitCollector { throw 'no' }
        { Install-It } | Should -Throw 'no'
        & $undone | Should -BeExactly 'StopCollector web 10'
        $did | Should -Not -Contain 'recovery web'
    }
    It 'plans again once it is alone, and undoes what it did where that fails' {
        Mock -ModuleName PsutilAgent NewMonitorPlan { $did.Add("plan $Name $StartupType $NodePath $NssmPath $Force"); $plan }
        Mock -ModuleName PsutilAgent InstallMonitor { $did.Add("install $($Plan.Name) $Timeout") }
        Mock -ModuleName PsutilAgent InvokeRollback { $did.Add('undo') }
        Start-It
        $did -join ', ' | Should -BeExactly 'elevated Start-PsutilMonitor, enter web 5 StartTimeout, plan web Manual o n True, install web 5, exit'
        $did.Clear()
        Mock -ModuleName PsutilAgent InstallMonitor { throw 'no' }
        { Start-It } | Should -Throw 'no'
        $did[-2..-1] -join ', ' | Should -BeExactly 'undo, exit'
        $did.Clear()
        $plan.Action = ''
        Start-It
        $did[-1] | Should -BeExactly 'exit'
        $did | Should -Not -Contain 'undo'
    }
}

Describe 'The source in the event log' {
    BeforeEach {
        $keys = @{}
        Mock -ModuleName PsutilAgent ReadServiceKey { $keys[$Name] }
        Mock -ModuleName PsutilAgent WriteServiceKey { $keys[$Name] = $Value }
        Mock -ModuleName PsutilAgent RemoveServiceKey { $keys.Remove($Name) }
        Mock -ModuleName PsutilAgent GetServiceName { 'spooler', 'web' }
        Mock -ModuleName PsutilAgent GetServiceEntry { [pscustomobject]@{ IsMonitor = $Name -eq $monitor } }
        $undo = [System.Collections.Generic.Stack[psobject]]::new()
        $monitor = 'web'
        function Register-It { InModuleScope PsutilAgent -Parameters @{ Undo = $undo } { param($Undo) RegisterEventSource -Undo $Undo } }
    }
    It 'has a file that Windows finds the events'' text in, and what undoes it' {
        Register-It
        $keys.Keys | Should -BeExactly 'EventLog\Application\PsutilAgent'
        $keys['EventLog\Application\PsutilAgent']['EventMessageFile'] | Should -BeExactly ([System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'EventCreate.exe'))
        $undo.Peek().Command | Should -BeExactly 'UnregisterEventSource'
    }
    It 'is left as it is where it is there, and nothing undone' {
        $keys['EventLog\Application\PsutilAgent'] = @{ EventMessageFile = 'other' }
        Register-It
        $keys['EventLog\Application\PsutilAgent']['EventMessageFile'] | Should -BeExactly 'other'
        $undo.Count | Should -Be 0
    }
    It 'that the registry refuses is a warning' {
        Mock -ModuleName PsutilAgent WriteServiceKey { throw 'not today' }
        Register-It 3>&1 | ForEach-Object { "$_" } | Should -BeExactly 'The collector''s faults will not be in Windows'' event log: not today'
        $undo.Count | Should -Be 0
    }
    It 'goes with the last monitor' {
        Register-It
        InModuleScope PsutilAgent { UnregisterEventSource }
        $keys.Count | Should -Be 1
        $monitor = ''
        InModuleScope PsutilAgent { UnregisterEventSource; UnregisterEventSource }
        $keys.Count | Should -Be 0
    }
}
