# How blocks, tests and their data see each other. The same on Pester 5 and later.
BeforeDiscovery { $cases = @(@{ Name = 'one'; Value = 1 }, @{ Name = 'two'; Value = 2 }) }

BeforeAll {
    $fileLevel = 'file'
    function Get-Helper { param($Value) "helper $Value" }
}

Describe 'variables of setup' {
    BeforeAll { $ofBlock = 'block' }
    BeforeEach { $ofEach = 'each'; $counter = 0 }

    It 'are seen in tests' { "$fileLevel $ofBlock $ofEach" | Should -Be 'file block each' }
    It 'are the tests own copies (first)' { $counter++; $counter | Should -Be 1 }
    It 'are the tests own copies (second)' { $counter++; $counter | Should -Be 1 }
    It 'include functions' { Get-Helper 'x' | Should -Be 'helper x' }

    Context 'in a block below' {
        BeforeAll { $ofInner = "$ofBlock inner" }
        It 'are seen too' { $ofInner | Should -Be 'block inner' }
    }

    It 'of a block below are gone' { Get-Variable -Name ofInner -ErrorAction Ignore | Should -BeNullOrEmpty }
}

Describe 'what a block body sets' {
    $atDiscovery = 'seen only while tests are found'
    It 'is not there in a test' { Get-Variable -Name atDiscovery -ValueOnly -ErrorAction Ignore | Should -BeNullOrEmpty }
}

Describe 'data' {
    It 'names <Name>' -ForEach $cases { $Value | Should -BeIn 1, 2; $_.Name | Should -Be $Name }
    It 'takes plain values: <_>' -TestCases 3, 4 { $_ | Should -BeGreaterThan 2 }
    It 'comes through param' -TestCases @{ Text = 'abc' } { param($Text) $Text | Should -Be 'abc' }
    It 'has its own name <Name>' -ForEach @{ Name = 'x' } { $____Pester = $null; $Name | Should -Be 'x' }

    Context 'of a block: <Name>' -ForEach $cases {
        It 'reaches its tests' { $Name | Should -BeIn 'one', 'two'; $Value | Should -BeOfType [int] }
    }
}

Describe 'teardown' {
    BeforeAll { $log = [System.Collections.Generic.List[string]]::new() }
    Context 'of a test' {
        BeforeEach { $log.Add('before') }
        AfterEach { $log.Add('after') }
        It 'runs after the first' { $log.Add('first') }
        It 'runs after the second' { $log -join ' ' | Should -Be 'before first after before' }
        AfterAll { $log.Add('all') }
    }
    It 'ran at the end of its block' { $log[-1] | Should -Be 'all'; $log[-2] | Should -Be 'after' }
}

Describe 'TestDrive' {
    BeforeAll { Set-Content -LiteralPath (Join-Path $TestDrive 'outer.txt') -Value 'outer' }
    Context 'a block' {
        BeforeAll { Set-Content -LiteralPath (Join-Path $TestDrive 'inner.txt') -Value 'inner' }
        It 'sees what was there and what it adds' {
            Join-Path $TestDrive 'outer.txt' | Should -Exist
            Get-Content -LiteralPath 'TestDrive:\inner.txt' | Should -Be 'inner'
        }
    }
    It 'loses what the block added' {
        Join-Path $TestDrive 'inner.txt' | Should -Not -Exist
        Join-Path $TestDrive 'outer.txt' | Should -FileContentMatch '^outer$'
    }
}

Describe 'skipping' {
    It 'leaves a test out' -Skip { throw 'never run' }
    It 'can be decided by the test' { Set-ItResult -Skipped -Because 'it said so' ; throw 'never reached' }
    Context 'a block' -Skip {
        BeforeAll { throw 'never run' }
        It 'leaves its tests out' { throw 'never run' }
    }
}
