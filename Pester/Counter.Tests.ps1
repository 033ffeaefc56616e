# Get-PsutilCounter, on a collector that answers as one on Windows does, and on the real one where there is no Windows.
BeforeDiscovery {
    $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
}

BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
}

Describe 'Get-PsutilCounter' {
    BeforeEach {
        Mock -ModuleName PsutilAgent InvokeCollector {
            $json = switch ($ArgumentList[1]) {
                'none' { '{"objects":[]}' }
                $null { '{"objects":[{"object":"Memory"},{"object":"Print Queue"},{"object":"Processor"}]}' }
                default {
                    '{"objects":[{"object":"Memory","counters":["Available Bytes","Pages/sec"],"instances":[]},' +
                    '{"object":"Processor","counters":["% User Time"],"instances":["0","_Total"]}]}'
                }
            }
            $json | ConvertFrom-Json
        }
    }
    It 'gives an object a counter, with the path that perf_counter takes' {
        $found = @(Get-PsutilCounter -Name '\P*\*')
        ($found | ForEach-Object { $_.Path }) -join '; ' | Should -BeExactly '\Memory\Available Bytes; \Memory\Pages/sec; \Processor(*)\% User Time'
        $found[2].PSObject.TypeNames[0] | Should -Be 'PsutilAgent.Counter'
        "$($found[2].Object) $($found[2].Counter) $($found[2].Instances)" | Should -BeExactly 'Processor % User Time 0 _Total'
        @($found[0].Instances).Count | Should -Be 0
        Should -Invoke -ModuleName PsutilAgent InvokeCollector -Times 1 -Exactly -ParameterFilter { "$ArgumentList" -eq 'counters \P*\*' }
    }
    It 'asks for all where nothing is asked, and takes names by pipeline' {
        @(Get-PsutilCounter).Count | Should -Be 3
        Should -Invoke -ModuleName PsutilAgent InvokeCollector -Times 1 -Exactly -ParameterFilter { "$ArgumentList" -eq 'counters *' }
        @('a', 'b' | Get-PsutilCounter).Count | Should -Be 6
        @([pscustomobject]@{ Path = '\Memory\*' } | Get-PsutilCounter).Count | Should -Be 3
    }
    It 'shows paths and instances' {
        Get-PsutilCounter -Name Processor | Format-Table | Out-String -Width 200 | Should -Match '\\Processor\(\*\)\\% User Time\s+0, _Total'
    }
    It 'writes CounterNotFound for a name that nothing has, and nothing for a pattern' {
        Get-PsutilCounter -Name none -ErrorAction SilentlyContinue -ErrorVariable faults | Should -BeNullOrEmpty
        "$($faults[0].FullyQualifiedErrorId) $($faults[0].CategoryInfo.Category) $($faults[0].TargetObject)" | Should -BeExactly 'CounterNotFound,Get-PsutilCounter ObjectNotFound none'
        Mock -ModuleName PsutilAgent InvokeCollector { '{"objects":[]}' | ConvertFrom-Json }
        Get-PsutilCounter -Name none* -ErrorVariable faults | Should -BeNullOrEmpty
        @($faults).Count | Should -Be 0
    }
    It 'completes the names of objects, quoted where they need it, and only on Windows' {
        InModuleScope PsutilAgent {
            Mock TestWindows { $true }
            (CompleteCounter P | ForEach-Object { "$($_.CompletionText) $($_.ListItemText)" }) -join ';' | Should -BeExactly "'Print Queue' Print Queue;Processor Processor"
            (CompleteCounter "'Print" | ForEach-Object { $_.CompletionText }) -join ';' | Should -BeExactly "'Print Queue'"
            Mock TestWindows { $false }
            CompleteCounter P | Should -BeNullOrEmpty
        }
    }
}

Describe 'Get-PsutilCounter on the real collector' {
    It 'says that only Windows has performance counters' -Skip:$onWindows {
        $fault = { Get-PsutilCounter -Name Memory } | Should -Throw -PassThru
        $fault.FullyQualifiedErrorId | Should -Be 'UnsupportedPlatform,Get-PsutilCounter'
        $fault.Exception.Message | Should -BeLike 'expected Windows, which alone has performance counters, found *'
    }
}
