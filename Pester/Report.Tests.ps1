# Export-PsutilReport: which files it has written for which monitors, and one page by the real collector.
BeforeAll {
    $root = Split-Path -Path $PSScriptRoot
    Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'FakeWindows.psm1')
    Install-FakeWindows
}

Describe 'Export-PsutilReport' {
    BeforeEach {
        . (Join-Path $PSScriptRoot 'FakeWindows.ps1')
        Mock -ModuleName PsutilAgent GetServiceName { 'db', 'web' }
        Mock -ModuleName PsutilAgent GetServiceEntry { [pscustomobject]@{ Name = $Name; IsMonitor = $true; StartupType = 'Automatic' } }
        $folder = [System.IO.Directory]::CreateDirectory((Join-Path $TestDrive ([guid]::NewGuid().ToString('n')))).FullName
    }
    Context 'and a collector that answers' {
        BeforeEach {
            Mock -ModuleName PsutilAgent InvokeCollector { [pscustomobject]@{ file = ("$ArgumentList" -replace '^.*--output=', ''); bytes = 1 } }
        }
        It 'has a page written for each monitor, by its name, into the folder' {
            Export-PsutilReport -Path $folder | Should -BeNullOrEmpty
            foreach ($name in 'web', 'db') {
                Should -Invoke -ModuleName PsutilAgent InvokeCollector -Times 1 -Exactly -ParameterFilter {
                    "$ArgumentList" -like "report --data=*PsutilAgent?$name --hours=6 --output=${folder}?$name.html"
                }
            }
        }
        It 'takes monitors and names by pipeline, hours, and gives the file' {
            $file = Join-Path $folder 'a page.html'
            $given = Get-PsutilMonitor -Name web | Export-PsutilReport -Path $file -Hours 0.5 -PassThru
            $given.GetType().Name | Should -Be FileInfo
            $given.FullName | Should -Be $file
            ('db' | Export-PsutilReport -Path $folder -PassThru).Name | Should -Be 'db.html'
            Should -Invoke -ModuleName PsutilAgent InvokeCollector -Times 1 -Exactly -ParameterFilter { "$ArgumentList" -like '*?web --hours=0.5 *' }
        }
        It 'writes nothing with -WhatIf, and one monitor''s page into one file' {
            Export-PsutilReport -Path $folder -WhatIf
            Should -Invoke -ModuleName PsutilAgent InvokeCollector -Times 0 -Exactly
            Export-PsutilReport -Path (Join-Path $folder 'one.html') -ErrorAction SilentlyContinue -ErrorVariable faults
            Should -Invoke -ModuleName PsutilAgent InvokeCollector -Times 1 -Exactly
            "$($faults[-1].FullyQualifiedErrorId) $($faults[-1])" | Should -BeLike "DataNotWritable,Export-PsutilReport -Path names one file, '*one.html', and there is more than one monitor: 'web' was left out.*"
        }
        It 'needs administrator rights, and a monitor that is there' {
            Mock -ModuleName PsutilAgent TestElevated { $false }
            Export-PsutilReport -Name web -Path $folder -ErrorAction SilentlyContinue -ErrorVariable faults
            $faults[-1].FullyQualifiedErrorId | Should -Be 'ElevationRequired,Export-PsutilReport'
            Export-PsutilReport -Name none -Path $folder -ErrorAction SilentlyContinue -ErrorVariable faults
            $faults[-1].FullyQualifiedErrorId | Should -Be 'MonitorNotFound,Export-PsutilReport'
        }
    }
    It 'writes a page by the real collector, or says why it cannot' {
        $data = InModuleScope PsutilAgent { (GetMonitorPath web).Data }
        [void][System.IO.Directory]::CreateDirectory($data)
        $file = Join-Path $folder 'web.html'
        (Export-PsutilReport -Name web -Path $file -PassThru).FullName | Should -Be $file
        [System.IO.File]::ReadAllText($file) | Should -BeLike '*<p class="word">never started</p>*'
        Export-PsutilReport -Name web -Path (Join-Path $folder 'none/web.html') -ErrorAction SilentlyContinue -ErrorVariable faults
        "$($faults[-1].FullyQualifiedErrorId) $($faults[-1])" | Should -BeLike 'DataNotWritable,Export-PsutilReport *expected a place to write the report to *check -Path*'
    }
}
