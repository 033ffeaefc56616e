# Tab completion of what the cmdlets give: the properties behind a pipe.
BeforeDiscovery {
    [xml] $data = Get-Content -Path (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.Types.ps1xml') -Raw
    $types = @(foreach ($type in $data.Types.Type) { @{ Name = $type.Name -replace '\.Members$'; Members = @($type.Members.ScriptProperty | ForEach-Object { $_.Name }) } })
}

BeforeAll {
    $root = Split-Path -Path $PSScriptRoot
    Import-Module (Join-Path $root 'PsutilAgent.psd1') -Force
    $sources = Get-ChildItem -Path (Join-Path $root 'Private'), (Join-Path $root 'Public') -Filter *.ps1
    function Get-Completion {
        param([string] $Line)

        @([System.Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches | ForEach-Object { $_.CompletionText })
    }
}

Describe 'Properties of <Name>' -ForEach $types {
    It 'are those that its objects are made with' {
        $made = @(
            foreach ($file in $sources) {
                $tree = [System.Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref]$null, [ref]$null)
                foreach ($table in $tree.FindAll({ param($node) $node -is [System.Management.Automation.Language.HashtableAst] }, $true)) {
                    $keys = @($table.KeyValuePairs | ForEach-Object { $_.Item1.Extent.Text })
                    if ($keys -contains 'PSTypeName' -and "$($table.KeyValuePairs[0].Item2.Extent.Text)" -eq "'$Name'") { , @($keys | Where-Object { $_ -ne 'PSTypeName' }) }
                }
            }
        )
        $made.Count | Should -Be 1
        ($made[0] | Sort-Object) -join ' ' | Should -BeExactly (($Members | Sort-Object) -join ' ')
    }
    It 'are no members of the objects'' own type, where they would hide what an object is made with' {
        ([pscustomobject]@{ PSTypeName = $Name; Name = 1 }).PSObject.Properties.Name | Should -BeExactly 'Name'
    }
}

Describe 'Tab completion' {
    It 'of <Line> gives <Found>' -ForEach @(
        @{ Line = 'Get-PsutilMonitor | Select-Object Coll'; Found = 'CollectorState' }
        @{ Line = 'Get-PsutilMonitor | Where-Object Conn'; Found = 'Connected' }
        @{ Line = 'Get-PsutilMonitor | Sort-Object SpooledB'; Found = 'SpooledBytes' }
        @{ Line = 'Start-PsutilMonitor -Path x -PassThru | ForEach-Object { $_.Summ'; Found = 'Summary' }
        @{ Line = 'Get-PsutilMonitor | Select-Object -ExpandProperty Ent'; Found = 'Entries' }
        @{ Line = 'Get-PsutilMonitor | Select-Object -ExpandProperty Entries | Where-Object Fau'; Found = 'Fault' }
        @{ Line = '(Get-PsutilMonitor).Entries.Una'; Found = 'Unavailable' }
        @{ Line = '(Get-PsutilMonitor).LastError.Co'; Found = 'Code' }
        @{ Line = '(Get-PsutilMonitor).Since.DayOfY'; Found = 'DayOfYear' }
        @{ Line = 'Get-PsutilLeftover | Where-Object Uns'; Found = 'Unsent' }
        @{ Line = 'Test-PsutilConfiguration -Path x -Sample | Where-Object Fau'; Found = 'Fault' }
        @{ Line = 'Receive-PsutilSample -Path x | Group-Object Deploy'; Found = 'DeploymentId' }
        @{ Line = 'Get-PsutilSample cpu_percent | Select-Object Res'; Found = 'Result' }
        @{ Line = 'Watch-PsutilSample cpu_percent | Select-Object Tex'; Found = 'Text' }
        @{ Line = 'Get-PsutilMethod | Where-Object Plat'; Found = 'Platforms' }
        @{ Line = 'Get-PsutilCounter | Select-Object Inst'; Found = 'Instances' }
    ) {
        Get-Completion $Line | Should -BeExactly $Found
    }
}
