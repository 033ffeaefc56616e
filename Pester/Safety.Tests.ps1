# What a hostile or unlucky host may not do with the module: every case is tried as an attacker would, with all files compared
# before and after. The files and links are real; services, NSSM and access lists are FakeWindows's, whose access lists tell
# what the modes of this file system do. What needs a real service manager is in EndToEnd.Tests.ps1.
BeforeDiscovery {
    $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
}

BeforeAll {
    $root = Split-Path -Path $PSScriptRoot
    Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'FakeWindows.psm1')
    Install-FakeWindows
    $entry = @{ method = 'boot_time'; interval = 5 }
    $private = [System.IO.UnixFileMode]'UserRead, UserWrite, UserExecute'

    # Every file, folder and link below the folders, with what is in it.
    function Get-Tree {
        param([string[]] $Path)

        foreach ($folder in $Path) {
            foreach ($item in [System.IO.DirectoryInfo]::new($folder).EnumerateFileSystemInfos('*', [System.IO.SearchOption]::AllDirectories) | Sort-Object -Property FullName) {
                $content = if ($item.LinkTarget) { "-> $($item.LinkTarget)" } elseif ($item -is [System.IO.FileInfo]) { [System.IO.File]::ReadAllText($item.FullName) }
                "$($item.FullName) $content"
            }
        }
    }
    function New-Folder {
        param([string] $Path, [switch] $Private)

        [System.IO.Directory]::CreateDirectory($Path).FullName
        if ($Private) { [System.IO.File]::SetUnixFileMode($Path, [System.IO.UnixFileMode]'UserRead, UserWrite, UserExecute') }
    }
    $arrange = {
        . (Join-Path $PSScriptRoot 'FakeWindows.ps1')
        $start['BrokerHostname'] = 'h'
        $folder = Join-Path $data 'cloudify-psutil'
        $lock = 'Global\PsutilAgent-cloudify-psutil-' + (Split-Path -Path $env:PSUTIL_AGENT_FAKE -Leaf)
        $victim = New-Folder (Join-Path $env:PSUTIL_AGENT_FAKE 'victim')
        [System.IO.File]::WriteAllText((Join-Path $victim 'precious'), 'precious')
        [void](New-Folder (Join-Path $victim 'spool'))
        [System.IO.File]::WriteAllText((Join-Path $victim 'spool/deep'), 'deep')
        $refuse = {
            param([string] $Like)
            $before = Get-Tree $env:PSUTIL_AGENT_FAKE
            $record = $null
            try { Start-PsutilMonitor -Configuration $entry @start } catch { $record = $_ }
            $record.FullyQualifiedErrorId | Should -Be 'DataNotWritable,Start-PsutilMonitor' -Because "$record"
            "$record" | Should -BeLike $Like
            (Get-Tree $env:PSUTIL_AGENT_FAKE) -join "`n" | Should -BeExactly ($before -join "`n")
            @(Get-FakeServiceName).Count | Should -Be 0
        }
    }
}
AfterAll { $env:PSUTIL_AGENT_FAKE = $null }

