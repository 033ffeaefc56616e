# What lies below the cmdlets: command lines, native calls, JSON, names, waits.
BeforeDiscovery {
    $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
}

BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
}

Describe 'A command line' {
    BeforeDiscovery {
        $texts = '', 'plain', 'with space', 'a "quoted" word', '"', '""', 'ends in a backslash\', 'C:\Program Files\x\', '\\server\share\', 'a\\"b', 'tab	in it',
        '100% & sons; $x `y | z > w ^ !', "o'neill", "zo$([char]0xEB) $([char]0x65E5)", '--flag=a b\"', '*.txt'
        # One program is given all of them, each followed by a plain one.
        $cases = foreach ($number in 0..($texts.Count - 1)) { @{ Text = $texts[$number]; Number = $number; All = $texts } }
    }
    It 'carries <Text> through to the program unchanged' -ForEach $cases {
        if (-not (Test-Path -Path variable:script:carried)) {
            $script:carried = InModuleScope PsutilAgent -Parameters @{ Texts = $All } {
                param($Texts)
                $script = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))'
                $result = InvokeNative -FilePath (GetProgramPath -Program node) -ArgumentList (@('-e', $script, '--') + @($Texts | ForEach-Object { $_; 'last' }))
                $result.ExitCode | Should -Be 0
                ConvertFromJsonText $result.Output
            }
        }
        $script:carried.Count | Should -Be (2 * $All.Count)
        $script:carried[2 * $Number] | Should -BeExactly $Text
        $script:carried[2 * $Number + 1] | Should -BeExactly 'last'
    }
}

