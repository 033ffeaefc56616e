# Puts FakeWindows.psm1 in the place of Windows for the module under test: dot-source it in a BeforeEach. Sets $data, the
# folder of the monitors' data, $nssm, and $start, what every start of a monitor is given here.
$env:PSUTIL_AGENT_FAKE = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
$null = New-Item -Path $env:PSUTIL_AGENT_FAKE -ItemType Directory
$data = Join-Path $env:PSUTIL_AGENT_FAKE 'PsutilAgent'
$nssm = Join-Path $env:PSUTIL_AGENT_FAKE 'nssm.exe'
Set-Content -Path $nssm -Value 'stands in for nssm.exe'
$start = @{ NssmPath = $nssm; Timeout = 2; WarningAction = 'SilentlyContinue' }
Reset-FakeWindows

Mock -ModuleName PsutilAgent TestWindows { $true }
Mock -ModuleName PsutilAgent TestElevated { $true }
Mock -ModuleName PsutilAgent GetDataRoot { Join-Path $env:PSUTIL_AGENT_FAKE 'PsutilAgent' }
Mock -ModuleName PsutilAgent GetProgramRoot { Join-Path $env:PSUTIL_AGENT_FAKE 'Programs' }
Mock -ModuleName PsutilAgent GetWindowsVersion { 10 }
if ([System.Environment]::OSVersion.Platform -eq 'Win32NT') {
    $newProtectedDirectory = InModuleScope PsutilAgent { Get-Command -Name NewProtectedDirectory -CommandType Function }
    Mock -ModuleName PsutilAgent NewProtectedDirectory { & $newProtectedDirectory @PesterBoundParameters }
}
else {
    # A file system whose access lists tell what the modes of this one do, and locks of this Windows alone.
    Mock -ModuleName PsutilAgent NewProtectedDirectory { [void][System.IO.Directory]::CreateDirectory($Directory.FullName, [System.IO.UnixFileMode]'UserRead, UserWrite, UserExecute') }
    Mock -ModuleName PsutilAgent GetDescriptor { Get-FakeDescriptor -Item $Item }
    Mock -ModuleName PsutilAgent NewMutex { [System.Threading.Mutex]::new($false, $Name + '-' + (Split-Path -Path $env:PSUTIL_AGENT_FAKE -Leaf)) }
}
Mock -ModuleName PsutilAgent ProtectSecret {
    'blob-of-' + [System.Convert]::ToBase64String([System.Text.Encoding]::UTF8.GetBytes([System.Net.NetworkCredential]::new('', $Secret).Password))
}
Mock -ModuleName PsutilAgent UnprotectSecret {
    [System.Text.Encoding]::UTF8.GetString([System.Convert]::FromBase64String(($Blob -replace '^blob-of-', '')))
}
Mock -ModuleName PsutilAgent GetServiceName { Get-FakeServiceName }
Mock -ModuleName PsutilAgent ReadServiceKey { Read-FakeKey -Name $Name }
Mock -ModuleName PsutilAgent WriteServiceKey { Write-FakeKey -Name $Name -Value $Value }
Mock -ModuleName PsutilAgent RemoveServiceKey { Remove-FakeKey -Name $Name }
Mock -ModuleName PsutilAgent GetServiceState { Get-FakeState -Name $Name }
Mock -ModuleName PsutilAgent SendServiceControl { Send-FakeControl -Name $Name -Control $Control }
Mock -ModuleName PsutilAgent TestCollectorAlive { $null -ne $Status -and $Status.state -ne 'stopped' }
# The collector is called for real; Pester 6 does not fall through to the real command where no filter matches.
$invokeNative = InModuleScope PsutilAgent { Get-Command -Name InvokeNative -CommandType Function }
Mock -ModuleName PsutilAgent InvokeNative {
    if ($FilePath -like '*nssm*') { Invoke-FakeNssm -FilePath $FilePath -ArgumentList $ArgumentList }
    elseif ($FilePath -like '*sc.exe') { Invoke-FakeSc -ArgumentList $ArgumentList }
    elseif (-not $InputText) { & $invokeNative @PesterBoundParameters }
    else {
        # What the collector says of the same configuration is the same each time.
        $key = (@($ArgumentList) + $InputText) -join "`0"
        $reply = Get-FakeReply -Key $key
        if ($null -eq $reply) {
            $reply = & $invokeNative @PesterBoundParameters
            Set-FakeReply -Key $key -Reply $reply
        }
        $reply
    }
}