Describe 'A start' -Skip:$onWindows {
    BeforeEach { . $arrange }
    It 'whose data folder is a link is refused, and what it leads to is not touched' {
        [void](New-Folder $data -Private)
        [void][System.IO.Directory]::CreateSymbolicLink($folder, $victim)
        & $refuse '*is a link*'
    }
    It 'whose folder of all monitors is a link is refused, and what it leads to is not touched' {
        [void][System.IO.Directory]::CreateSymbolicLink($data, $victim)
        & $refuse '*is a link*'
    }
    It 'whose <Which> somebody made before is refused, and nothing in it touched' -ForEach @(
        @{ Which = 'data folder'; Make = { [void](New-Folder $data -Private); New-Folder $folder } }
        @{ Which = 'folder of all monitors'; Make = { New-Folder $data } }
        @{ Which = 'data folder, closed to all but him,'; Make = { [void](New-Folder $data -Private); New-Folder $folder -Private }; Owner = 'S-1-5-21-1-2-3-1001' }
    ) {
        $made = & $Make
        $open = Join-Path $made 'psutil.log'
        $null = New-Item -ItemType HardLink -Path $open -Target (Join-Path $victim 'precious')
        if ($Owner) {
            Mock -ModuleName PsutilAgent GetDescriptor {
                $found = Get-FakeDescriptor -Item $Item
                if ($Item.Name -eq 'cloudify-psutil') { $found -replace '^O:BA', "O:$Owner" } else { $found }
            }
        }
        & $refuse $(if ($Owner) { "*belongs to $Owner, expected Administrators*" } else { '*others than SYSTEM and Administrators*' })
    }
    It 'whose data folder holds <What> is refused, and nothing touched' -ForEach @(
        @{ What = 'a link for the spool'; Make = { [void][System.IO.Directory]::CreateSymbolicLink((Join-Path $folder 'spool'), $victim) } }
        @{ What = 'a link deep in the spool'; Make = { [void](New-Folder (Join-Path $folder 'spool/a/b')); [void][System.IO.Directory]::CreateSymbolicLink((Join-Path $folder 'spool/a/b/c'), $victim) } }
        @{ What = 'a link for the log'; Make = { [void][System.IO.File]::CreateSymbolicLink((Join-Path $folder 'psutil.log'), (Join-Path $victim 'precious')) } }
        @{
            What = 'another file''s hard link for the service''s log'
            Make = {
                [System.IO.File]::SetUnixFileMode((Join-Path $victim 'precious'), [System.IO.UnixFileMode]'UserRead, UserWrite')
                $null = New-Item -ItemType HardLink -Path (Join-Path $folder 'service.log') -Target (Join-Path $victim 'precious')
            }
        }
    ) {
        [void](New-Folder $data -Private)
        [void](New-Folder $folder -Private)
        & $Make
        & $refuse "*$folder*"
    }
    It 'with -Force moves a folder aside that somebody made before, whole, and works' {
        [void](New-Folder $data -Private)
        [void](New-Folder $folder)
        [void][System.IO.Directory]::CreateSymbolicLink((Join-Path $folder 'spool'), $victim)
        [System.IO.File]::WriteAllText((Join-Path $folder 'left'), 'left')
        $before = Get-Tree $victim
        Start-PsutilMonitor -Configuration $entry -Force @start -WarningVariable warnings
        "$warnings" | Should -BeLike '*moved to*aside*'
        $aside = @(Get-ChildItem -Path $data -Directory | Where-Object { $_.Name -like '*.aside-*' })
        $aside.Count | Should -Be 1
        Get-Content -Path (Join-Path $aside[0].FullName 'left') | Should -Be 'left'
        [System.IO.File]::GetUnixFileMode($folder) | Should -Be $private
        (Get-Tree $victim) -join "`n" | Should -BeExactly ($before -join "`n")
    }
    It 'that fails leaves what was there before as it was: <What>' -ForEach @(
        @{ What = 'samples and a file of somebody''s'; Make = { [void](New-Folder (Join-Path $folder 'spool')); [System.IO.File]::WriteAllText((Join-Path $folder 'spool/1'), 's'); [System.IO.File]::WriteAllText((Join-Path $folder 'note'), 'n') } }
        @{ What = 'an empty folder'; Make = { } }
    ) {
        [void](New-Folder $data -Private)
        [void](New-Folder $folder -Private)
        & $Make
        $before = Get-Tree $env:PSUTIL_AGENT_FAKE
        Set-FakeOption @{ Collector = 'exits' }
        { Start-PsutilMonitor -Configuration $entry @start } | Should -Throw -ErrorId 'CollectorExited,Start-PsutilMonitor'
        (Get-Tree $env:PSUTIL_AGENT_FAKE) -join "`n" | Should -BeExactly ($before -join "`n")
    }
    It 'of one name waits for another, is told where that takes long, and nothing was made' {
        $held = [System.Threading.ManualResetEventSlim]::new()
        $release = [System.Threading.ManualResetEventSlim]::new()
        $other = [powershell]::Create().AddScript({
                param($Held, $Release, $Lock)
                $mutex = [System.Threading.Mutex]::new($true, $Lock)
                $Held.Set()
                [void]$Release.Wait(60000)
                $mutex.ReleaseMutex()
            }).AddArgument($held).AddArgument($release).AddArgument($lock)
        $running = $other.BeginInvoke()
        try {
            $held.Wait(30000) | Should -BeTrue
            { Start-PsutilMonitor -Configuration $entry @start } | Should -Throw -ErrorId 'StartTimeout,Start-PsutilMonitor' -ExpectedMessage '*Another session*'
            @(Get-FakeServiceName).Count | Should -Be 0
            Test-Path -Path $data | Should -BeFalse
        }
        finally {
            $release.Set()
            $other.EndInvoke($running)
            $other.Dispose()
        }
        Start-PsutilMonitor -Configuration $entry @start
        @(Get-FakeServiceName).Count | Should -Be 1
    }
    It 'works after another ended in the middle of it' {
        $kept = [System.Threading.Mutex]::new($false, $lock)
        $other = [powershell]::Create()
        $other.Runspace = [runspacefactory]::CreateRunspace()
        # Its thread ends with the script, and has the lock then.
        $other.Runspace.ThreadOptions = 'UseNewThread'
        $other.Runspace.Open()
        $other.AddScript("[void][System.Threading.Mutex]::new(`$false, '$lock').WaitOne()").Invoke()
        $other.Runspace.Dispose()
        Start-PsutilMonitor -Configuration $entry @start
        $kept.Dispose()
        @(Get-FakeServiceName).Count | Should -Be 1
    }
    It 'does not do again what another session did meanwhile' {
        # Between the plan and the lock.
        $realLock = InModuleScope PsutilAgent { Get-Command -Name EnterLock -CommandType Function }
        $state = @{ Done = $false }
        Mock -ModuleName PsutilAgent EnterLock {
            if ($Name -and -not $state.Done) {
                $state.Done = $true
                Start-PsutilMonitor -Configuration $entry @start
                Clear-FakeCall
            }
            & $realLock @PesterBoundParameters
        }
        Start-PsutilMonitor -Configuration $entry @start
        $state.Done | Should -BeTrue
        Get-FakeCall | Should -BeNullOrEmpty
    }
    It 'on a Windows that node.exe does not run on, a fake one, is refused before anything is made' {
        Mock -ModuleName PsutilAgent GetWindowsVersion { 6.3 }
        { Start-PsutilMonitor -Configuration $entry @start } | Should -Throw -ErrorId 'UnsupportedPlatform,Start-PsutilMonitor' -ExpectedMessage '*Server 2016*this is Windows 6.3*'
        Test-Path -Path $data | Should -BeFalse
    }
}

