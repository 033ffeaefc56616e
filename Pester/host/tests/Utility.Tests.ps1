# The supplied cmdlets of Microsoft.PowerShell.Utility behave as the real ones: these tests pass on both.
Describe 'Select-Object' {
    It 'takes from the start, the end and the middle' {
        1..5 | Select-Object -First 2 | Should -Be 1, 2
        1..5 | Select-Object -Last 2 | Should -Be 4, 5
        1..5 | Select-Object -Skip 3 | Should -Be 4, 5
        1..5 | Select-Object -Skip 1 -First 2 | Should -Be 2, 3
        1..5 | Select-Object -Skip 1 -Last 2 | Should -Be 3, 4
        1..5 | Select-Object -SkipLast 3 | Should -Be 1, 2
        1..5 | Select-Object -Index 0, 3 | Should -Be 1, 4
    }
    It 'stops what comes before once it has enough' {
        $seen = [System.Collections.Generic.List[int]]::new()
        1..10 | ForEach-Object { $seen.Add($_); $_ } | Select-Object -First 3 | Should -HaveCount 3
        $seen.Count | Should -Be 3
    }
    It 'makes objects of properties, computed ones too' {
        $result = [pscustomobject]@{ A = 1; B = 2; C = 3 } | Select-Object -Property A, @{ Name = 'Sum'; Expression = { $_.A + $_.B } }, Missing
        @($result.PSObject.Properties.Name) | Should -Be 'A', 'Sum', 'Missing'
        $result.Sum | Should -Be 3
        $result.Missing | Should -BeNullOrEmpty
    }
    It 'expands and excludes' {
        [pscustomobject]@{ A = 1, 2 } | Select-Object -ExpandProperty A | Should -Be 1, 2
        @(([pscustomobject]@{ A = 1; B = 2 } | Select-Object -Property * -ExcludeProperty A).PSObject.Properties.Name) | Should -Be 'B'
        { [pscustomobject]@{ A = 1 } | Select-Object -ExpandProperty B -ErrorAction Stop } | Should -Throw -ErrorId 'ExpandPropertyNotFound,*'
    }
    It 'keeps each once' { 'a', 'b', 'a' | Select-Object -Unique | Should -Be 'a', 'b' }
}

Describe 'Sort-Object, Group-Object, Measure-Object, Compare-Object' {
    It 'sorts' {
        3, 1, 2 | Sort-Object | Should -Be 1, 2, 3
        3, 1, 2 | Sort-Object -Descending | Should -Be 3, 2, 1
        'b', 'A', 'c' | Sort-Object | Should -Be 'A', 'b', 'c'
        3, 1, 3 | Sort-Object -Unique | Should -Be 1, 3
        @(@{ N = 2 }, @{ N = 1 } | ForEach-Object { [pscustomobject]$_ } | Sort-Object -Property N).N | Should -Be 1, 2
        'ccc', 'a', 'bb' | Sort-Object { $_.Length } | Should -Be 'a', 'bb', 'ccc'
        $mixed = [pscustomobject]@{ A = 1; B = 1 }, [pscustomobject]@{ A = 1; B = 2 } | Sort-Object A, @{ Expression = 'B'; Descending = $true }
        $mixed.B | Should -Be 2, 1
    }
    It 'groups' {
        $groups = @('ab', 'c', 'de' | Group-Object -Property Length)
        $groups.Count | Should -Be 2
        ($groups | Where-Object { $_.Name -eq '2' }).Group | Should -Be 'ab', 'de'
        ('x', 'y', 'x' | Group-Object -AsHashTable -AsString)['x'] | Should -HaveCount 2
    }
    It 'measures' {
        $result = 1..4 | Measure-Object -Sum -Average -Maximum -Minimum
        $result.Count, $result.Sum, $result.Average, $result.Maximum, $result.Minimum | Should -Be 4, 10, 2.5, 4, 1
        ('two words' | Measure-Object -Word -Character).Words | Should -Be 2
        (@() | Measure-Object).Count | Should -Be 0
    }
    It 'compares' {
        $differences = @(Compare-Object 1, 2, 3 2, 3, 4 | Sort-Object -Property SideIndicator)
        $differences.InputObject | Should -Be 1, 4
        $differences.SideIndicator | Should -Be '<=', '=>'
        Compare-Object 1, 2 2, 1 | Should -BeNullOrEmpty
    }
}