Describe 'A native call' {
    It 'gives exit code, output and error output, however much' {
        InModuleScope PsutilAgent {
            $script = 'process.stdin.on("data", (d) => process.stdout.write(d)); process.stderr.write("e".repeat(200000)); process.exitCode = 7;'
            $text = "x$([char]0xEB)" * 100000
            $result = InvokeNative -FilePath (GetProgramPath -Program node) -ArgumentList '-e', $script -InputText $text
            $result.ExitCode | Should -Be 7
            $result.Output | Should -BeExactly $text
            $result.ErrorOutput.Length | Should -Be 200000
        }
    }
    It 'is no error for writing to stderr, even with -ErrorAction Stop' {
        InModuleScope PsutilAgent {
            $ErrorActionPreference = 'Stop'
            (InvokeNative -FilePath (GetProgramPath -Program node) -ArgumentList '-e', 'console.error(1)').ErrorOutput.Trim() | Should -Be '1'
        }
    }
    It 'that does not end is ended, and throws' {
        InModuleScope PsutilAgent {
            $node = GetProgramPath -Program node
            { InvokeNative -FilePath $node -ArgumentList '-e', 'setInterval(() => {}, 1000)' -Timeout 1 } | Should -Throw -ExceptionType ([System.TimeoutException])
        }
    }
    It 'whose output something else keeps open is not waited for' {
        InModuleScope PsutilAgent {
            $node = GetProgramPath -Program node
            # The child outlives its parent and holds its parent's output.
            $script = 'const c = require("child_process").spawn(process.execPath, ["-e", "setTimeout(() => {}, 20000)"], ' +
            '{ stdio: ["ignore", "inherit", "inherit"], detached: true }); c.unref(); console.log(c.pid)'
            $waited = [System.Diagnostics.Stopwatch]::StartNew()
            $result = InvokeNative -FilePath $node -ArgumentList '-e', $script -Timeout 60
            $result.ExitCode, $result.ErrorOutput | Should -Be 0, ''
            $result.Output.Trim() | Should -Match '^\d+$'
            $waited.Elapsed.TotalSeconds | Should -BeLessThan 18
            $waited.Restart()
            $line = @(ReadNativeLine -FilePath $node -ArgumentList '-e', $script)
            $line.Count | Should -Be 1
            $waited.Elapsed.TotalSeconds | Should -BeLessThan 18
            Stop-Process -Id $line[0], $result.Output.Trim() -ErrorAction SilentlyContinue
        }
    }
    It 'of a program that cannot be run yet is tried again' -Skip:$onWindows {
        $program = Join-Path $TestDrive 'held.sh'
        [System.IO.File]::WriteAllText($program, "#!/bin/sh`necho ran`n")
        $other = [System.Diagnostics.Process]::Start('/bin/sh', "-c ""PATH=/usr/bin:/bin; sleep 0.3; chmod +x '$program'""")
        (InModuleScope PsutilAgent -Parameters @{ Program = $program } { param($Program) InvokeNative -FilePath $Program -ArgumentList now }).Output.Trim() |
            Should -Be 'ran'
        $other.WaitForExit()
    }
    It 'that does not read its input is ended, and throws' {
        InModuleScope PsutilAgent {
            $node = GetProgramPath -Program node
            { InvokeNative -FilePath $node -ArgumentList '-e', 'setInterval(() => {}, 1000)' -InputText ('x' * 1000000) -Timeout 1 } |
                Should -Throw -ExceptionType ([System.TimeoutException])
        }
    }
    It 'of a program that ends without reading its input gives what that said' {
        InModuleScope PsutilAgent {
            $result = InvokeNative -FilePath (GetProgramPath -Program node) -ArgumentList '-e', 'console.error(1); process.exit(3)' -InputText ('x' * 1000000)
            $result.ExitCode, $result.ErrorOutput.Trim() | Should -Be 3, '1'
        }
    }
    It 'that nobody waits for any more is ended, and so is one of lines' {
        InModuleScope PsutilAgent {
            $ended = [System.Collections.Generic.List[bool]]::new()
            Mock StopNative { if (-not $Process.HasExited) { $Process.Kill() }; $ended.Add($Process.WaitForExit(10000)) }
            $node = GetProgramPath -Program node
            ReadNativeLine -FilePath $node -ArgumentList '-e', 'console.log(1); setInterval(() => {}, 1000)' | Select-Object -First 1 | Should -Be '1'
            { InvokeNative -FilePath $node -ArgumentList '-e', 'setInterval(() => {}, 1000)' -Timeout 0 } | Should -Throw
            $ended | Should -Be $true, $true
        }
    }
    It 'works where the location''s folder is gone' {
        $gone = Join-Path $TestDrive 'gone'
        $null = New-Item -Path $gone -ItemType Directory
        InModuleScope PsutilAgent -Parameters @{ Gone = $gone } {
            param($Gone)
            Push-Location -Path $Gone
            try {
                [System.IO.Directory]::Delete($Gone)
                (InvokeNative -FilePath (GetProgramPath -Program node) -ArgumentList '-e', 'console.log(1)').Output.Trim() | Should -Be '1'
            }
            finally { Pop-Location }
        }
    }
    It 'of lines that fails after some of them throws CollectorFailed, with its words' {
        InModuleScope PsutilAgent {
            $seen = [System.Collections.Generic.List[string]]::new()
            $script = 'console.log("one"); console.error("out of luck"); process.exitCode = 9'
            { ReadNativeLine -FilePath (GetProgramPath -Program node) -ArgumentList '-e', $script | ForEach-Object { $seen.Add($_) } } |
                Should -Throw -ErrorId CollectorFailed -ExpectedMessage '*exit code 9*out of luck*'
            $seen -join ' ' | Should -Be 'one'
        }
    }
    It 'hands on none of the variables by which node runs, loads or trusts something else, and all others' {
        $script = 'process.stdout.write(JSON.stringify(Object.keys(process.env)))'
        $given = 'NODE_OPTIONS', 'NODE_PATH', 'NODE_EXTRA_CA_CERTS', 'NODE_SOMETHING_NEW', 'OPENSSL_CONF', 'SSL_CERT_FILE', 'PSUTIL_OTHER'
        $before = @{}
        foreach ($name in $given) {
            $before[$name] = [System.Environment]::GetEnvironmentVariable($name)
            [System.Environment]::SetEnvironmentVariable($name, '--require ./no-such-file')
        }
        try {
            $result = InModuleScope PsutilAgent -Parameters @{ Script = $script } {
                param($Script)
                InvokeNative -FilePath (GetProgramPath -Program node) -ArgumentList '-e', $Script
            }
        }
        finally {
            foreach ($name in $given) { [System.Environment]::SetEnvironmentVariable($name, $before[$name]) }
        }
        $result.ExitCode | Should -Be 0 -Because $result.ErrorOutput
        $found = $result.Output | ConvertFrom-Json
        @($found | Where-Object { $_ -in $given }) | Should -Be 'PSUTIL_OTHER'
        $found | Should -Contain 'UV_THREADPOOL_SIZE'
    }
    It 'reads UTF-16 where asked' {
        InModuleScope PsutilAgent {
            $script = 'process.stdout.write(Buffer.from("zo\u00eb", "utf16le"))'
            $result = InvokeNative -FilePath (GetProgramPath -Program node) -ArgumentList '-e', $script -Encoding ([System.Text.Encoding]::Unicode)
            $result.Output | Should -BeExactly "zo$([char]0xEB)"
        }
    }
    It 'of a missing nssm.exe throws NssmFailed' {
        InModuleScope PsutilAgent -Parameters @{ Folder = $TestDrive } {
            param($Folder)
            { InvokeNssm -Nssm (Join-Path $Folder 'none.exe') -ArgumentList get, x, Start } | Should -Throw -ErrorId NssmFailed
        }
    }
}

