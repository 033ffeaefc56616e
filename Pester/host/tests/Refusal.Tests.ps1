# What Pester 5 or 6 refuses in a test file, and the stand-in with them: a file that it takes runs on both.
BeforeDiscovery {
    $pester = Get-Module -Name Pester
    $isFive = $pester.Version.Major -lt 6 -and -not ($pester.PrivateData -and $pester.PrivateData.ContainsKey('StandIn'))
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'Engine.ps1')

    # What a run of a test file with this text prints; its last line counts tests passed, tests failed and files failed.
    function Invoke-TestFile {
        param([string] $Text)
        $runner = New-Script 'param($File) $run = Invoke-Pester -Path $File -PassThru; "counts $($run.PassedCount) $($run.FailedCount) $($run.FailedContainersCount)"'
        (Invoke-Engine -Argument '-File', $runner, (New-Script $Text)).Output
    }
}

Describe 'A test file' {
    It 'that is in order passes' {
        Invoke-TestFile 'BeforeAll { $a = 1 }; Describe d { BeforeEach { $b = 2 }; It i { $a + $b | Should -Be 3 } }' | Should -Match 'counts 1 0 0'
    }
    It 'cannot have <Name> in its root' -ForEach @(@{ Name = 'BeforeEach' }, @{ Name = 'AfterEach' }) {
        $output = Invoke-TestFile "$Name { }; Describe d { It i { 1 | Should -Be 1 } }"
        $output | Should -Match 'not supported in (the )?root'
        $output | Should -Not -Match 'counts 1 '
    }
    It 'cannot have <Name> twice in a block' -Skip:$isFive -ForEach @(@{ Name = 'BeforeAll' }, @{ Name = 'AfterEach' }) {
        Invoke-TestFile "Describe d { $Name { }; $Name { }; It i { 1 | Should -Be 1 } }" | Should -Match 'is already defined'
    }
    It 'cannot have an empty -ForEach for <Name>' -Skip:$isFive -ForEach @(@{ Name = 'Describe' }, @{ Name = 'It' }) {
        $inner = @{ Describe = "Describe d -ForEach @() { It i { } }"; It = "Describe d { It i -ForEach @() { } }" }[$Name]
        Invoke-TestFile $inner | Should -Match 'counts 0 0 1'
    }
    It 'cannot call a mocked command that no filter fits' -Skip:$isFive {
        Invoke-TestFile 'Describe d { It i { Mock Get-Date { 5 } -ParameterFilter { $Year -eq 1 }; Get-Date -Year 2 } }' | Should -Match 'no mock|No mock'
    }
}
