# What is left of monitors, found and deleted, on a Windows that is none.
BeforeDiscovery {
    $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
}

BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'FakeWindows.psm1')
    Install-FakeWindows
    $entry = @{ method = 'virtual_memory'; interval = 5 }
    # A private folder, as this module makes them, with files in it or in a folder below it.
    function New-Leftover {
        param([string] $Path, [string[]] $File = @(), [string] $Below = '')

        InModuleScope PsutilAgent -Parameters @{ Path = $Path } {
            param($Path)
            foreach ($one in (GetDataRoot), $Path) { if (-not [System.IO.Directory]::Exists($one)) { NewProtectedDirectory -Directory ([System.IO.DirectoryInfo]::new($one)) } }
        }
        if ($Below) { $Path = (New-Item -Path (Join-Path $Path $Below) -ItemType Directory).FullName }
        foreach ($name in $File) { Set-Content -Path (Join-Path $Path $name) -Value '0123456789' -NoNewline }
    }
    function Get-Text { ($input | ForEach-Object { "$($_.Kind) $($_.Name) $(if ($null -eq $_.Unsent) { '?' } else { $_.Unsent })" } | Sort-Object) -join '; ' }
}
AfterAll { $env:PSUTIL_AGENT_FAKE = $null }

Describe 'Leftovers' {
    BeforeEach {
        . (Join-Path $PSScriptRoot 'FakeWindows.ps1')
        Start-PsutilMonitor -Configuration $entry @start -BrokerHostname h
        $unsent = @{}
        Mock -ModuleName PsutilAgent InvokeCollector -ParameterFilter { $ArgumentList[0] -eq 'status' } {
            $name = [System.IO.Path]::GetFileName([System.IO.Path]::GetDirectoryName($ArgumentList[2]))
            if (-not $unsent.ContainsKey($name)) { throw 'it is damaged' }
            [pscustomobject]@{ count = $unsent[$name]; bytes = 1 }
        }
        $programs = InModuleScope PsutilAgent { GetProgramRoot }
        Clear-FakeCall
    }
    It 'are none where monitors run' {
        Get-PsutilLeftover | Should -BeNullOrEmpty
        Get-PsutilLeftover -Name cloudify* -ErrorVariable faults | Should -BeNullOrEmpty
        $faults | Should -BeNullOrEmpty
    }
    It 'are data folders without a service, with how many samples they hold, those that -Force moved aside, and services without settings' {
        New-Leftover -Path (Join-Path $data 'gone') -File settings.json
        foreach ($name in 'full', 'damaged') { New-Leftover -Path (Join-Path $data $name) -File x -Below spool }
        $unsent['full'] = 12345
        New-Leftover -Path (Join-Path $data 'old.aside-20260102030405')
        New-Leftover -Path "$data.aside-20260102030405"
        Start-PsutilMonitor -Configuration $entry -Name bare @start -BrokerHostname h
        Remove-Item -Path (Join-Path $data 'bare') -Recurse
        Get-PsutilLeftover | Get-Text | Should -Be (
            'Data damaged ?; Data full 12345; Data gone 0; MovedAside old.aside-20260102030405 0; MovedAside PsutilAgent.aside-20260102030405 0; Service bare 0')
        (Get-PsutilLeftover -Name full, go* | ForEach-Object { "$($_.Name) $($_.Size) $($_.Path)" }) -join '; ' | Should -Be (
            "full 10 $(Join-Path $data 'full'); gone 10 $(Join-Path $data 'gone')")
    }
    It 'are what Stop-PsutilMonitor leaves, and no more once a monitor of that name runs again' {
        New-Leftover -Path (Join-Path $data 'cloudify-psutil') -File x -Below spool
        Set-FakeOption @{ Spooled = 7 }
        $unsent['cloudify-psutil'] = 7
        Stop-PsutilMonitor -Name cloudify-psutil
        Get-PsutilLeftover | Get-Text | Should -Be 'Data cloudify-psutil 7'
        Start-PsutilMonitor -Configuration $entry @start -BrokerHostname h
        Get-PsutilLeftover | Should -BeNullOrEmpty
    }
    It 'are not the folder of a collector that somebody runs by hand' {
        New-Leftover -Path (Join-Path $data 'by-hand')
        Set-Content -Path (Join-Path $data 'by-hand/status.json') -Value '{"pid":1,"state":"sampling"}'
        Get-PsutilLeftover | Should -BeNullOrEmpty
        Set-Content -Path (Join-Path $data 'by-hand/status.json') -Value '{"pid":1,"state":"stopped"}'
        Get-PsutilLeftover | Get-Text | Should -Be 'Data by-hand 0'
    }
    It 'are programs that no service runs, and nothing else that lies there' {
        foreach ($name in '0.0.1', '0.0.2-0a1b2c3d', "0.0.3.$('0' * 32)", 'bin', '0.1', '0.0.4') { $null = New-Item -Path (Join-Path $programs $name) -ItemType Directory -Force }
        Set-Content -Path (Join-Path $programs '0.0.4/PsutilAgent.psd1') -Value 'a module that somebody installed here'
        (Get-FakeRegistry cloudify-psutil).Nssm['AppDirectory'] = Join-Path $programs '0.1'
        $found = @(Get-PsutilLeftover)
        ($found | ForEach-Object { "$($_.Kind) $($_.Name)" }) -join '; ' | Should -Be "Program 0.0.1; Program 0.0.2-0a1b2c3d; Program 0.0.3.$('0' * 32)"
        $found | Remove-PsutilLeftover -Confirm:$false
        (Get-ChildItem -Path $programs | ForEach-Object { $_.Name } | Sort-Object) -join ' ' | Should -Be '0.0.4 0.1 bin'
        Get-FakeCall | Should -BeNullOrEmpty
    }
    It 'are deleted by pipeline, and what monitors use stays' {
        New-Leftover -Path (Join-Path $data 'gone') -File x -Below spool
        New-Leftover -Path (Join-Path $data 'old.aside-20260102030405') -File y
        New-Leftover -Path "$data.aside-20260102030405" -File z
        $unsent['gone'] = 3
        Get-PsutilLeftover | Remove-PsutilLeftover -Confirm:$false | Should -BeNullOrEmpty
        (Get-ChildItem -Path $data -Force | ForEach-Object { $_.Name }) -join ' ' | Should -Be 'cloudify-psutil'
        (Get-ChildItem -Path $env:PSUTIL_AGENT_FAKE | Where-Object { $_.Name -like 'PsutilAgent*' }).Name | Should -Be 'PsutilAgent'
        Get-FakeState cloudify-psutil | Should -Be 'Running'
    }
    It 'of a service without its settings: the service is deleted' {
        Remove-Item -Path (Join-Path $data 'cloudify-psutil') -Recurse
        Get-PsutilLeftover | Remove-PsutilLeftover -Confirm:$false
        (Get-FakeCall) -join '; ' | Should -Be 'Stop | cloudify-psutil; remove | cloudify-psutil | confirm'
        Test-Path -Path $data | Should -BeFalse
    }
    It 'are asked for one by one, with the samples that would be lost' {
        foreach ($name in 'full', 'damaged', 'gone') { New-Leftover -Path (Join-Path $data $name) -File x -Below spool }
        $unsent['full'] = 12
        $unsent['gone'] = 0
        (Get-Command -Name Remove-PsutilLeftover).ScriptBlock.Attributes.Where({ $_ -is [System.Management.Automation.CmdletBindingAttribute] }).ConfirmImpact | Should -Be 'High'
        Get-PsutilLeftover | Remove-PsutilLeftover -WhatIf
        @(Get-PsutilLeftover).Count | Should -Be 3
        Mock -ModuleName PsutilAgent RemoveLeftover { }
        $said = (Get-PsutilLeftover | Remove-PsutilLeftover -Confirm:$false -Verbose 4>&1 | ForEach-Object { "$_" } | Sort-Object) -replace [regex]::Escape($data), '' -join "`n"
        $said | Should -BeLike '*"Delete the leftover (Data) and 12 unsent samples in it" on target "?full".*'
        $said | Should -BeLike '*"Delete the leftover (Data) and the unsent samples in it, whose number is not known" on target "?damaged".*'
        $said | Should -BeLike '*"Delete the leftover (Data)" on target "?gone".*'
    }
    It 'that came into use meanwhile is not touched: MonitorExists' {
        New-Leftover -Path (Join-Path $data 'second')
        $found = Get-PsutilLeftover
        Start-PsutilMonitor -Configuration $entry -Name second @start -BrokerHostname h
        $found | Remove-PsutilLeftover -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'MonitorExists,Remove-PsutilLeftover'
        Test-Path -Path (Join-Path $data 'second/settings.json') | Should -BeTrue
    }
    It 'that somebody made up is not touched: what is named is looked for again' {
        $victim = Join-Path $env:PSUTIL_AGENT_FAKE 'victim'
        $null = New-Item -Path $victim -ItemType Directory
        [pscustomobject]@{ PSTypeName = 'PsutilAgent.Leftover'; Kind = 'Data'; Name = 'victim'; Path = $victim; Unsent = 0 } |
            Remove-PsutilLeftover -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'MonitorExists,Remove-PsutilLeftover'
        Test-Path -Path $victim | Should -BeTrue
    }
    It 'that is a link, or holds some, goes, and what they lead to stays' -Skip:$onWindows {
        $victim = Join-Path $env:PSUTIL_AGENT_FAKE 'victim'
        $null = New-Item -Path $victim -ItemType Directory
        Set-Content -Path (Join-Path $victim 'precious') -Value 'precious'
        New-Leftover -Path (Join-Path $data 'deep')
        foreach ($link in 'link', 'deep/link', 'deep/spool') { [void][System.IO.Directory]::CreateSymbolicLink((Join-Path $data $link), $victim) }
        Get-PsutilLeftover | Get-Text | Should -Be 'Data deep ?; Data link ?'
        (Get-PsutilLeftover -Name deep).Size | Should -Be 0
        Get-PsutilLeftover | Remove-PsutilLeftover -Confirm:$false
        (Get-ChildItem -Path $data -Force | ForEach-Object { $_.Name }) -join ' ' | Should -Be 'cloudify-psutil'
        Get-Content -Path (Join-Path $victim 'precious') | Should -Be 'precious'
    }
    It 'of which a file is held is told, and listed again: DataNotWritable' {
        New-Leftover -Path (Join-Path $data 'held') -File x
        Mock -ModuleName PsutilAgent RemoveContent { $false }
        Mock -ModuleName PsutilAgent WaitUntil { & $Condition }
        Get-PsutilLeftover | Remove-PsutilLeftover -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable faults
        $faults[-1].FullyQualifiedErrorId | Should -Be 'DataNotWritable,Remove-PsutilLeftover'
        "$($faults[-1])" | Should -BeLike "Not all of '*held' could be deleted (the rest is at '*.removing-*')*"
        (Get-PsutilLeftover).Name | Should -BeLike '.removing-*'
    }
    It 'that are named and not there are an error; without administrator rights nothing is looked at' {
        Get-PsutilLeftover -Name nobody -ErrorAction SilentlyContinue -ErrorVariable faults
        "$($faults[-1].FullyQualifiedErrorId) $($faults[-1].CategoryInfo.Category)" | Should -Be 'LeftoverNotFound,Get-PsutilLeftover ObjectNotFound'
        Mock -ModuleName PsutilAgent TestElevated { $false }
        { Get-PsutilLeftover } | Should -Throw -ErrorId 'ElevationRequired,Get-PsutilLeftover'
        { Remove-PsutilLeftover ([pscustomobject]@{ PSTypeName = 'PsutilAgent.Leftover'; Kind = 'Data' }) } | Should -Throw -ErrorId 'ElevationRequired,Remove-PsutilLeftover'
    }
}

