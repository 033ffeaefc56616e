# Puts FakeWindows.psm1 in the place of Windows for the module under test: dot-source it in BeforeEach. The
# variable PSUTIL_AGENT_FAKE of the environment names a folder for the monitors' data.
Mock -ModuleName PsutilAgent TestWindows { $true }
Mock -ModuleName PsutilAgent TestElevated { $true }
Mock -ModuleName PsutilAgent GetDataRoot { Join-Path $env:PSUTIL_AGENT_FAKE 'PsutilAgent' }
Mock -ModuleName PsutilAgent SetPrivateAccess { }
Mock -ModuleName PsutilAgent ProtectSecret { 'blob-of-' + [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes($Secret)) }
Mock -ModuleName PsutilAgent UnprotectSecret {
    [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String(($Blob -replace '^blob-of-', '')))
}
Mock -ModuleName PsutilAgent FindServiceName { Get-FakeServiceName }
Mock -ModuleName PsutilAgent ReadServiceKey { Read-FakeKey -Name $Name }
Mock -ModuleName PsutilAgent GetServiceState { Get-FakeState -Name $Name }
Mock -ModuleName PsutilAgent SendServiceControl { Send-FakeControl -Name $Name -Control $Control }
Mock -ModuleName PsutilAgent TestCollectorAlive { $null -ne $Status -and $Status.state -ne 'stopped' }
Mock -ModuleName PsutilAgent InvokeNative { Invoke-FakeNssm -FilePath $FilePath -ArgumentList $ArgumentList } -ParameterFilter { $FilePath -like '*nssm*' }
