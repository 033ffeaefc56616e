# The supplied cmdlets of Microsoft.PowerShell.Management and Security behave as the real ones: these tests pass on both.
BeforeDiscovery { $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT' }

Describe 'Items' {
    It 'are made, found, renamed, moved, copied and removed' {
        $folder = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'folder with space')
        $folder | Should -BeOfType [System.IO.DirectoryInfo]
        $file = New-Item -ItemType File -Path $folder.FullName -Name 'a[1].txt' -Value 'text'
        Test-Path -LiteralPath $file.FullName | Should -BeTrue
        Test-Path -Path $file.FullName | Should -BeFalse
        Test-Path -LiteralPath $file.FullName -PathType Container | Should -BeFalse
        Rename-Item -LiteralPath $file.FullName -NewName 'b.txt'
        Copy-Item -LiteralPath (Join-Path $folder.FullName 'b.txt') -Destination (Join-Path $folder.FullName 'c.txt')
        Move-Item -LiteralPath (Join-Path $folder.FullName 'c.txt') -Destination (Join-Path $folder.FullName 'd.log')
        (Get-ChildItem -LiteralPath $folder.FullName).Name | Should -Be 'b.txt', 'd.log'
        (Get-ChildItem -Path $folder.FullName -Filter '*.log').Name | Should -Be 'd.log'
        (Get-ChildItem -Path $folder.FullName -File -Name) | Should -HaveCount 2
        Copy-Item -LiteralPath $folder.FullName -Destination (Join-Path $TestDrive 'copy') -Recurse
        Join-Path $TestDrive 'copy/d.log' | Should -Exist
        Remove-Item -LiteralPath $folder.FullName -Recurse -Force
        Test-Path -LiteralPath $folder.FullName | Should -BeFalse
    }
    It 'that are missing are errors' {
        { Get-Item -LiteralPath (Join-Path $TestDrive 'none') -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand'
        { Remove-Item -LiteralPath (Join-Path $TestDrive 'none') -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,Microsoft.PowerShell.Commands.RemoveItemCommand'
        Get-Item -LiteralPath (Join-Path $TestDrive 'none') -ErrorAction Ignore | Should -BeNullOrEmpty
    }
    It 'are left alone by -WhatIf' {
        $path = Join-Path $TestDrive 'kept.txt'
        Set-Content -LiteralPath $path -Value 1
        Remove-Item -LiteralPath $path -WhatIf
        $path | Should -Exist
        Set-Content -LiteralPath $path -Value 2 -WhatIf
        Get-Content -LiteralPath $path | Should -Be 1
    }
    It 'are reached below with -Recurse, -Include and wildcards' {
        $null = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'deep/er') -Force
        Set-Content -Path (Join-Path $TestDrive 'deep/er/x.ps1'), (Join-Path $TestDrive 'deep/y.txt') -Value 1
        (Get-ChildItem -Path (Join-Path $TestDrive 'deep') -Recurse -Include '*.ps1').Name | Should -Be 'x.ps1'
        (Get-Item -Path (Join-Path $TestDrive 'deep/*.txt')).Name | Should -Be 'y.txt'
        Test-Path -Path (Join-Path $TestDrive 'deep/*.none') | Should -BeFalse
    }
}

Describe 'Content' {
    It 'is written and read, line by line or whole' {
        $path = Join-Path $TestDrive 'lines.txt'
        Set-Content -LiteralPath $path -Value 'a', 'b', 'c'
        Add-Content -LiteralPath $path -Value 'd'
        Get-Content -LiteralPath $path | Should -Be 'a', 'b', 'c', 'd'
        Get-Content -LiteralPath $path -TotalCount 2 | Should -Be 'a', 'b'
        Get-Content -LiteralPath $path -Tail 1 | Should -Be 'd'
        (Get-Content -LiteralPath $path -Raw) -replace "`r" | Should -Be "a`nb`nc`nd`n"
        Clear-Content -LiteralPath $path
        (Get-Item -LiteralPath $path).Length | Should -Be 0
        'x', 'y' | Set-Content -LiteralPath $path -NoNewline
        Get-Content -LiteralPath $path | Should -Be 'xy'
    }
    It 'keeps every character' {
        $path = Join-Path $TestDrive 'utf8.txt'
        $text = "gr$([char]0xfc)n $([char]0x20ac)"
        Set-Content -LiteralPath $path -Value $text -Encoding utf8
        Get-Content -LiteralPath $path -Encoding utf8 | Should -Be $text
    }
    It 'that is missing is an error' {
        { Get-Content -LiteralPath (Join-Path $TestDrive 'none') -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,Microsoft.PowerShell.Commands.GetContentCommand'
    }
}

Describe 'Paths' {
    It 'are joined and split' {
        $separator = [System.IO.Path]::DirectorySeparatorChar
        Join-Path 'a' 'b' | Should -Be "a${separator}b"
        Split-Path "a${separator}b.txt" -Leaf | Should -Be 'b.txt'
        Split-Path "a${separator}b.txt" -Parent | Should -Be 'a'
        Split-Path "a${separator}b.txt" | Should -Be 'a'
        Split-Path -IsAbsolute $TestDrive | Should -BeTrue
    }
    It 'are resolved' {
        (Resolve-Path -LiteralPath $TestDrive).ProviderPath | Should -Be (Convert-Path -LiteralPath $TestDrive)
        { Resolve-Path -LiteralPath (Join-Path $TestDrive 'none') -ErrorAction Stop } | Should -Throw -ErrorId 'PathNotFound,*'
    }
    It 'are where one stands' {
        Push-Location -LiteralPath $TestDrive
        try { (Get-Location).ProviderPath | Should -Be (Convert-Path -LiteralPath $TestDrive) } finally { Pop-Location }
        (Get-Location).ProviderPath | Should -Not -Be (Convert-Path -LiteralPath $TestDrive)
    }
}

Describe 'Processes' {
    It 'are found by id and name' {
        (Get-Process -Id $PID).Id | Should -Be $PID
        @(Get-Process).Id | Should -Contain $PID
        { Get-Process -Id 999999 -ErrorAction Stop } | Should -Throw -ErrorId 'NoProcessFoundForGivenId,*'
        { Get-Process -Name 'nosuchprocess' -ErrorAction Stop } | Should -Throw -ErrorId 'NoProcessFoundForGivenName,*'
    }
    It 'are started and stopped' {
        $program = if ([System.Environment]::OSVersion.Platform -eq 'Win32NT') { 'ping.exe' } else { 'sleep' }
        $arguments = if ($program -eq 'sleep') { @('30') } else { @('-n', '30', '127.0.0.1') }
        if (-not (Get-Command $program -ErrorAction Ignore)) { Set-ItResult -Skipped -Because "there is no $program"; return }
        $process = Start-Process -FilePath $program -ArgumentList $arguments -PassThru
        Stop-Process -Id $process.Id -Force
        $process.WaitForExit(10000) | Should -BeTrue
    }
}

Describe 'Secrets' {
    It 'are made from text and read back' {
        $secret = ConvertTo-SecureString -String 'pw' -AsPlainText -Force
        $secret | Should -BeOfType [securestring]
        [System.Net.NetworkCredential]::new('', $secret).Password | Should -Be 'pw'
        [pscredential]::new('user', $secret).GetNetworkCredential().Password | Should -Be 'pw'
    }
}

Describe 'Windows' -Skip:(-not $onWindows) {
    It 'has services' {
        @(Get-Service).Count | Should -BeGreaterThan 0
        { Get-Service -Name 'no such service' -ErrorAction Stop } | Should -Throw -ErrorId 'NoServiceFoundForGivenName,*'
        Get-Service -Name 'no such*' | Should -BeNullOrEmpty
    }
    It 'has the registry' {
        $key = 'HKCU:\Software\PsutilAgentHostTest'
        $null = New-Item -Path $key -Force
        try {
            Set-ItemProperty -LiteralPath $key -Name 'Text' -Value 'a "b"'
            $null = New-ItemProperty -LiteralPath $key -Name 'Number' -Value 5 -PropertyType DWord
            (Get-ItemProperty -LiteralPath $key).Text | Should -Be 'a "b"'
            (Get-ItemProperty -LiteralPath $key -Name 'Number').Number | Should -Be 5
            Test-Path -LiteralPath $key | Should -BeTrue
        }
        finally { Remove-Item -LiteralPath $key -Recurse }
        Test-Path -LiteralPath $key | Should -BeFalse
    }
    It 'has access control' {
        $path = Join-Path $TestDrive 'acl.txt'
        Set-Content -LiteralPath $path -Value 1
        $acl = Get-Acl -LiteralPath $path
        $acl | Should -BeOfType [System.Security.AccessControl.FileSecurity]
        { Set-Acl -LiteralPath $path -AclObject $acl } | Should -Not -Throw
    }
}