Describe 'Protect-PsutilPassword' {
    BeforeEach { . (Join-Path $PSScriptRoot 'FakeWindows.ps1') }
    BeforeAll { $password = [System.Net.NetworkCredential]::new('', 'Zx9 secret').SecurePassword }
    It 'seals a secure string or a credential''s password, by pipeline too, as a start does' {
        $blobs = @(
            Protect-PsutilPassword $password
            $password | Protect-PsutilPassword
            [pscredential]::new('u', $password) | Protect-PsutilPassword
        )
        foreach ($blob in $blobs) {
            $blob | Should -BeLike 'blob-*-of-*'
            InModuleScope PsutilAgent -Parameters @{ Blob = $blob } { param($Blob) UnprotectSecret $Blob } | Should -BeExactly 'Zx9 secret'
        }
        @($blobs | Select-Object -Unique).Count | Should -Be 3
    }
    It 'says nothing of it, and refuses an empty one' {
        $output = Protect-PsutilPassword $password -Verbose -Debug *>&1
        ($output | Out-String) | Should -Not -Match 'Zx9'
        { Protect-PsutilPassword ([securestring]::new()) } | Should -Throw -ErrorId 'ConfigInvalid,Protect-PsutilPassword'
    }
    It 'says elsewhere than on Windows what serves there' {
        Mock -ModuleName PsutilAgent TestWindows { $false }
        $fault = { Protect-PsutilPassword $password } | Should -Throw -PassThru -ErrorId 'UnsupportedPlatform,Protect-PsutilPassword'
        "$fault" | Should -BeLike '*password_file*password_env*'
    }
}