Describe 'JSON' {
    It 'reads' {
        $value = '{"a":1,"b":2.5,"c":[true,null,"x"],"d":{"e":""}}' | ConvertFrom-Json
        $value.a | Should -BeOfType [long]
        $value.b | Should -BeOfType [double]
        $value.c | Should -HaveCount 3
        $value.d.e | Should -Be ''
        ('[1,2]' | ConvertFrom-Json) | Should -Be 1, 2
        { 'no json' | ConvertFrom-Json } | Should -Throw -ErrorId 'System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand'
    }
    It 'writes' {
        [ordered]@{ a = 1; b = 'x"y'; c = @(); d = $null; e = $true; f = 1.5 } | ConvertTo-Json -Compress | Should -BeExactly '{"a":1,"b":"x\"y","c":[],"d":null,"e":true,"f":1.5}'
        ConvertTo-Json -Compress -InputObject @(1) | Should -Be '[1]'
        1, 2 | ConvertTo-Json -Compress | Should -Be '[1,2]'
        'text' | ConvertTo-Json | Should -Be '"text"'
        [pscustomobject]@{ Day = [System.DayOfWeek]::Monday } | ConvertTo-Json -Compress | Should -Be '{"Day":1}'
        ([pscustomobject]@{ A = 1 } | ConvertTo-Json) -replace "`r" | Should -Be "{`n  `"A`": 1`n}"
    }
    It 'stops at its depth' {
        $deep = @{ a = @{ b = @{ c = @{ d = 1 } } } }
        ($deep | ConvertTo-Json -Compress -WarningAction SilentlyContinue) | Should -Be '{"a":{"b":{"c":"System.Collections.Hashtable"}}}'
        ($deep | ConvertTo-Json -Compress -Depth 5) | Should -Be '{"a":{"b":{"c":{"d":1}}}}'
    }
}

Describe 'Members and objects' {
    It 'adds members' {
        $value = [pscustomobject]@{ A = 1 } | Add-Member -NotePropertyName B -NotePropertyValue 2 -PassThru
        $value | Add-Member -MemberType ScriptProperty -Name C -Value { $this.A + $this.B }
        $value.C | Should -Be 3
        $value | Add-Member -TypeName 'Some.Type'
        $value.PSObject.TypeNames[0] | Should -Be 'Some.Type'
        { $value | Add-Member -NotePropertyName B -NotePropertyValue 3 -ErrorAction Stop } | Should -Throw -ErrorId 'MemberAlreadyExists,*'
    }
    It 'lists members' { ([pscustomobject]@{ A = 1 } | Get-Member -MemberType NoteProperty).Name | Should -Be 'A' }
    It 'makes objects' {
        (New-Object -TypeName System.Text.StringBuilder -ArgumentList 'abc').ToString() | Should -Be 'abc'
        (New-Object -TypeName PSObject -Property @{ X = 1 }).X | Should -Be 1
        $list = New-Object 'System.Collections.Generic.List[string]'
        $list.GetType().Name | Should -Be 'List`1'
        { New-Object -TypeName No.Such.Type } | Should -Throw -ErrorId 'TypeNotFound,*'
    }
    It 'loads assemblies' { { Add-Type -AssemblyName System.Xml } | Should -Not -Throw }
}

Describe 'Variables' {
    It 'are made, read, changed and removed in a scope' {
        New-Variable -Name thing -Value 1
        Get-Variable -Name thing -ValueOnly | Should -Be 1
        Set-Variable -Name thing -Value 2
        $thing | Should -Be 2
        & { Set-Variable -Name thing -Value 3 -Scope 1 }
        $thing | Should -Be 3
        { New-Variable -Name thing -Scope 1 -ErrorAction Stop } | Should -Throw
        Remove-Variable -Name thing
        { Get-Variable -Name thing -ErrorAction Stop } | Should -Throw -ErrorId 'VariableNotFound,*'
    }
}

