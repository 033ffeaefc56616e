# Files, folders and processes of this system: what reads, writes, deletes and looks for them. Windows has rules of its own there.
BeforeDiscovery {
    $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
}

BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
    function New-Folder {
        $path = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
        [System.IO.Directory]::CreateDirectory($path).FullName
    }
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

Describe 'Unsent samples' {
    It 'of a collector that <What> are <Fate>' -ForEach @(
        @{ What = 'said when it ended that there are none'; Status = '{"state":"stopped","spooled":0}'; Fate = 'gone' }
        @{ What = 'said when it ended that there are some'; Status = '{"state":"stopped","spooled":1}'; Fate = 'kept' }
        @{ What = 'died, having none when it last wrote'; Status = '{"state":"sampling","spooled":0}'; Fate = 'kept' }
        @{ What = 'failed'; Status = '{"state":"failed","spooled":0}'; Fate = 'kept' }
        @{ What = 'ended and does not know'; Status = '{"state":"stopped"}'; Fate = 'kept' }
        @{ What = 'died while it wrote'; Status = '{"state":"stop'; Fate = 'kept' }
        @{ What = 'never said anything'; Status = ''; Fate = 'kept' }
        @{ What = 'died, with -RemoveData'; Status = '{"state":"sampling","spooled":9}'; All = $true; Fate = 'gone' }
    ) {
        $data = Join-Path (New-Folder) 'web'
        $null = New-Item -ItemType Directory -Path (Join-Path $data 'spool')
        foreach ($name in 'spool/1', 'settings.json', 'status.json') { [System.IO.File]::WriteAllText((Join-Path $data $name), $(if ($name -eq 'status.json') { $Status })) }
        $path = [pscustomobject]@{ Data = $data; Status = (Join-Path $data 'status.json'); Spool = (Join-Path $data 'spool') }
        InModuleScope PsutilAgent -Parameters @{ Path = $path; All = [bool]$All } { param($Path, $All) RemoveMonitorData -Path $Path -All:$All }
        if ($Fate -eq 'gone') { Test-Path -Path (Split-Path -Path $data) | Should -BeFalse }
        else { (Get-ChildItem -Path $data -Recurse | ForEach-Object { $_.Name }) -join ' ' | Should -Be 'spool 1' }
    }
}

Describe 'A process that is not there' {
    It 'is no collector, and no fault' {
        InModuleScope PsutilAgent {
            $ErrorActionPreference = 'Stop'
            TestCollectorAlive ([pscustomobject]@{ pid = 2147483646; state = 'sampling'; since = '2026-01-02T03:04:05.000Z' }) | Should -BeExactly $false
        }
    }
}
