# Help is part of the contract: complete for every command, its examples sound.
BeforeDiscovery {
    $commands = 'Export-PsutilReport', 'Get-PsutilCounter', 'Get-PsutilLeftover', 'Get-PsutilMethod', 'Get-PsutilMonitor', 'Get-PsutilSample', 'New-PsutilConfiguration', 'Protect-PsutilPassword', 'Receive-PsutilSample', 'Remove-PsutilLeftover', 'Restart-PsutilMonitor', 'Start-PsutilMonitor', 'Stop-PsutilMonitor', 'Test-PsutilConfiguration', 'Test-PsutilMonitor', 'Watch-PsutilSample' |
        ForEach-Object { @{ Name = $_ } }
}

BeforeAll {
    $root = Split-Path -Path $PSScriptRoot
    Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
    $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
}

Describe 'Help of <Name>' -ForEach $commands {
    BeforeAll {
        $command = Get-Command -Name $Name -Module PsutilAgent
        $content = $command.ScriptBlock.Ast.GetHelpContent()
        $help = Get-Help -Name $Name -Full
    }
    It 'has synopsis, description, inputs, outputs, notes and links' {
        $content.Synopsis.Trim() | Should -Not -BeNullOrEmpty
        $content.Description.Trim() | Should -Not -BeNullOrEmpty
        $content.Inputs.Count | Should -BeGreaterThan 0
        $content.Outputs.Count | Should -BeGreaterThan 0
        $content.Notes.Trim() | Should -Match 'Error ids:'
        $content.Links.Count | Should -BeGreaterThan 0
    }
    It 'describes every parameter' {
        foreach ($parameter in $command.Parameters.Keys | Where-Object { $_ -notin $common }) {
            $described = $help.parameters.parameter | Where-Object { $_.name -eq $parameter }
            ($described.description | ForEach-Object { $_.Text }) -join ' ' | Should -Not -BeNullOrEmpty -Because $parameter
        }
    }
    It 'has at least two examples that parse, name the command, and use parameters it has' {
        $content.Examples.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $content.Examples) {
            $errors = $null
            $tokens = $null
            $code = ($example.Trim() -split '\r?\n\s*\r?\n')[0]
            $tree = [System.Management.Automation.Language.Parser]::ParseInput($code, [ref]$tokens, [ref]$errors)
            @($errors).Count | Should -Be 0 -Because $code
            $calls = @($tree.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] -and $node.GetCommandName() -like '*-Psutil*' }, $true))
            @($calls | Where-Object { $_.GetCommandName() -eq $Name }).Count | Should -BeGreaterThan 0 -Because $code
            foreach ($call in $calls) {
                $known = (Get-Command -Name $call.GetCommandName() -Module PsutilAgent).Parameters.Keys
                foreach ($element in $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                    $known | Should -Contain $element.ParameterName -Because $code
                }
            }
        }
    }
    It 'links to commands and topics that exist' {
        foreach ($link in $content.Links) {
            $there = (Get-Command -Name $link -Module PsutilAgent -ErrorAction SilentlyContinue) -or
            (Test-Path -Path (Join-Path $root "en-US/$link.help.txt"))
            [bool]$there | Should -BeTrue -Because $link
        }
    }
    It 'names only error ids that the module has' {
        $ids = (($content.Notes -replace '(?s)^.*Error ids:', '') -replace '[.\s]', '') -split ','
        foreach ($id in $ids) {
            InModuleScope PsutilAgent -Parameters @{ Id = $id } {
                param($Id)
                (NewErrorRecord -Id $Id -Message 'x').CategoryInfo.Category | Should -Not -Be 'NotSpecified' -Because $Id
            }
        }
    }
}

Describe 'Help of cloudify/<_>.ps1' -ForEach 'start', 'stop' {
    BeforeAll {
        $path = Join-Path $root "cloudify/$_.ps1"
        # The scripts are not beside the module where it is tried on its own.
        $there = Test-Path -Path $path
    }
    It 'is whole, and names every input' {
        if (-not $there) { Set-ItResult -Skipped -Because 'this module folder has no scripts for Cloudify'; return }
        $help = Get-Help -Name $path -Full
        $help.Synopsis | Should -BeLike "cloudify.interfaces.monitoring.$_*"
        $text = $help | Out-String
        foreach ($part in 'INPUTS', 'OUTPUTS', 'NOTES', 'EXAMPLE') { $text | Should -MatchExactly $part }
        $source = (Get-Content -Path $path -Raw) -replace '(?s)<#.*?#>'
        $inputs = @([regex]::Matches($source, '\$env:(psutil_\w+)') | ForEach-Object { $_.Groups[1].Value } | Sort-Object -Unique)
        foreach ($name in $inputs) { $text | Should -BeLike "*$name*" }
    }
}
