# Where a limit lies, and what is on either side of it; the first and the last of several. Nothing is started here.
BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
    function New-Folder {
        $path = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
        [System.IO.Directory]::CreateDirectory($path).FullName
    }
}

Describe 'A name' {
    It 'of up to 80 characters stays, a longer one keeps 60 and gets a hash' {
        InModuleScope PsutilAgent {
            ConvertToSafeName ('a' * 80) | Should -BeExactly ('a' * 80)
            ConvertToSafeName ('a' * 81) | Should -MatchExactly '^a{60}-[0-9a-f]{12}$'
            ConvertToSafeName 'a.b' | Should -BeExactly 'a.b'
            ConvertToSafeName '.a' | Should -MatchExactly '^a-[0-9a-f]{12}$'
            ConvertToSafeName 'console' | Should -BeExactly 'console'
            ConvertToSafeName 'COM1' | Should -MatchExactly '^_COM1-[0-9a-f]{12}$'
            ConvertToSafeName 'lpt9.x' | Should -MatchExactly '^_lpt9.x-[0-9a-f]{12}$'
            ConvertToSafeName 'a b' | Should -BeExactly 'a_b-c8687a08aa5d'
        }
    }
    It 'of a monitor may have 200 characters' {
        InModuleScope PsutilAgent {
            TestMonitorName ('a' * 200) | Should -BeExactly $true
            { TestMonitorName ('a' * 201) } | Should -Throw ("The name '$('a' * 201)' has 201 characters. A monitor's name has 1 to 200 characters, none of \ / [*] [?] [[] ], and no space at either end.")
            foreach ($bad in '\', '/', '*', '?', '[', ']') { { TestMonitorName "a${bad}b" } | Should -Throw "*has a $($bad -replace '([\[\]*?])', '[$1]') in it*" }
            { TestMonitorName "a$([char]0x1F)" } | Should -Throw '*has a control character in it*'
            { TestMonitorName '' } | Should -Throw "The name '' is empty.*"
        }
    }
    It 'of a folder beside another build''s is the version and the hash of its list' {
        $version = "$((Get-Module PsutilAgent).Version)"
        InModuleScope PsutilAgent -Parameters @{ Root = "$TestDrive"; Version = $version } {
            param($Root, $Version)
            Mock GetProgramRoot { $Root }
            $present = @{ Text = '' }
            Mock ReadText { $present.Text } -ParameterFilter { $Path -eq [System.IO.Path]::Combine($Root, $Version, 'SHA256SUMS') }
            $own = [System.IO.Path]::Combine($Root, $Version)
            GetProgramFolder -List 'list' | Should -BeExactly $own
            $present.Text = 'list'
            GetProgramFolder -List 'list' | Should -BeExactly $own
            $present.Text = 'LIST'
            # SHA-256 of "list" begins so.
            GetProgramFolder -List 'list' | Should -BeExactly "$own-a330395c"
        }
    }
    It 'of a program is the first of several on PATH, or the module''s own on Windows' {
        InModuleScope PsutilAgent -Parameters @{ Root = (New-Folder) } {
            param($Root)
            Mock Get-Command { [pscustomobject]@{ Path = '/first/node'; Extension = '' }, [pscustomobject]@{ Path = '/second/node'; Extension = '' } } -ParameterFilter { $CommandType -eq 'Application' }
            Mock GetModuleRoot { $Root }
            $own = [System.IO.Path]::Combine($Root, 'bin', 'node.exe')
            [void][System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($own))
            Mock TestWindows { $true }
            GetProgramPath -Program node | Should -BeExactly '/first/node'
            [System.IO.File]::WriteAllText($own, '')
            GetProgramPath -Program node | Should -BeExactly $own
            Mock TestWindows { $false }
            GetProgramPath -Program node | Should -BeExactly '/first/node'
            $collector = [System.IO.Path]::Combine($Root, 'dist', 'cli', 'launcher.cjs'), [System.IO.Path]::Combine($Root, 'collector', 'main.js')
            foreach ($file in $collector) {
                [void][System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($file))
                [System.IO.File]::WriteAllText($file, '')
                # A package's before a clone's.
                GetCollectorPath | Should -BeExactly $file
            }
        }
    }
}

Describe 'A limit' {
    It 'of Windows'' version is 10' {
        InModuleScope PsutilAgent {
            Mock TestWindows { $true }
            Mock GetWindowsVersion { 10 }
            { AssertWindows x } | Should -Not -Throw
            Mock GetWindowsVersion { 9.9 }
            { AssertWindows x } | Should -Throw -ErrorId UnsupportedPlatform
        }
    }
    It 'of tries to start a program is four, of one that is not there one' {
        InModuleScope PsutilAgent -Parameters @{ Folder = (New-Folder) } {
            param($Folder)
            Mock Start-Sleep { }
            { StartNative -FilePath ([System.IO.Path]::Combine($Folder, 'none')) -ArgumentList x } | Should -Throw
            Should -Invoke Start-Sleep -Times 0 -Exactly
            # Neither Windows nor Linux runs it.
            $held = [System.IO.Path]::Combine($Folder, 'held.exe')
            [System.IO.File]::WriteAllText($held, 'no program')
            { StartNative -FilePath $held -ArgumentList x } | Should -Throw
            Should -Invoke Start-Sleep -Times 3 -Exactly
        }
    }
    It 'of owners: SYSTEM, Administrators and whoever owns what is made for comparison' {
        InModuleScope PsutilAgent {
            $item = [System.IO.DirectoryInfo]::new([System.IO.Path]::GetTempPath())
            foreach ($case in @('SY', ''), @('BA', ''), @('S-1-5-21-7', ''), @('S-1-5-21-8', 'belongs to S-1-5-21-8, expected Administrators')) {
                Mock GetDescriptor { "O:$($case[0])D:P(A;;FA;;;SY)" }
                "$(GetPrivacyFault -Item $item -Expected 'O:S-1-5-21-7D:P(A;;FA;;;SY)')" | Should -BeExactly $case[1]
            }
            Mock GetDescriptor { 'O:BAD:P(A;;FA;;;WD)' }
            "$(GetPrivacyFault -Item $item -Expected 'O:BAD:P(A;;FA;;;SY)')" | Should -BeExactly (
                'can be entered by others than SYSTEM and Administrators ((A;;FA;;;WD), expected (A;;FA;;;SY))')
            "$(GetPrivacyFault -Item $item -Expected 'O:BAD:P(A;;FA;;;SY)' -Shared)" | Should -BeExactly ''
        }
    }
    It 'of readings: one needs no interval, several have one of a second' {
        Mock -ModuleName PsutilAgent ReadNativeLine { throw "asked: $ArgumentList" }
        { Get-PsutilSample -Method m } | Should -Throw 'asked: * sample m --json --time --values'
        { Get-PsutilSample -Method m -Count 2 } | Should -Throw 'asked: * sample m --count 2 --interval 1 --json --time --values'
    }
}

Describe 'A monitor''s state' {
    It 'is <Shown> where its collector, <Life>, last said <Said>' -ForEach @(
        @{ Life = 'alive'; Said = 'sampling'; Shown = 'sampling 4711 True samples flow' }, @{ Life = 'alive'; Said = 'starting'; Shown = 'starting 4711 True samples flow' }
        @{ Life = 'dead'; Said = 'sampling'; Shown = 'exited  False the collector is gone; it last said: samples flow' }
        @{ Life = 'dead'; Said = 'stopped'; Shown = 'stopped  False samples flow' }, @{ Life = 'dead'; Said = 'failed'; Shown = 'failed  False samples flow' }
        @{ Life = 'dead'; Said = ''; Shown = '   ' }
    ) {
        $status = if ($Said) { '{"state":"' + $Said + '","pid":4711,"connected":true,"summary":"samples flow","entries":[{"name":"a","last":{"values":{"value":0}}},{"name":"b"}]}' } else { '' }
        InModuleScope PsutilAgent -Parameters @{ Status = $status; Alive = $Life -eq 'alive'; Shown = $Shown } {
            param($Status, $Alive, $Shown)
            $kept = $Status
            Mock ReadText { $kept }
            Mock TestCollectorAlive { $Alive }
            Mock GetServiceState { 'Running' }
            $monitor = NewMonitorObject ([pscustomobject]@{ Name = 'web'; StartupType = 'Manual' })
            "$($monitor.CollectorState) $($monitor.ProcessId) $($monitor.Connected) $($monitor.Summary)" | Should -BeExactly $Shown
            "$($monitor.Name) $($monitor.State) $($monitor.StartupType) $(($monitor.Entries | ForEach-Object { "$($_.Monitor)/$($_.Metric)=$($_.Value)" }) -join ' ')" |
                Should -BeExactly "web Running Manual $(if ($kept) { 'web/a=0 web/b=' })"
        }
    }
}

Describe 'A stop of what Windows means to start again' {
    It 'waits for that as long as Windows may take, and gives nothing' {
        InModuleScope PsutilAgent {
            Mock AssertNoLink { }
            Mock EnterLock { [System.Threading.Mutex]::new($true) }
            Mock GetServiceEntry { [pscustomobject]@{ IsMonitor = $true; ImagePath = ''; AppDirectory = '' } }
            $service = @{ State = 'Stopped'; Waited = '' }
            Mock GetServiceState { $service.State }
            Mock StopCollector { $service.State = 'Stopped' }
            Mock WaitUntil {
                $service.Waited += "$(& $Condition) "
                $service.State = 'StartPending'
                $service.Waited += "$(& $Condition)"
                $true
            }
            foreach ($aborted in $false, $true) {
                Mock TestServiceAborted { $aborted }
                StopMonitor -Entry ([pscustomobject]@{ Name = 'web' }) -Timeout 3 -KeepService | Should -BeNullOrEmpty
                Should -Invoke WaitUntil -Times ([int]$aborted) -Exactly -ParameterFilter { $Timeout -gt 60 }
            }
            $service.Waited | Should -BeExactly 'False True'
            Should -Invoke StopCollector -Times 2 -Exactly -ParameterFilter { $Timeout -eq 3 -and $Name -eq 'web' }
        }
    }
}

Describe 'Programs' {
    BeforeEach {
        $root = New-Folder
        $module = Join-Path $root 'module'
        $programs = Join-Path $root 'Programs'
        $folder = Join-Path $programs '1.0'
        $lines = foreach ($name in 'bin/node.exe', 'collector/a.js') {
            $file = Join-Path $module $name
            [void][System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($file))
            [System.IO.File]::WriteAllText($file, $name)
            "$((Get-FileHash -LiteralPath $file).Hash.ToLowerInvariant())  $name"
        }
        $program = [pscustomobject]@{ Folder = $folder; List = ($lines -join "`n") + "`n" }
        Mock -ModuleName PsutilAgent GetModuleRoot { $module }
        Mock -ModuleName PsutilAgent NewPrivateFolder { $isNew = -not [System.IO.Directory]::Exists($Path); [void][System.IO.Directory]::CreateDirectory($Path); $isNew }
        $undo = [System.Collections.Generic.Stack[psobject]]::new()
        function Install-It { InModuleScope PsutilAgent -Parameters @{ Program = $program; Undo = $undo } { param($Program, $Undo) InstallProgram -Program $Program -Undo $Undo } }
        $undone = { ($undo | ForEach-Object { "$($_.Command) $($_.Parameter.Path)$($_.Parameter.Folder)" }) -join ', ' }
    }
    It 'are copied whole, undone last first, and not twice' {
        Install-It | Should -BeNullOrEmpty
        (Get-ChildItem -Path $folder -Recurse -File | ForEach-Object { $_.Name } | Sort-Object) -join ' ' | Should -Be 'a.js node.exe SHA256SUMS'
        & $undone | Should -BeExactly "RemoveProgram $folder, RemoveEmptyFolder $programs"
        Should -Invoke NewPrivateFolder -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $Path -eq $programs -and $Shared }
        $undo.Clear()
        [System.IO.File]::WriteAllText((Join-Path $folder 'kept'), '')
        Install-It | Should -BeNullOrEmpty
        & $undone | Should -BeExactly ''
        [System.IO.File]::Exists((Join-Path $folder 'kept')) | Should -BeTrue
    }
    It 'that are not finished are made anew' {
        [void][System.IO.Directory]::CreateDirectory($folder)
        [System.IO.File]::WriteAllText((Join-Path $folder 'SHA256SUMS'), $program.List.ToUpperInvariant())
        [System.IO.File]::WriteAllText((Join-Path $folder 'left'), '')
        Install-It | Should -BeNullOrEmpty
        [System.IO.File]::Exists((Join-Path $folder 'left')) | Should -BeFalse
        & $undone | Should -BeExactly "RemoveProgram $folder"
    }
    It '<What> are not run, the reason is told, and nothing is left' -ForEach @(
        @{ What = 'changed by somebody'; Change = { [System.IO.File]::WriteAllText((Join-Path $module 'collector/a.js'), 'x') }; Says = "CollectorNotFound The module's file 'collector/a.js' is not the one that its SHA256SUMS names, so nothing was installed. Install the module anew." }
        @{ What = 'that cannot be read'; Change = { [System.IO.File]::Delete((Join-Path $module 'bin/node.exe')) }; Says = 'DataNotWritable The programs cannot be copied to ''<folder>'' (*). Check the module folder ''<module>'' and the disk.' }
        @{
            What = 'whose folder is another''s'; Says = 'DataNotWritable not private'
            Change = { Mock -ModuleName PsutilAgent NewPrivateFolder { throw (InModuleScope PsutilAgent { NewErrorRecord -Id DataNotWritable -Message 'not private' }) } -ParameterFilter { $Path -like '*1.0.*' } }
        }
    ) {
        . $Change
        $fault = { Install-It } | Should -Throw -PassThru
        "$($fault.FullyQualifiedErrorId) $fault" | Should -BeLikeExactly $Says.Replace('<folder>', $folder).Replace('<module>', $module)
        [System.IO.Directory]::GetFileSystemEntries($programs) | Should -BeNullOrEmpty
        & $undone | Should -BeExactly "RemoveEmptyFolder $programs"
    }
    It 'of a package are those that its list names, and its own unless others are asked for' {
        $sums = "$('a' * 64)  bin/node.exe`r`n$('b' * 64)  collector/a.js`n$('c' * 64)  schemas/s.json`n$('d' * 64)  Public/x.ps1`n$('e' * 64)  bin/../x`n$('f' * 64)  bin/c:x`nshort  bin/y`n"
        InModuleScope PsutilAgent -Parameters @{ Sums = $sums } {
            param($Sums)
            Mock ReadText { $Sums }
            Mock GetProgramFolder { 'folder' }
            Mock GetProgramPath { "$Program $Path" }
            $plan = NewProgramPlan
            $plan.List | Should -BeExactly "$('a' * 64)  bin/node.exe`n$('b' * 64)  collector/a.js`n$('c' * 64)  schemas/s.json`n"
            Should -Invoke GetProgramFolder -Times 1 -Exactly -ParameterFilter { $List -ceq $plan.List }
            "$($plan.Folder) $($plan.Node) $($plan.Nssm) $($plan.Collector)".Replace('\', '/') | Should -BeExactly 'folder folder/bin/node.exe folder/bin/nssm.exe folder/collector/main.js'
            $plan = NewProgramPlan -NodePath o -NssmPath n
            "$($plan.Node) $($plan.Nssm)" | Should -BeExactly 'node o nssm n'
        }
    }
}

Describe 'What a service is' {
    It 'is read back in the shape of what is wanted' {
        InModuleScope PsutilAgent {
            Mock GetServiceEntry { [pscustomobject]@{ ImagePath = 'i'; DisplayName = 'd'; Description = 't'; StartupType = 'Manual'; Account = 'LOCALSYSTEM' } }
            Mock ReadServiceKey { if ($Name -eq 'web\Parameters') { @{ a = 1; other = 2 } } elseif ($Name -eq 'web\Parameters\AppExit') { @{ '' = 'Restart'; '0' = 'Exit' } } }
            $found = ReadServiceSetting -Name web -Wanted ([ordered]@{ Account = 'LocalSystem'; Values = [ordered]@{ a = 9; missing = 9 }; Exit = [ordered]@{ '0' = ''; '' = '' } })
            ConvertToJsonText @($found['ImagePath'], $found['DisplayName'], $found['Description'], $found['StartupType'], $found['Account'], $found['Values'], $found['Exit']) |
                Should -BeExactly '["i","d","t","Manual","LocalSystem",{"a":1,"missing":null},{"0":"Exit","":"Restart"}]'
            Mock GetServiceEntry { }
            ReadServiceSetting -Name web -Wanted @{} | Should -BeNullOrEmpty
        }
    }
    It 'is gone after <Case>' -ForEach @(
        @{ Case = 'the last of this NSSM'; Others = @{ other = '"other.exe"' }; Named = 'nssm.exe'; Gone = $true }, @{ Case = 'one of several, quoted'; Others = @{ other = '"NSSM.exe"' }; Named = 'nssm.exe'; Gone = $false }
        @{ Case = 'one of several'; Others = @{ first = 'x'; other = 'nssm.exe' }; Named = 'nssm.exe'; Gone = $false }, @{ Case = 'another''s source'; Others = @{}; Named = 'other.exe'; Gone = $false }
        @{ Case = 'none'; Others = @{}; Named = ''; Gone = $false }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Others = $Others; Named = $Named; Gone = $Gone } {
            param($Others, $Named, $Gone)
            $there = @{ Is = $true }
            Mock GetServiceState { if ($there.Is) { 'Stopped' } }
            Mock InvokeNssm { $there.Is = $false }
            Mock GetServiceName { $Others.Keys }
            Mock ReadServiceKey { if ($Name -eq 'EventLog\Application\NSSM') { if ($Named) { @{ EventMessageFile = $Named } } } else { @{ ImagePath = $Others[$Name] } } }
            Mock RemoveServiceKey { }
            RemoveService -Nssm nssm.exe -Name web
            Should -Invoke InvokeNssm -Times 1 -Exactly -ParameterFilter { "$Nssm $ArgumentList" -eq 'nssm.exe remove web confirm' }
            Should -Invoke RemoveServiceKey -Times ([int]$Gone) -Exactly -ParameterFilter { $Name -eq 'EventLog\Application\NSSM' }
            RemoveService -Nssm nssm.exe -Name web
            Should -Invoke InvokeNssm -Times 1 -Exactly
        }
    }
    It 'made by NSSM begins with this call' {
        InModuleScope PsutilAgent {
            Mock InvokeNssm { }
            Mock SetServiceSetting { }
            InstallService -Nssm nssm.exe -Name web -Setting @{ Values = @{ Application = 'node.exe' } }
            Should -Invoke InvokeNssm -Times 1 -Exactly -ParameterFilter { "$Nssm $ArgumentList" -eq 'nssm.exe install web node.exe' }
            Should -Invoke SetServiceSetting -Times 1 -Exactly -ParameterFilter { $Nssm -eq 'nssm.exe' -and $Name -eq 'web' -and $Setting.Values.Application -eq 'node.exe' }
        }
    }
}