Describe 'A stop' -Skip:$onWindows {
    BeforeEach {
        . $arrange
        Start-PsutilMonitor -Configuration $entry @start
        Clear-FakeCall
    }
    It 'deletes links at any depth, and never what they lead to' {
        [void](New-Folder (Join-Path $folder 'spool/a'))
        [void][System.IO.Directory]::CreateSymbolicLink((Join-Path $folder 'spool/a/b'), $victim)
        [void][System.IO.Directory]::CreateSymbolicLink((Join-Path $folder 'there'), $victim)
        [void][System.IO.File]::CreateSymbolicLink((Join-Path $folder 'file'), (Join-Path $victim 'precious'))
        $before = Get-Tree $victim
        Stop-PsutilMonitor -Name cloudify-psutil -RemoveData
        Test-Path -Path $data | Should -BeFalse
        (Get-Tree $victim) -join "`n" | Should -BeExactly ($before -join "`n")
    }
    It 'whose <Which> has become a link is refused, and nothing touched' -ForEach @(
        @{ Which = 'data folder'; Link = { $folder } }, @{ Which = 'folder of all monitors'; Link = { $data } }
    ) {
        $place = & $Link
        [System.IO.Directory]::Move($place, "$place.moved")
        [void][System.IO.Directory]::CreateSymbolicLink($place, $victim)
        $before = Get-Tree $env:PSUTIL_AGENT_FAKE
        Stop-PsutilMonitor -Name cloudify-psutil -RemoveData -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'DataNotWritable,Stop-PsutilMonitor'
        (Get-Tree $env:PSUTIL_AGENT_FAKE) -join "`n" | Should -BeExactly ($before -join "`n")
        @(Get-FakeServiceName).Count | Should -Be 1
        Get-FakeCall | Should -BeNullOrEmpty
    }
}

