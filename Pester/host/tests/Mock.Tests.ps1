# Mocks: what they take the place of, for how long, and how their calls are counted.
BeforeAll {
    $module = New-Module -Name HostTestModule -ScriptBlock {
        function Get-Inner { [CmdletBinding()] param([string] $Name, [int] $Count = 1) "inner $Name $Count" }
        function Get-Outer { param($Name) Get-Inner -Name $Name -Count 2 }
        function Get-Files { param($Path) Get-ChildItem -LiteralPath $Path }
        $secret = 'of the module'
        Export-ModuleMember -Function Get-Outer, Get-Files
    } | Import-Module -PassThru -Force
    function Get-Plain { param($A, $B) "plain $A $B" }
}
AfterAll { Remove-Module -ModuleInfo $module -Force }

Describe 'Mock' {
    Context 'a function' {
        BeforeAll { Mock Get-Plain { "mock $A" } }
        It 'is replaced' { Get-Plain 1 2 | Should -Be 'mock 1' }
        It 'is replaced for a filter only' {
            Mock Get-Plain { 'filtered' } -ParameterFilter { $A -eq 5 }
            Get-Plain -A 5 | Should -Be 'filtered'
            Get-Plain -A 6 | Should -Be 'mock 6'
        }
        It 'lost the filter of the test before' { Get-Plain -A 5 | Should -Be 'mock 5' }
        It 'is counted in the test' {
            Get-Plain 1; Get-Plain 2
            Should -Invoke Get-Plain -Times 2 -Exactly
            Should -Invoke -CommandName Get-Plain -Times 1 -Exactly -ParameterFilter { $A -eq 2 }
            Should -Invoke Get-Plain -Times 0 -ParameterFilter { $A -eq 9 }
            Should -Not -Invoke Get-Plain -ParameterFilter { $A -eq 9 }
            { Should -Invoke Get-Plain -Times 3 } | Should -Throw
        }
        It 'does not count other tests' { Should -Invoke Get-Plain -Times 0 -Exactly }
        It 'counts a block when asked' { Should -Invoke Get-Plain -Scope Context -Times 4 }
    }
    It 'is gone after its block' { Get-Plain 1 2 | Should -Be 'plain 1 2' }

    Context 'a cmdlet' {
        It 'keeps its parameters' {
            Mock Get-Content { "$LiteralPath $($PesterBoundParameters.Count)" }
            Get-Content -LiteralPath 'nowhere' | Should -Be 'nowhere 1'
        }
        It 'keeps the parameters that its provider adds' {
            Mock Get-Content { 'raw' } -ParameterFilter { $Raw }
            Get-Content -LiteralPath 'nowhere' -Raw | Should -Be 'raw'
        }
        It 'takes the mock without a filter where no filter fits' {
            Mock Join-Path { 'filtered' } -ParameterFilter { $ChildPath -eq 'x' }
            Mock Join-Path { 'other' }
            Join-Path 'a' 'x' | Should -Be 'filtered'
            Join-Path 'a' 'y' | Should -Be 'other'
        }
        It 'takes the pipeline item by item' {
            Mock Write-Output { "got $InputObject" }
            1, 2 | Write-Output | Should -Be 'got 1', 'got 2'
            Should -Invoke Write-Output -Times 2 -Exactly
        }
    }

    Context 'inside a module' {
        It 'is replaced with -ModuleName' {
            Mock Get-Inner { "mock $Name $Count" } -ModuleName HostTestModule
            Get-Outer 'n' | Should -Be 'mock n 2'
            Should -Invoke Get-Inner -ModuleName HostTestModule -Times 1 -Exactly -ParameterFilter { $Count -eq 2 -and $Name -eq 'n' }
        }
        It 'is itself again' { Get-Outer 'n' | Should -Be 'inner n 2' }
        It 'can be a cmdlet' {
            Mock Get-ChildItem { 'file' } -ModuleName HostTestModule
            Get-Files 'p' | Should -Be 'file'
        }
        It 'sees mock variables of the test' {
            $answer = 'from the test'
            Mock Get-Inner { $answer } -ModuleName HostTestModule
            Get-Outer 'n' | Should -Be 'from the test'
        }
    }

    It 'throws what its body throws' {
        Mock Get-Plain { throw [System.InvalidOperationException]::new('from the mock') }
        { Get-Plain } | Should -Throw -ExceptionType ([System.InvalidOperationException]) -ExpectedMessage 'from the mock'
    }
    It 'refuses a command that is not there' { { Mock Get-NoSuchThing {} } | Should -Throw }
}

Describe 'InModuleScope' {
    It 'runs inside the module' { InModuleScope HostTestModule { $secret } | Should -Be 'of the module' }
    It 'takes parameters' { InModuleScope HostTestModule -Parameters @{ Value = 4 } { param($Value) Get-Inner -Name $Value } | Should -Be 'inner 4 1' }
    It 'gives parameters as variables' { InModuleScope HostTestModule -Parameters @{ Value = 4 } { "$Value" } | Should -Be '4' }
    It 'mocks there' {
        InModuleScope HostTestModule {
            Mock Get-Inner { 'mocked' }
            Get-Outer 'x' | Should -Be 'mocked'
            Should -Invoke Get-Inner -Times 1 -Exactly
        }
    }
}
