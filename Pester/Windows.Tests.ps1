# What is Windows' own, asked for real: folders, access, DPAPI, the registry, locks between sessions. Elsewhere nothing of it is there.
BeforeDiscovery {
    $skip = [System.Environment]::OSVersion.Platform -ne 'Win32NT'
}

BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
}

Describe 'On Windows' -Skip:$skip {
    It 'monitors'' data is in ProgramData, their programs in ProgramFiles, and this session may change both' {
        InModuleScope PsutilAgent {
            GetDataRoot | Should -BeExactly "$env:ProgramData\PsutilAgent"
            GetProgramRoot | Should -BeExactly "$env:ProgramFiles\PsutilAgent"
            TestWindows | Should -BeExactly $true
            TestElevated | Should -BeExactly $true
            GetWindowsVersion | Should -BeGreaterOrEqual 10
            { AssertWindows x; AssertElevated x } | Should -Not -Throw
        }
    }
    It 'a folder is made for SYSTEM and Administrators alone, and what is in it inherits that' {
        InModuleScope PsutilAgent -Parameters @{ Folder = (Join-Path $TestDrive 'private') } {
            param($Folder)
            NewPrivateFolder -Path $Folder | Should -BeExactly $true
            NewPrivateFolder -Path $Folder | Should -BeExactly $false
            $made = [System.IO.DirectoryInfo]::new($Folder)
            # Wine keeps access as a mode: that it is protected is lost, and its user stands for Administrators.
            GetDescriptor $made | Should -Match '^O:(?<owner>BA|S-1-5-21-0-0-0-1000)D:(P[A-Z]*)?\(A;OICI;FA;;;SY\)\(A;OICI;FA;;;\k<owner>\)$'
            [void][System.IO.Directory]::CreateDirectory("$Folder\deep")
            WriteText -Path "$Folder\deep\file" -Text ''
            { AssertPrivateContent -Path $Folder } | Should -Not -Throw
            $open = [System.IO.Directory]::CreateDirectory("$Folder-open")
            { NewPrivateFolder -Path $open.FullName } | Should -Throw -ErrorId DataNotWritable
        }
    }
    It 'a secret is opened here, is never twice the same, and nothing of it plain' {
        InModuleScope PsutilAgent {
            $text = "Zx9 $([char]0xEB) $([char]0x65E5)"
            $secret = [System.Net.NetworkCredential]::new('', $text).SecurePassword
            $blobs = @((ProtectSecret $secret), (ProtectSecret $secret))
            $blobs[0] | Should -Not -Be $blobs[1]
            foreach ($blob in $blobs) { UnprotectSecret $blob | Should -BeExactly $text }
            [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String($blobs[0])) | Should -Not -Match 'Zx9'
            $null -eq (UnprotectSecret 'AAAA') | Should -BeTrue
            $null -eq (UnprotectSecret 'no base64') | Should -BeTrue
        }
    }
    It 'a lock is the same for all who name it' {
        InModuleScope PsutilAgent {
            $name = 'Global\PsutilAgent-test-' + [guid]::NewGuid().ToString('n')
            $first = NewMutex -Name $name
            $other = [powershell]::Create().AddScript('param($Name) $mutex = [System.Threading.Mutex]::OpenExisting($Name); $mutex.WaitOne(0)').AddArgument($name)
            try {
                $first.WaitOne(0) | Should -BeTrue
                $other.EndInvoke($other.BeginInvoke()) | Should -BeFalse
                $second = NewMutex -Name $name
                $second.WaitOne(0) | Should -BeTrue -Because 'this thread has it'
                $second.ReleaseMutex()
                $second.Dispose()
            }
            finally {
                $first.ReleaseMutex()
                $first.Dispose()
                $other.Dispose()
            }
        }
    }
    Context 'the registry of services' {
        BeforeAll {
            $service = 'psutil-agent-test-' + [guid]::NewGuid().ToString('n')
            $path = "SYSTEM\CurrentControlSet\Services\$service"
            $key = [Microsoft.Win32.Registry]::LocalMachine.CreateSubKey($path)
            $key.SetValue('ImagePath', '%SystemRoot%\x.exe', 'ExpandString')
            $key.SetValue('Start', 3, 'DWord')
            $key.Dispose()
        }
        AfterAll { [Microsoft.Win32.Registry]::LocalMachine.DeleteSubKeyTree($path, $false) }
        It 'is read as it stands, unexpanded' {
            InModuleScope PsutilAgent -Parameters @{ Service = $service } {
                param($Service)
                GetServiceName | Should -Contain $Service
                $values = ReadServiceKey -Name $Service
                $values.ImagePath, $values.Start | Should -BeExactly '%SystemRoot%\x.exe', 3
                ReadServiceKey -Name "$Service-none" | Should -BeNullOrEmpty
                $entry = GetServiceEntry $Service
                "$($entry.ImagePath) $($entry.StartupType) $($entry.IsMonitor)" | Should -BeExactly '%SystemRoot%\x.exe Manual False'
                GetServiceEntry "$Service-none" | Should -BeNullOrEmpty
                GetServiceState "$Service-none" | Should -BeNullOrEmpty
                $all = OpenServiceKey
                $all.Name | Should -Be 'HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services'
                $all.Dispose()
            }
        }
        It 'is written in its own types, what is null is deleted, and a key goes with all below it' {
            InModuleScope PsutilAgent -Parameters @{ Service = $service; Path = $path } {
                param($Service, $Path)
                WriteServiceKey -Name "$Service\Parameters" -Value ([ordered]@{ Text = '%x%'; Number = 7; List = [string[]]('a', ''); Gone = 'soon'; Other = 'stays' })
                WriteServiceKey -Name "$Service\Parameters" -Value @{ Gone = $null; Never = $null }
                WriteServiceKey -Name "$Service\Parameters\AppExit" -Value ([ordered]@{ '' = 'Restart'; '0' = 'Exit' })
                $key = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey("$Path\Parameters")
                (($key.GetValueNames() | Sort-Object | ForEach-Object { "$_ $($key.GetValueKind($_))" }) -join ', ') | Should -BeExactly 'List MultiString, Number DWord, Other String, Text String'
                $key.Dispose()
                $values = ReadServiceKey -Name "$Service\Parameters"
                $values.Text, $values.Number, ($values.List -join '|') | Should -BeExactly '%x%', 7, 'a|'
                $exits = ReadServiceKey -Name "$Service\Parameters\AppExit"
                $exits[''], $exits['0'] | Should -BeExactly 'Restart', 'Exit'
                RemoveServiceKey -Name "$Service\Parameters"
                ReadServiceKey -Name "$Service\Parameters" | Should -BeNullOrEmpty
                ReadServiceKey -Name $Service | Should -Not -BeNullOrEmpty
                { RemoveServiceKey -Name "$Service\Parameters" } | Should -Not -Throw
            }
        }
        It 'of a service that is gone is not written: NssmFailed' {
            InModuleScope PsutilAgent -Parameters @{ Service = "$service-none"; Path = "$path-none" } {
                param($Service, $Path)
                $fault = { WriteServiceKey -Name "$Service\Parameters" -Value @{ a = 1 } } | Should -Throw -PassThru
                "$($fault.FullyQualifiedErrorId) $($fault.TargetObject) $fault" | Should -BeExactly (
                    "NssmFailed $Service The settings of the service '$Service' cannot be written to the registry: there is no such service")
                [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey($Path) | Should -BeNullOrEmpty
            }
        }
    }
}