Describe 'A service that Windows means to start again' {
    BeforeEach {
        . $arrange
        Start-PsutilMonitor -Configuration $entry @start
        # Its program ended without a word: stopped, with a start of it pending, that comes when it is next waited for.
        Set-FakeState -Name cloudify-psutil -State Stopped
        Set-FakeOption @{ Aborted = $true }
        Clear-FakeCall
        Mock -ModuleName PsutilAgent WaitUntil -ParameterFilter { $Activity -like '*after a failure' } {
            Set-FakeOption @{ Aborted = $false }
            Send-FakeControl -Name cloudify-psutil -Control Start
            Clear-FakeCall
        }
    }
    It 'stays stopped with -KeepService' {
        Stop-PsutilMonitor -Name cloudify-psutil -KeepService
        Get-FakeState -Name cloudify-psutil | Should -Be 'Stopped'
        Get-FakeCall | Should -Be 'asked | to stop'
        Should -Invoke WaitUntil -ModuleName PsutilAgent -Times 1 -Exactly -ParameterFilter { $Activity -like '*after a failure' -and $Timeout -gt 60 }
    }
    It 'is deleted after that, not before' {
        Stop-PsutilMonitor -Name cloudify-psutil
        (Get-FakeCall) -join '; ' | Should -Be 'asked | to stop; remove | cloudify-psutil | confirm'
        Test-Path -Path $data | Should -BeFalse
    }
}