Describe 'A private folder' {
    It 'that is there need only be an administrator''s where it is shared; one that is made is looked at in any case' {
        InModuleScope PsutilAgent -Parameters @{ Folder = (New-Folder) } {
            param($Folder)
            Mock NewProtectedDirectory { [void][System.IO.Directory]::CreateDirectory($Directory.FullName) }
            Mock GetPrivateDescriptor { [pscustomobject]@{ Folder = "private in $Parent" } }
            Mock GetPrivacyFault { if (-not $Shared) { "is not $Expected" } }
            NewPrivateFolder -Path $Folder -Shared | Should -BeExactly $false
            $parent = [System.IO.Path]::GetDirectoryName($Folder)
            { NewPrivateFolder -Path $Folder } | Should -Throw -ErrorId DataNotWritable -ExpectedMessage "*is not private in $parent.*"
            { NewPrivateFolder -Path "$Folder-new" -Shared } | Should -Throw -ErrorId DataNotWritable
            Mock GetPrivacyFault { }
            NewPrivateFolder -Path "$Folder-newer" -Shared | Should -BeExactly $true
            NewPrivateFolder -Path "$Folder-newer" | Should -BeExactly $false
        }
    }
}

Describe 'Files and objects together' {
    It 'are a configuration each file, and one of all objects: <Cmdlet>' -ForEach @(@{ Cmdlet = 'Test-PsutilConfiguration' }, @{ Cmdlet = 'Start-PsutilMonitor' }) {
        $asked = [System.Collections.Generic.List[string]]::new()
        Mock -ModuleName PsutilAgent AssertWindows { }
        Mock -ModuleName PsutilAgent SendConfiguration {
            $asked.Add($(if ($PesterBoundParameters['Path']) { [System.IO.Path]::GetFileName($Path) } else { @($Configuration).Count }))
            [pscustomobject]@{ valid = $true; faults = @(); warnings = @(); document = @{ node = @{ node_id = "n$($asked.Count)" } } }
        }
        Mock -ModuleName PsutilAgent NewMonitorPlan { [pscustomobject]@{ Settings = '{}'; Action = ''; RunningSettings = '' } }
        $file = [System.IO.FileInfo]::new((Join-Path $TestDrive 'one.yaml'))
        $null = @{ a = 1 }, $file, @{ b = 2 } | & $Cmdlet
        # A start asks of the whole settings, too.
        $asked -join ' ' | Should -BeExactly $(if ($Cmdlet -like 'Test*') { 'one.yaml 2' } else { 'one.yaml 1 2 1' })
    }
}
