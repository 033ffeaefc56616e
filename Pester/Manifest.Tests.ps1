# The module as a package: what it says of itself, what it exports, and how its files are made.
BeforeDiscovery {
    $root = Split-Path -Path $PSScriptRoot
    $sources = foreach ($folder in 'Public', 'Private') {
        foreach ($file in Get-ChildItem -Path (Join-Path $root $folder) -Filter *.ps1) { @{ Path = $file.FullName; Name = "$folder/$($file.Name)" } }
    }
    $cmdlets = 'Export-PsutilReport', 'Get-PsutilCounter', 'Get-PsutilLeftover', 'Get-PsutilMethod', 'Get-PsutilMonitor', 'Get-PsutilSample', 'New-PsutilConfiguration', 'Protect-PsutilPassword', 'Receive-PsutilSample', 'Remove-PsutilLeftover', 'Restart-PsutilMonitor', 'Start-PsutilMonitor', 'Stop-PsutilMonitor', 'Test-PsutilConfiguration', 'Test-PsutilMonitor', 'Watch-PsutilSample'
}

BeforeAll {
    $root = Split-Path -Path $PSScriptRoot
    Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
    $manifest = Import-PowerShellDataFile -Path (Join-Path $root 'PsutilAgent.psd1')
    # A character a byte, as they are: to look at each by a pipeline takes half a minute.
    $latin = [System.Text.Encoding]::GetEncoding('iso-8859-1')
}

Describe 'The manifest' {
    It 'is for Windows PowerShell 5.1 and PowerShell 7' {
        $manifest.PowerShellVersion | Should -Be '5.1'
        $manifest.CompatiblePSEditions | Should -Be 'Desktop', 'Core'
        $manifest.PrivateData.PSData.Tags | Should -Contain 'PSEdition_Desktop'
        $manifest.PrivateData.PSData.Tags | Should -Contain 'PSEdition_Core'
        $manifest.PrivateData.PSData.Tags | Should -Contain 'Windows'
    }
    It 'has the version of package.json' {
        $package = Get-Content -Path (Join-Path $root 'package.json') -Raw | ConvertFrom-Json
        $manifest.ModuleVersion | Should -Be $package.version
    }
    It 'exports its functions by name and nothing else' {
        ($manifest.FunctionsToExport | Sort-Object) -join ' ' | Should -Be (
            'Export-PsutilReport Get-PsutilCounter Get-PsutilLeftover Get-PsutilMethod Get-PsutilMonitor Get-PsutilSample New-PsutilConfiguration Protect-PsutilPassword Receive-PsutilSample Remove-PsutilLeftover Restart-PsutilMonitor Start-PsutilMonitor Stop-PsutilMonitor Test-PsutilConfiguration Test-PsutilMonitor Watch-PsutilSample')
        foreach ($kind in 'CmdletsToExport', 'VariablesToExport', 'AliasesToExport') { @($manifest[$kind]).Count | Should -Be 0 }
    }
    It 'is what Import-Module gives' {
        (Get-Command -Module PsutilAgent | Sort-Object -Property Name | ForEach-Object { $_.Name }) -join ' ' |
            Should -Be (($manifest.FunctionsToExport | Sort-Object) -join ' ')
    }
    It 'and all beside it is ASCII, which every PowerShell reads alike' {
        $files = @(Get-ChildItem -Path $root -Filter PsutilAgent.*) + @(Get-ChildItem -Path (Join-Path $root 'en-US'), $PSScriptRoot -File |
                Where-Object { $_.Extension -in '.txt', '.ps1', '.psm1' })
        $files.Count | Should -BeGreaterThan 10
        foreach ($file in $files) {
            $latin.GetString([System.IO.File]::ReadAllBytes($file.FullName)) -cmatch '[^\0-\x7e]' | Should -BeFalse -Because $file.Name
        }
    }
    It 'brings about_<_>' -ForEach 'PsutilAgent', 'PsutilAgent_Configuration', 'PsutilAgent_Delivery', 'PsutilAgent_Security', 'PsutilAgent_Troubleshooting' {
        $lines = Get-Content -Path (Join-Path $root "en-US/about_$_.help.txt")
        ($lines | Select-Object -First 2) -join '' | Should -BeExactly "TOPIC    about_$_"
        foreach ($heading in 'SHORT DESCRIPTION', 'LONG DESCRIPTION', 'SEE ALSO') { $lines | Should -Contain $heading }
        # A console of 80 shows each line whole.
        $lines | Where-Object { $_.Length -gt 80 } | Should -BeNullOrEmpty
    }
    It '<_> has a file of its own in Public' -ForEach $cmdlets {
        Test-Path -Path (Join-Path $root "Public/$_.ps1") | Should -BeTrue
    }
}

Describe 'The source <Name>' -ForEach $sources {
    BeforeAll {
        $errors = $null
        $tokens = $null
        $tree = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref]$tokens, [ref]$errors)
        $functions = @($tree.EndBlock.Statements | Where-Object { $_ -is [System.Management.Automation.Language.FunctionDefinitionAst] })
    }
    It 'parses, and holds functions and nothing else' {
        @($errors).Count | Should -Be 0
        $tree.EndBlock.Statements.Count | Should -Be $functions.Count
    }
    It 'is ASCII without a BOM' {
        $latin.GetString([System.IO.File]::ReadAllBytes($Path)) -cmatch '[^\0-\x7e]' | Should -BeFalse
    }
    It 'has one public function by the name of its file, or private ones without a hyphen, with approved verbs' {
        if ($Name -like 'Public/*') {
            $functions.Count | Should -Be 1
            $functions[0].Name | Should -BeExactly ([System.IO.Path]::GetFileNameWithoutExtension($Path))
        }
        else {
            $approved = @(foreach ($group in 'Common', 'Communications', 'Data', 'Diagnostic', 'Lifecycle', 'Other', 'Security') {
                    ("System.Management.Automation.Verbs$group" -as [type]).GetFields().Name
                }) -join '|'
            foreach ($function in $functions) { $function.Name | Should -MatchExactly "^($approved)[A-Z][A-Za-z]+$" }
        }
    }
    It 'has functions of no more than 60 lines of code, and no more than 300 lines of them in a private file' {
        foreach ($function in $functions) {
            $lines = ($function.Body.Extent.Text -replace '(?s)<#.*?#>', '') -split '\r?\n' | Where-Object { $_ -notmatch '^\s*(#|$)' }
            # A function's parameters are its contract, not its code.
            $parameters = if ($function.Body.ParamBlock) {
                @($function.Body.ParamBlock.Extent.Text -split '\r?\n' | Where-Object { $_ -notmatch '^\s*(#|$)' }).Count
            }
            else { 0 }
            @($lines).Count - $parameters | Should -BeLessOrEqual 60 -Because $function.Name
        }
        if ($Name -like 'Private/*') { @(Get-Content -Path $Path).Count | Should -BeLessOrEqual 300 }
    }
}