Describe 'The programs of a packaged module' -Skip:$onWindows {
    BeforeEach {
        . $arrange
        $module = New-Folder (Join-Path $env:PSUTIL_AGENT_FAKE 'module')
        $programs = Join-Path $env:PSUTIL_AGENT_FAKE 'Programs'
        $version = "$((Get-Module PsutilAgent).Version)"
        $realCollector = InModuleScope PsutilAgent { GetCollectorPath }
        $start.Remove('NssmPath')
        Mock -ModuleName PsutilAgent GetModuleRoot { Join-Path $env:PSUTIL_AGENT_FAKE 'module' }
        $realNode = InModuleScope PsutilAgent { GetProgramPath -Program node }
        # What checks the configuration is no part of the build.
        Mock -ModuleName PsutilAgent GetCollectorPath { $realCollector }
        Mock -ModuleName PsutilAgent GetProgramPath { if ($Program -eq 'node') { $realNode } else { $Path } }
        # A build of the module: programs, and other files that the service does not need.
        function New-Build {
            param([string] $Text)

            $lines = foreach ($name in 'bin/node.exe', 'bin/nssm.exe', 'collector/main.js', 'collector/deep/koffi.node', 'schemas/a.json', 'PsutilAgent.psm1') {
                $file = Join-Path $module $name
                [void](New-Folder ([System.IO.Path]::GetDirectoryName($file)))
                [System.IO.File]::WriteAllText($file, "$name of $Text")
                "$((Get-FileHash -LiteralPath $file).Hash.ToLowerInvariant())  $name"
            }
            [System.IO.File]::WriteAllText((Join-Path $module 'SHA256SUMS'), ($lines -join "`n") + "`n")
        }
        New-Build first
    }
    It 'are put into a private folder of their version, whole and nothing else, and run from there' {
        Start-PsutilMonitor -Configuration $entry @start
        $folder = Join-Path $programs $version
        foreach ($private in $programs, $folder) { [System.IO.File]::GetUnixFileMode($private) | Should -Be ([System.IO.UnixFileMode]448) }
        (Get-ChildItem -Path $folder -Recurse -File | ForEach-Object { $_.FullName.Substring($folder.Length + 1) } | Sort-Object) -join ' ' |
            Should -Be 'bin/node.exe bin/nssm.exe collector/deep/koffi.node collector/main.js schemas/a.json SHA256SUMS'
        @(Get-ChildItem -Path $programs).Count | Should -Be 1
        $values = Read-FakeKey -Name cloudify-psutil\Parameters
        $values.Application, $values.AppDirectory | Should -Be (Join-Path $folder 'bin/node.exe'), $folder
        $values.AppParameters | Should -BeLike "`"$folder/collector/main.js`" run *"
        (Read-FakeKey -Name cloudify-psutil).ImagePath | Should -Be "`"$(Join-Path $folder 'bin/nssm.exe')`""
    }
    It 'one of which is not as SHA256SUMS says are not run: CollectorNotFound, and nothing left' {
        [System.IO.File]::AppendAllText((Join-Path $module 'collector/main.js'), ' and more')
        $record = $null
        try { Start-PsutilMonitor -Configuration $entry @start } catch { $record = $_ }
        $record.FullyQualifiedErrorId | Should -Be 'CollectorNotFound,Start-PsutilMonitor'
        $record.TargetObject | Should -Be 'collector/main.js'
        Test-Path -Path $programs, $data | Should -Be $false, $false
        @(Get-FakeServiceName).Count | Should -Be 0
    }
    It 'of which one is missing are not run: DataNotWritable, and nothing left' {
        [System.IO.File]::Delete((Join-Path $module 'bin/nssm.exe'))
        { Start-PsutilMonitor -Configuration $entry @start } | Should -Throw -ErrorId 'DataNotWritable,Start-PsutilMonitor'
        Test-Path -Path $programs, $data | Should -Be $false, $false
    }
    It 'are not run from a folder that somebody made before' {
        [void](New-Folder $programs -Private)
        [void](New-Folder (Join-Path $programs $version))
        $list = InModuleScope PsutilAgent { (NewProgramPlan).List }
        [System.IO.File]::WriteAllText((Join-Path $programs "$version/SHA256SUMS"), $list)
        $before = Get-Tree $env:PSUTIL_AGENT_FAKE
        { Start-PsutilMonitor -Configuration $entry @start } | Should -Throw -ErrorId 'DataNotWritable,Start-PsutilMonitor'
        (Get-Tree $env:PSUTIL_AGENT_FAKE) -join "`n" | Should -BeExactly ($before -join "`n")
    }
    It 'are put there anew where a folder of theirs was not finished' {
        [void](New-Folder $programs -Private)
        [void](New-Folder (Join-Path $programs $version) -Private)
        [System.IO.File]::WriteAllText((Join-Path $programs "$version/left"), 'left')
        Start-PsutilMonitor -Configuration $entry @start
        Test-Path -Path (Join-Path $programs "$version/left") | Should -BeFalse
        Get-Content -Path (Join-Path $programs "$version/bin/node.exe") | Should -Be 'bin/node.exe of first'
    }
    It 'go with the last monitor of a version' {
        Start-PsutilMonitor -Configuration $entry @start
        Start-PsutilMonitor -Configuration $entry -NodeId two @start
        Stop-PsutilMonitor -Name cloudify-psutil
        Test-Path -Path (Join-Path $programs "$version/bin/node.exe") | Should -BeTrue
        Stop-PsutilMonitor -Name cloudify-psutil-two -KeepService
        Test-Path -Path (Join-Path $programs "$version/bin/node.exe") | Should -BeTrue
        Stop-PsutilMonitor -Name cloudify-psutil-two
        Test-Path -Path $programs | Should -BeFalse
    }
    It 'of another build of the version get a folder of their own; monitors go over one by one, and the last takes the old one along' {
        Start-PsutilMonitor -Configuration $entry @start
        Start-PsutilMonitor -Configuration $entry -NodeId two @start
        New-Build second
        Clear-FakeCall
        Get-PsutilMonitor -Name cloudify-psutil | Start-PsutilMonitor -Timeout 2
        (Get-FakeCall) -join '; ' | Should -BeLike 'asked | to stop; set | cloudify-psutil | ImagePath | *; Start | cloudify-psutil'
        $folders = @(Get-ChildItem -Path $programs | ForEach-Object { $_.Name } | Sort-Object)
        $folders.Count | Should -Be 2
        $folders[0], $folders[1] | Should -BeLike "$version*"
        (Read-FakeKey -Name cloudify-psutil\Parameters).AppDirectory | Should -Be (Join-Path $programs $folders[1])
        (Read-FakeKey -Name cloudify-psutil-two\Parameters).AppDirectory | Should -Be (Join-Path $programs $version)
        Get-PsutilMonitor -Name cloudify-psutil-two | Start-PsutilMonitor -Timeout 2
        (Get-ChildItem -Path $programs | ForEach-Object { $_.Name }) | Should -Be $folders[1]
    }
    It 'of an update that fails go, and the monitor runs again from its own' {
        Start-PsutilMonitor -Configuration $entry @start
        $before = Get-Tree $programs
        New-Build second
        Set-FakeOption @{ Collector = 'exits' }
        { Get-PsutilMonitor | Start-PsutilMonitor -Timeout 2 } | Should -Throw -ErrorId 'CollectorExited,Start-PsutilMonitor'
        (Get-Tree $programs) -join "`n" | Should -BeExactly ($before -join "`n")
        (Read-FakeKey -Name cloudify-psutil\Parameters).AppDirectory | Should -Be (Join-Path $programs $version)
        (Read-FakeKey -Name cloudify-psutil).ImagePath | Should -Be "`"$(Join-Path $programs "$version/bin/nssm.exe")`""
    }
    It 'of a clone, which has no SHA256SUMS, are run where they lie, with a warning' {
        [System.IO.File]::Delete((Join-Path $module 'SHA256SUMS'))
        Mock -ModuleName PsutilAgent GetProgramPath { "/somewhere/$Program.exe" }
        InModuleScope PsutilAgent -Parameters @{ Module = $module } {
            param($Module)
            $program = NewProgramPlan
            $program.Folder, $program.List, $program.Nssm | Should -Be $Module, '', '/somewhere/nssm.exe'
            InstallProgram -Program $program -Undo ([System.Collections.Generic.Stack[psobject]]::new()) -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -BeLike "*'$Module'*no SHA256SUMS*"
        }
    }
}

Describe 'Access' {
    It 'of <Found> is <Meaning>' -ForEach @(
        @{ Found = 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'; Meaning = 'private' }
        @{ Found = 'O:BAD:PAI(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)'; Meaning = 'private' }
        @{ Found = 'O:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'; Meaning = 'private' }
        @{ Found = 'O:BUD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'; Meaning = 'another''s' }
        @{ Found = 'O:S-1-5-21-1-2-3-500D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'; Meaning = 'another''s' }
        @{ Found = 'O:BAD:AI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'; Meaning = 'open' }
        @{ Found = 'O:BAD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)'; Meaning = 'open' }
        @{ Found = 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;;FR;;;WD)'; Meaning = 'open' }
        @{ Found = 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICIIO;FA;;;CO)'; Meaning = 'open' }
        @{ Found = 'O:BAD:P(D;;FA;;;BU)(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'; Meaning = 'open' }
        @{ Found = 'O:BAD:P(A;OICI;FA;;;SY)'; Meaning = 'open' }
        @{ Found = 'O:BAD:P'; Meaning = 'open' }
        @{ Found = 'O:BAD:NO_ACCESS_CONTROL'; Meaning = 'open' }
        @{ Found = ''; Meaning = 'another''s' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Found = $Found; Meaning = $Meaning } {
            param($Found, $Meaning)
            Mock GetDescriptor { $Found }
            $fault = GetPrivacyFault -Item ([System.IO.DirectoryInfo]::new([System.IO.Path]::GetTempPath())) -Expected 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'
            switch ($Meaning) {
                'private' { $fault | Should -BeNullOrEmpty }
                'another''s' { $fault | Should -BeLike 'belongs to*' }
                default { $fault | Should -BeLike 'can be entered by others*' }
            }
        }
    }
}
