# The assertions: each passes where it should, and fails with Pester's error id where it should not pass.
Describe 'Should' {
    It '-Be compares values and lists' {
        1 | Should -Be 1
        'ABC' | Should -Be 'abc'
        @(1, 2) | Should -Be @(1, 2)
        $null | Should -Be $null
        { 'a' | Should -Be 'b' } | Should -Throw -ErrorId 'PesterAssertionFailed'
        { @(1, 2) | Should -Be @(2, 1) } | Should -Throw
    }
    It '-BeExactly minds capitals' {
        'abc' | Should -BeExactly 'abc'
        'ABC' | Should -Not -BeExactly 'abc'
    }
    It '-BeLike, -BeLikeExactly, -Match, -MatchExactly' {
        'Hello' | Should -BeLike 'h*'
        'Hello' | Should -Not -BeLikeExactly 'h*'
        'Hello' | Should -Match '^h.*o$'
        'Hello' | Should -Not -MatchExactly '^h'
    }
    It '-Contain and -BeIn' {
        @('a', 'b') | Should -Contain 'b'
        @('a', 'b') | Should -Not -Contain 'c'
        'a' | Should -BeIn 'a', 'b'
        'c' | Should -Not -BeIn 'a', 'b'
    }
    It '-BeTrue and -BeFalse' {
        $true | Should -BeTrue
        1 | Should -BeTrue
        '' | Should -BeFalse
        { $false | Should -BeTrue } | Should -Throw
    }
    It '-BeNullOrEmpty' {
        $null | Should -BeNullOrEmpty
        @() | Should -BeNullOrEmpty
        '' | Should -BeNullOrEmpty
        @{} | Should -BeNullOrEmpty
        0 | Should -Not -BeNullOrEmpty
    }
    It '-BeOfType' {
        1 | Should -BeOfType [int]
        1 | Should -BeOfType ([int])
        'a' | Should -Not -BeOfType [int]
        (Get-Item -LiteralPath $PSCommandPath) | Should -BeOfType [System.IO.FileSystemInfo]
    }
    It '-HaveCount' {
        @(1, 2, 3) | Should -HaveCount 3
        @() | Should -HaveCount 0
        { @(1) | Should -HaveCount 2 } | Should -Throw
    }
    It 'compares sizes' {
        2 | Should -BeGreaterThan 1
        2 | Should -BeGreaterOrEqual 2
        1 | Should -BeLessThan 2
        1 | Should -BeLessOrEqual 1
        { 1 | Should -BeGreaterThan 1 } | Should -Throw
    }
    It '-HaveParameter' {
        function Get-Sample { param([Parameter(Mandatory = $true)][Alias('N')][string] $Name, [int] $Count = 3) "$Name $Count" }
        $command = Get-Command Get-Sample
        $command | Should -HaveParameter Name -Type [string] -Mandatory
        $command | Should -HaveParameter Count -Type ([int]) -DefaultValue 3
        $command | Should -HaveParameter Name -Alias N
        $command | Should -Not -HaveParameter Missing
        { $command | Should -HaveParameter Count -Mandatory } | Should -Throw
    }
    It '-Throw looks at message, id and type' {
        $fail = { throw [System.Management.Automation.ErrorRecord]::new([System.ArgumentException]::new('bad [thing]'), 'BadThing', 'InvalidData', 7) }
        $fail | Should -Throw
        $fail | Should -Throw -ExpectedMessage 'bad *'
        $fail | Should -Throw 'bad*'
        $fail | Should -Throw -ErrorId 'BadThing'
        $fail | Should -Throw -ExceptionType ([System.ArgumentException])
        $record = $fail | Should -Throw -PassThru
        $record.TargetObject | Should -Be 7
        { $fail | Should -Throw -ErrorId 'Other' } | Should -Throw -ExpectedMessage '*FullyQualifiedErrorId*'
        { { 1 } | Should -Throw } | Should -Throw -ExpectedMessage '*no exception was thrown*'
        { 1 } | Should -Not -Throw
    }
    It '-Because is part of the message' {
        { 1 | Should -Be 2 -Because 'reasons' } | Should -Throw -ExpectedMessage '*because reasons*'
    }
}
