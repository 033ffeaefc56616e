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
