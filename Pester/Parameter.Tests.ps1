# The parameters of every command, pinned: name, type, and what matters of its binding. A change here changes the contract.
BeforeDiscovery {
    $cases = @(
        @{
            Name = 'Start-PsutilMonitor'; Sets = 'Configuration InputObject Path'; Changes = $true
            Parameters = 'BrokerCaCertificate:String BrokerCredential:PSCredential BrokerHostname:String[] BrokerPort:Int32 BrokerVirtualHost:String ' +
            'Configuration:Object[] DeploymentId:String Force:SwitchParameter InputObject:PSObject[] Name:String NodeId:String NodeName:String ' +
            'NodePath:String NssmPath:String PassThru:SwitchParameter Path:String ServiceAccount:String StartupType:String Timeout:Int32'
        }
        @{
            Name = 'Stop-PsutilMonitor'; Sets = 'InputObject Name'; Changes = $true
            Parameters = 'InputObject:PSObject[] KeepService:SwitchParameter Name:String[] NssmPath:String PassThru:SwitchParameter ' +
            'RemoveData:SwitchParameter Timeout:Int32'
        }
        @{
            Name = 'Receive-PsutilSample'; Sets = 'InputObject Name Path'; Changes = $false
            Parameters = 'Count:Int32 InputObject:PSObject[] Name:String[] NodePath:String Path:String RoutingKey:String Timeout:Int32'
        }
        @{
            Name = 'Export-PsutilReport'; Sets = 'InputObject Name'; Changes = $true
            Parameters = 'Hours:Double InputObject:PSObject[] Name:String[] NodePath:String PassThru:SwitchParameter Path:String'
        }
        @{ Name = 'Restart-PsutilMonitor'; Sets = 'InputObject Name'; Changes = $true; Parameters = 'InputObject:PSObject[] Name:String[] PassThru:SwitchParameter Timeout:Int32' }
        @{ Name = 'Get-PsutilMonitor'; Sets = '__AllParameterSets'; Changes = $false; Parameters = 'Name:String[]' }
        @{
            Name = 'Test-PsutilConfiguration'; Sets = 'Configuration Path'; Changes = $false
            Parameters = 'BrokerCaCertificate:String BrokerCredential:PSCredential BrokerHostname:String[] BrokerPort:Int32 BrokerVirtualHost:String ' +
            'CheckBroker:SwitchParameter Configuration:Object[] DeploymentId:String NodeId:String NodeName:String NodePath:String Path:String Sample:SwitchParameter'
        }
        @{ Name = 'Test-PsutilMonitor'; Sets = 'InputObject Name Path'; Changes = $false; Parameters = 'InputObject:PSObject[] Name:String[] NodePath:String Path:String' }
        @{
            Name = 'New-PsutilConfiguration'; Sets = '__AllParameterSets'; Changes = $true
            Parameters = 'BrokerHostname:String Force:SwitchParameter NodePath:String Path:String ServiceName:String[]'
        }
        @{ Name = 'Get-PsutilLeftover'; Sets = '__AllParameterSets'; Changes = $false; Parameters = 'Name:String[]' }
        @{ Name = 'Remove-PsutilLeftover'; Sets = '__AllParameterSets'; Changes = $true; Parameters = 'InputObject:PSObject[] Timeout:Int32' }
        @{ Name = 'Protect-PsutilPassword'; Sets = 'Credential Password'; Changes = $false; Parameters = 'Credential:PSCredential Password:SecureString' }
        @{ Name = 'Get-PsutilCounter'; Sets = '__AllParameterSets'; Changes = $false; Parameters = 'Name:String[] NodePath:String' }
        @{ Name = 'Get-PsutilMethod'; Sets = '__AllParameterSets'; Changes = $false; Parameters = 'Name:String[] NodePath:String' }
        @{
            Name = 'Get-PsutilSample'; Sets = '__AllParameterSets'; Changes = $false
            Parameters = 'Argument:IDictionary Count:Int32 Interval:Double Method:String NodePath:String ResultArgument:String'
        }
        @{
            Name = 'Watch-PsutilSample'; Sets = 'InputObject Method Name'; Changes = $false
            Parameters = 'Argument:IDictionary Count:Int32 InputObject:PSObject[] Interval:Double Method:String[] Name:String[] NodePath:String ' +
            'ResultArgument:String'
        }
    )
}

BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
    $common = [System.Management.Automation.Cmdlet]::CommonParameters + [System.Management.Automation.Cmdlet]::OptionalCommonParameters
}

Describe 'Parameters of <Name>' -ForEach $cases {
    BeforeAll { $command = Get-Command -Name $Name -Module PsutilAgent }

    It 'are these' {
        $found = $command.Parameters.Values | Where-Object { $_.Name -notin $common } | Sort-Object -Property Name |
            ForEach-Object { "$($_.Name):$($_.ParameterType.Name)" }
        $found -join ' ' | Should -Be $Parameters
    }
    It 'come in these sets' {
        ($command.ParameterSets | ForEach-Object { $_.Name } | Sort-Object) -join ' ' | Should -Be $Sets
    }
    It 'include -WhatIf and -Confirm exactly where something is changed' {
        $command.Parameters.ContainsKey('WhatIf') | Should -Be $Changes
    }
}

Describe 'Aliases and pipeline' {
    It '<Command> -<Parameter> has the alias <Alias>' -ForEach @(
        @{ Command = 'Start-PsutilMonitor'; Parameter = 'Name'; Alias = 'ServiceName' }
        @{ Command = 'Stop-PsutilMonitor'; Parameter = 'Name'; Alias = 'ServiceName' }
        @{ Command = 'Get-PsutilMonitor'; Parameter = 'Name'; Alias = 'ServiceName' }
        @{ Command = 'Export-PsutilReport'; Parameter = 'Name'; Alias = 'ServiceName' }
        @{ Command = 'Start-PsutilMonitor'; Parameter = 'Path'; Alias = 'PSPath' }
        @{ Command = 'Get-PsutilSample'; Parameter = 'Argument'; Alias = 'Args' }
        @{ Command = 'Get-PsutilCounter'; Parameter = 'Name'; Alias = 'Path' }
    ) {
        (Get-Command -Name $Command -Module PsutilAgent).Parameters[$Parameter].Aliases | Should -Contain $Alias
    }
    It '<Command> -<Parameter> takes the pipeline' -ForEach @(
        @{ Command = 'Start-PsutilMonitor'; Parameter = 'Configuration' }
        @{ Command = 'Stop-PsutilMonitor'; Parameter = 'InputObject' }
        @{ Command = 'Stop-PsutilMonitor'; Parameter = 'Name' }
        @{ Command = 'Get-PsutilMonitor'; Parameter = 'Name' }
        @{ Command = 'Receive-PsutilSample'; Parameter = 'Name' }
        @{ Command = 'Receive-PsutilSample'; Parameter = 'InputObject' }
        @{ Command = 'Export-PsutilReport'; Parameter = 'Name' }
        @{ Command = 'Export-PsutilReport'; Parameter = 'InputObject' }
        @{ Command = 'Restart-PsutilMonitor'; Parameter = 'Name' }
        @{ Command = 'Test-PsutilMonitor'; Parameter = 'Name' }
        @{ Command = 'Test-PsutilMonitor'; Parameter = 'InputObject' }
        @{ Command = 'Restart-PsutilMonitor'; Parameter = 'InputObject' }
        @{ Command = 'Get-PsutilSample'; Parameter = 'Method' }
        @{ Command = 'Watch-PsutilSample'; Parameter = 'Method' }
        @{ Command = 'Watch-PsutilSample'; Parameter = 'InputObject' }
        @{ Command = 'Test-PsutilConfiguration'; Parameter = 'Configuration' }
        @{ Command = 'Get-PsutilCounter'; Parameter = 'Name' }
        @{ Command = 'Get-PsutilLeftover'; Parameter = 'Name' }
        @{ Command = 'Remove-PsutilLeftover'; Parameter = 'InputObject' }
        @{ Command = 'Protect-PsutilPassword'; Parameter = 'Password' }
        @{ Command = 'Protect-PsutilPassword'; Parameter = 'Credential' }
    ) {
        $attributes = (Get-Command -Name $Command -Module PsutilAgent).Parameters[$Parameter].Attributes
        @($attributes | Where-Object { $_ -is [System.Management.Automation.ParameterAttribute] -and $_.ValueFromPipeline }).Count | Should -BeGreaterThan 0
    }
}