Describe 'The service manager' {
    It 'that refuses to <Control> what is <State> is <Meaning>' -ForEach @(
        @{ Control = 'Stop'; State = 'Stopped'; Meaning = 'right' }, @{ Control = 'Stop'; State = 'StopPending'; Meaning = 'right' }
        @{ Control = 'Start'; State = 'Running'; Meaning = 'right' }, @{ Control = 'Stop'; State = 'Running'; Meaning = 'NssmFailed' }
        @{ Control = 'Start'; State = 'Stopped'; Meaning = 'NssmFailed' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Control = $Control; State = $State; Meaning = $Meaning } {
            param($Control, $State, $Meaning)
            Mock GetServiceState { $State }
            Mock GetServiceController {
                $service = [pscustomobject]@{ Name = 'x' }
                foreach ($name in 'Start', 'Stop') { $service | Add-Member -MemberType ScriptMethod -Name $name -Value { throw 'refused' } }
                $service
            }
            $record = $null
            try { SendServiceControl -Name x -Control $Control } catch { $record = $_ }
            if ($Meaning -eq 'right') { $record | Should -BeNullOrEmpty } else { $record.FullyQualifiedErrorId | Should -Be $Meaning }
        }
    }
}

Describe 'A service that is not there' {
    It 'takes no control: NssmFailed' {
        InModuleScope PsutilAgent {
            Mock GetServiceController { }
            { SendServiceControl -Name x -Control Start } | Should -Throw -ErrorId NssmFailed -ExpectedMessage '*no such service*'
        }
    }
}

Describe 'A collector' -Skip:(-not $onWindows) {
    It 'lives where the process of its number is its own, and not another that got the number since' {
        InModuleScope PsutilAgent {
            $process = StartNative -FilePath (GetProgramPath -Program node) -ArgumentList '-e', 'setInterval(() => {}, 1000)' -Encoding ([System.Text.Encoding]::UTF8)
            try {
                $status = { param($State, $Age) [pscustomobject]@{ pid = $process.Id; state = $State; since = [datetime]::UtcNow.AddSeconds(-$Age).ToString('o') } }
                TestCollectorAlive (& $status sampling 0) | Should -BeTrue
                TestCollectorAlive (& $status stopped 0) | Should -BeFalse
                TestCollectorAlive (& $status sampling 3600) | Should -BeFalse
            }
            finally {
                $id = $process.Id
                StopNative $process
            }
            $gone = [pscustomobject]@{ pid = $id; state = 'sampling'; since = [datetime]::UtcNow.ToString('o') }
            WaitUntil -Timeout 10 -Activity test -Condition { -not (TestCollectorAlive $gone) } | Should -BeTrue
            TestCollectorAlive $null | Should -BeFalse
        }
    }
}

Describe 'A service''s key' {
    It 'that <Kind> is none' -ForEach @(
        @{ Kind = 'is not there'; Open = { } }
        @{ Kind = 'may not be opened'; Open = { throw [System.Security.SecurityException]::new('no') } }
        @{ Kind = 'is about to go'; Open = { throw [System.IO.IOException]::new('marked for deletion') } }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Open = $Open } {
            param($Open)
            Mock OpenServiceKey $Open
            ReadServiceKey -Name x | Should -BeNullOrEmpty
            GetServiceEntry -Name x | Should -BeNullOrEmpty
        }
    }
}

