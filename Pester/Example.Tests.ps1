# The examples that are PowerShell's: of the cmdlets' help, of the pages and of the about_ topics, each run as printed on a Windows that
# is none, with a broker that takes everything. Which there are: node/test/support/examples.ts.
BeforeDiscovery {
    $root = Split-Path -Path $PSScriptRoot
    $skip = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
    $examples = @()
    if (-not $skip) {
        Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
        $examples = foreach ($command in Get-Command -Module PsutilAgent) {
            $number = 0
            foreach ($example in $command.ScriptBlock.Ast.GetHelpContent().Examples) {
                $number++
                $code, $remark = $example.Trim() -split '\r?\n\s*\r?\n', 2
                @{ Place = "$($command.Name), example $number"; Code = $code; Fails = $remark -match '\ban error\b' }
            }
        }
        $script = "import('./dist/test/support/examples.js').then(({ examples }) => console.log(JSON.stringify(examples())))"
        Push-Location -Path $root
        try { $found = & (& (Get-Module -Name PsutilAgent) { GetProgramPath -Program node }) --input-type=module -e $script | ConvertFrom-Json }
        finally { Pop-Location }
        $examples += $found | Where-Object { $_.language -eq 'powershell' -and $_.fate -eq 'run' } | ForEach-Object { @{ Place = $_.place; Code = $_.text; Fails = $false } }
    }
}

BeforeAll {
    $root = Split-Path -Path $PSScriptRoot
    Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
    Import-Module (Join-Path $PSScriptRoot 'FakeWindows.psm1')
    Install-FakeWindows
    # The folder where the zip was unpacked, with a settings file beside it.
    $folder = Join-Path $TestDrive 'folder'
    $null = New-Item -Path (Join-Path $folder 'PsutilAgent') -ItemType Directory
    Copy-Item -Path (Join-Path $root 'examples') -Destination (Join-Path $folder 'PsutilAgent') -Recurse
    Copy-Item -Path (Join-Path $root 'examples') -Destination $folder -Recurse
    $credential = [pscredential]::new('guest', [System.Net.NetworkCredential]::new('', 'guest').SecurePassword)
    # What is Windows' own, or asks a person.
    Set-Item -Path function:Get-Credential -Value { $credential }
    Set-Item -Path function:Invoke-Item -Value { $null = $input }
    Set-Item -Path function:Get-WinEvent -Value { param($FilterHashtable) $FilterHashtable.ProviderName }
    Set-Item -Path function:Set-Clipboard -Value { param([Parameter(ValueFromPipeline)] [string] $Value) process { $Value } }
    Set-Item -Path function:Get-Service -Value { param($Name) Get-FakeServiceName | Where-Object { $_ -like $Name } | ForEach-Object { [pscustomobject]@{ Name = $_ } } }
}
AfterAll {
    $env:PSUTIL_AGENT_FAKE = $null
    $env:RABBITMQ_PASSWORD = $null
}

Describe 'The examples' -Skip:$skip {
    BeforeAll {
        Mock -ModuleName PsutilAgent InvokeCollector { ConvertFrom-Json -InputObject '{"ok":true,"steps":[]}' } -ParameterFilter { "$ArgumentList" -like 'check-broker*' }
        Mock -ModuleName PsutilAgent InvokeCollector {
            ConvertFrom-Json -InputObject '{"objects":[{"object":"PhysicalDisk","counters":["% Disk Time"],"instances":["0 C:"]}]}'
        } -ParameterFilter { "$ArgumentList" -like 'counters*' }
        Mock -ModuleName PsutilAgent ReadNativeLine { '{"name":"memory_MemFree","metric":1,"path":"","unit":"","host":"h","deployment_id":"d","time":1790000000}' } -ParameterFilter {
            $ArgumentList -contains 'consume'
        }
        $env:RABBITMQ_PASSWORD = 'guest'
        # Those that an example is about: one by its default name, one that is stopped.
        . (Join-Path $PSScriptRoot 'FakeWindows.ps1')
        $options = @{ NssmPath = $nssm; BrokerHostname = 'rabbit.example'; WarningAction = 'SilentlyContinue'; Confirm = $false }
        @{ method = 'boot_time'; interval = 5 } | Start-PsutilMonitor @options
        @{ method = 'boot_time'; interval = 5 } | Start-PsutilMonitor -Name cloudify-psutil-old @options
        Stop-PsutilMonitor -Name cloudify-psutil-old -KeepService -Confirm:$false
        Save-FakeWindows
    }
    BeforeEach {
        if ($Code -match '-PsutilMonitor|-Name cloudify-psutil' -and $Code -notmatch '\bStart-PsutilMonitor -') { Restore-FakeWindows }
        else { . (Join-Path $PSScriptRoot 'FakeWindows.ps1') }
        $PSDefaultParameterValues = @{ '*-PsutilMonitor:NssmPath' = $nssm; '*-Psutil*:WarningAction' = 'SilentlyContinue'; 'Protect-PsutilPassword:Password' = $credential.Password; 'Watch-PsutilSample:Count' = 1 }
        $ConfirmPreference = 'None'
        $settings = Join-Path $folder 'settings.yaml'
        if ($Code -match '^\s*New-PsutilConfiguration') { Remove-Item -Path $settings -ErrorAction SilentlyContinue }
        else { Copy-Item -Path (Join-Path $root 'examples/broker.yaml') -Destination $settings }
        Push-Location -Path $folder
    }
    AfterEach { Pop-Location }
    It '<Place>' -ForEach $examples {
        $Error.Clear()
        $code = [scriptblock]::Create($Code)
        $null = & $code 2>$null
        $faults = @($Error | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] } | ForEach-Object { "$($_.FullyQualifiedErrorId): $_" })
        if ($Fails) { $faults | Should -Not -BeNullOrEmpty } else { $faults | Should -BeNullOrEmpty -Because $Code }
    }
}