Describe 'Writing' {
    It 'sends errors with id, category and target' {
        function Test-Error { [CmdletBinding()] param() Write-Error -Message 'bad' -ErrorId 'Bad' -Category InvalidData -TargetObject 5 }
        $record = Test-Error 2>&1
        $record.FullyQualifiedErrorId | Should -Be 'Bad,Test-Error'
        $record.CategoryInfo.Category | Should -Be 'InvalidData'
        $record.TargetObject | Should -Be 5
    }
    It 'has a stream for each kind' {
        (Write-Warning 'w' 3>&1).Message | Should -Be 'w'
        (Write-Verbose 'v' -Verbose 4>&1).Message | Should -Be 'v'
        (Write-Host 'h' 6>&1).ToString() | Should -Be 'h'
        (Write-Information 'i' -Tags t 6>&1).Tags | Should -Contain 't'
        Write-Output 1, 2 | Should -Be 1, 2
        @(Write-Output -NoEnumerate @(1, 2)).Count | Should -Be 1
        { Write-Progress -Activity 'a' -Status 's' -PercentComplete 5; Write-Progress -Activity 'a' -Completed } | Should -Not -Throw
    }
}

Describe 'Formatting' {
    It 'draws tables and lists' {
        $item = [pscustomobject]@{ Name = 'x'; Value = 1 }
        $table = ($item | Format-Table | Out-String).Trim() -split '\r?\n'
        $table[0].TrimEnd() | Should -Be 'Name Value'
        $table[2].TrimEnd() | Should -Match '^x +1$'
        ($item | Format-Table -HideTableHeaders | Out-String).Trim() | Should -Match '^x +1$'
        ($item | Format-List -Property V* | Out-String).Trim() | Should -Be 'Value : 1'
        'a', 'b' | Out-String -Stream | Should -Be 'a', 'b'
    }
    It 'reads views of its own' {
        # A file that stays: the session reads its views again whenever a module brings some.
        Update-FormatData -PrependPath (Join-Path $PSScriptRoot 'Thing.Format.ps1xml')
        ([pscustomobject]@{ PSTypeName = 'Host.Test.Thing'; A = 1; B = 2 } | Out-String).Trim() | Should -Be 'Shown : 1'
    }
    It 'writes files' {
        $path = Join-Path $TestDrive 'out.txt'
        'a' | Out-File -FilePath $path
        'b' | Out-File -FilePath $path -Append
        Get-Content -LiteralPath $path | Should -Be 'a', 'b'
        { 'c' | Out-File -FilePath $path -NoClobber } | Should -Throw
    }
}

Describe 'The rest' {
    It 'finds text' {
        $found = 'one', 'two', 'three' | Select-String -Pattern '^t'
        $found.Line | Should -Be 'two', 'three'
        $found[0].LineNumber | Should -Be 2
        'abc' | Select-String 'B' -Quiet | Should -BeTrue
        'a.c' | Select-String -SimpleMatch '.' | Should -HaveCount 1
    }
    It 'tells dates and spans' {
        Get-Date -Year 2020 -Month 2 -Day 3 -Hour 4 -Minute 5 -Second 6 -Format 'yyyy-MM-dd HH:mm:ss' | Should -Be '2020-02-03 04:05:06'
        (Get-Date -Date '2020-01-01').Year | Should -Be 2020
        (New-TimeSpan -Minutes 2).TotalSeconds | Should -Be 120
        (Measure-Command { Start-Sleep -Milliseconds 60 }).TotalMilliseconds | Should -BeGreaterThan 50
    }
    It 'makes guids and random numbers' {
        New-Guid | Should -BeOfType [guid]
        Get-Random -Minimum 3 -Maximum 5 | Should -BeIn 3, 4
        1, 2, 3 | Get-Random | Should -BeIn 1, 2, 3
        'a', 'a', 'b' | Get-Unique | Should -Be 'a', 'b'
    }
    It 'reads data files' {
        $path = Join-Path $TestDrive 'data.psd1'
        Set-Content -LiteralPath $path -Value "@{ A = 1; B = @('x') }"
        (Import-PowerShellDataFile -LiteralPath $path).B | Should -Be 'x'
    }
    It 'keeps a copy in a variable or file' {
        1, 2 | Tee-Object -Variable kept | Should -Be 1, 2
        $kept | Should -Be 1, 2
    }
    It 'sets aliases and runs text' {
        Set-Alias -Name hostTestAlias -Value Get-Date
        (Get-Alias -Name hostTestAlias).Definition | Should -Be 'Get-Date'
    }
}
