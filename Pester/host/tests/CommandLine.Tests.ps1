# The command line, streams and exit codes, by running the engine that runs this test once more.
BeforeAll {
    . (Join-Path $PSScriptRoot 'Engine.ps1')
}

Describe '-File' {
    It 'passes parameters by name, switches and the rest' {
        $script = New-Script 'param([string] $Name, [switch] $Flag, [switch] $Off, [Parameter(ValueFromRemainingArguments = $true)] $Rest) "$Name|$Flag|$Off|$Rest"'
        (Invoke-Engine -Argument '-File', $script, '-Name', 'a b', '-Flag', '-Off:$false', 'x', 'y').Output | Should -Be 'a b|True|False|x y'
    }
    It 'gives the code of exit' { (Invoke-Engine -Argument '-File', (New-Script 'exit 7')).Code | Should -Be 7 }
    It 'gives 0 at the end' { (Invoke-Engine -Argument '-File', (New-Script '1')).Code | Should -Be 0 }
    It 'gives 1 and says why when a script throws' {
        $result = Invoke-Engine -Argument '-File', (New-Script 'throw "it broke"')
        $result.Code | Should -Be 1
        $result.Error | Should -Match 'it broke'
        $result.Output | Should -BeNullOrEmpty
    }
    It 'refuses a file that is not there' {
        $result = Invoke-Engine -Argument '-File', (Join-Path $TestDrive 'none.ps1')
        $result.Code | Should -Be 64
    }
}

Describe '-Command' {
    It 'shows what comes out' { (Invoke-Engine -Argument '-Command', '1 + 1').Output | Should -Be '2' }
    It 'says once what -WhatIf would remove, and removes nothing' {
        $null = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'full/inner') -Force
        $result = Invoke-Engine -Argument '-Command', "Remove-Item -LiteralPath '$(Join-Path $TestDrive 'full')' -Recurse -WhatIf"
        @($result.Output -split '\r?\n').Count | Should -Be 1
        $result.Output | Should -Match '^What if: .*Remove Directory.*full'
        Join-Path $TestDrive 'full/inner' | Should -Exist
    }
    It 'fails where Remove-Item would ask whether to remove what is in a folder, -WhatIf or not' -ForEach @(@{ WhatIf = '' }, @{ WhatIf = '-WhatIf' }) {
        $null = New-Item -ItemType Directory -Path (Join-Path $TestDrive 'full/inner') -Force
        $result = Invoke-Engine -Argument '-Command', "Remove-Item -LiteralPath '$(Join-Path $TestDrive 'full')' $WhatIf"
        $result.Code | Should -Be 1
        $result.Error | Should -Not -BeNullOrEmpty
        Join-Path $TestDrive 'full/inner' | Should -Exist
    }
    It 'gives 1 when the last command failed' { (Invoke-Engine -Argument '-Command', 'Get-Item -LiteralPath nowhere').Code | Should -Be 1 }
    It 'gives 0 when it did not' { (Invoke-Engine -Argument '-Command', 'Get-Item -LiteralPath nowhere; 1').Code | Should -Be 0 }
    It 'writes errors to stderr and nothing of them to stdout' {
        $result = Invoke-Engine -Argument '-Command', 'Write-Error boo; 5'
        $result.Output | Should -Be '5'
        $result.Error | Should -Match 'boo'
    }
    It 'reads commands from stdin' {
        $result = Invoke-Engine -Argument '-Command', '-' -InputText "1 + 2`nif (`$true) {`n'yes'`n}`n`nexit 4`n"
        $result.Output | Should -Be "3`nyes"
        $result.Code | Should -Be 4
    }
    It 'takes encoded text' {
        $encoded = [System.Convert]::ToBase64String([System.Text.Encoding]::Unicode.GetBytes('"caf" + [char]0xe9'))
        (Invoke-Engine -Argument '-EncodedCommand', $encoded).Output | Should -Be "caf$([char]0xe9)"
    }
}

Describe 'the line itself' {
    It 'tells its version' { (Invoke-Engine -Argument '-Version').Output | Should -Match '^PowerShell \d+\.\d+\.\d+' }
    It 'refuses an option that it does not know' {
        $result = Invoke-Engine -Argument '-NoSuchOption', 'x'
        $result.Code | Should -Be 64
        $result.Error | Should -Match 'NoSuchOption'
    }
}