Describe 'JSON' {
    It 'of <Name> is <Json>' -ForEach @(
        @{ Name = 'null'; Value = { $null }; Json = 'null' }
        @{ Name = 'true'; Value = { $true }; Json = 'true' }
        @{ Name = 'a number'; Value = { 5 }; Json = '5' }
        @{ Name = 'a fraction'; Value = { 0.1 }; Json = '0.1' }
        @{ Name = 'a large number'; Value = { 18446744073709551615 }; Json = '18446744073709551615' }
        @{ Name = 'infinity'; Value = { [double]::PositiveInfinity }; Json = '"*"' }
        @{ Name = 'text'; Value = { "a`"\`n" + [char]0xEB }; Json = '"a\"\\\u000a\u00eb"' }
        @{ Name = 'a list of one'; Value = { , @(1) }; Json = '[1]' }
        @{ Name = 'an empty list'; Value = { , @() }; Json = '[]' }
        @{ Name = 'a list in a list'; Value = { , @(1, @(2, @())) }; Json = '[1,[2,[]]]' }
        @{ Name = 'a dictionary'; Value = { [ordered]@{ a = 1; b = @{ c = $null } } }; Json = '{"a":1,"b":{"c":null}}' }
        @{ Name = 'an object'; Value = { '{"a":[1],"b":{"c":[]}}' | ConvertFrom-Json }; Json = '{"a":[1],"b":{"c":[]}}' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Value = $Value; Json = $Json } {
            param($Value, $Json)
            $text = ConvertToJsonText (& $Value)
            if ($Json -eq '"*"') { $text | Should -BeLike '"*"' } else { $text | Should -BeExactly $Json }
        }
    }
    It 'deeper than ConvertTo-Json goes keeps its depth' {
        InModuleScope PsutilAgent {
            $value = 1
            foreach ($level in 1..120) { $value = @{ a = $value } }
            (ConvertToJsonText $value).Length | Should -Be (120 * 6 + 1)
        }
    }
    It 'that is none gives nothing' {
        InModuleScope PsutilAgent { ConvertFromJsonText '{"a":' | Should -BeNullOrEmpty }
    }
}

Describe 'A safe name' {
    It 'is the same each time, another for another name, and the same for another case' {
        InModuleScope PsutilAgent {
            ConvertToSafeName 'a b' | Should -BeExactly (ConvertToSafeName 'a b')
            ConvertToSafeName 'a b' | Should -Not -Be (ConvertToSafeName 'a_b')
            ConvertToSafeName 'a b' | Should -Be (ConvertToSafeName 'A B')
            ConvertToSafeName 'vm_1.x-Y' | Should -BeExactly 'vm_1.x-Y'
        }
    }
    It 'of "<Text>" can be a folder anywhere' -ForEach @('..', '.', 'con', 'NUL.txt', 'a/b', 'a\b', 'a:b', 'x.', ('y' * 300) | ForEach-Object { @{ Text = $_ } }) {
        InModuleScope PsutilAgent -Parameters @{ Text = $Text } {
            param($Text)
            ConvertToSafeName $Text | Should -MatchExactly '^[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}$'
            ConvertToSafeName $Text | Should -Not -Match '\.$|^(con|nul)(\.|$)'
        }
    }
}

Describe 'A wait' {
    It 'ends as soon as the condition holds, with what it gave' {
        InModuleScope PsutilAgent {
            $script:count = 0
            WaitUntil -Condition { $script:count++; if ($script:count -eq 3) { 'now' } } -Timeout 30 -Activity x | Should -Be 'now'
            $script:count | Should -Be 3
        }
    }
    It 'of more than two seconds shows its progress, and always takes it back' {
        InModuleScope PsutilAgent {
            Mock Write-Progress { }
            WaitUntil -Condition { $false } -Timeout 2.6 -Activity x | Should -BeNullOrEmpty
            Should -Invoke Write-Progress -ParameterFilter { -not $Completed }
            Should -Invoke Write-Progress -Times 1 -Exactly -ParameterFilter { $Completed }
        }
    }
    It 'that is short shows none' {
        InModuleScope PsutilAgent {
            Mock Write-Progress { }
            WaitUntil -Condition { $false } -Timeout 0.5 -Activity x | Should -BeNullOrEmpty
            Should -Invoke Write-Progress -Times 0 -Exactly -ParameterFilter { -not $Completed }
        }
    }
}
