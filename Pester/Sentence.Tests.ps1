# The sentence of every refusal, whole: what was expected, what was found, where, and what to do. Nothing is started here.
BeforeDiscovery {
    $onWindows = [System.Environment]::OSVersion.Platform -eq 'Win32NT'
}

BeforeAll {
    Import-Module (Join-Path (Split-Path -Path $PSScriptRoot) 'PsutilAgent.psd1') -Force
    # What a private call throws.
    function Get-Fault {
        param([scriptblock] $Call, [hashtable] $With = @{})
        try { InModuleScope PsutilAgent -Parameters $With $Call } catch { return $_ }
        throw "It threw nothing: $Call"
    }
}

Describe 'An error' {
    It '<Id> is of the category <Category>' -ForEach @(
        @{
            ObjectNotFound = 'ConfigNotFound', 'MonitorNotFound', 'MethodNotFound'; InvalidData = 'ConfigInvalid'; PermissionDenied = 'ElevationRequired'
            ResourceUnavailable = 'NodeNotFound', 'NssmNotFound', 'CollectorNotFound', 'SampleUnavailable'; ResourceExists = 'MonitorExists'
            InvalidResult = 'NssmFailed', 'CollectorExited', 'CollectorFailed'; OperationTimeout = 'StartTimeout', 'StopTimeout'
            ConnectionError = 'BrokerUnreachable'; AuthenticationError = 'BrokerRefused'; NotImplemented = 'UnsupportedPlatform'
            WriteError = 'DataNotWritable'; InvalidArgument = 'SampleInvalid'
        }.GetEnumerator() | ForEach-Object { @{ Category = $_.Key; Id = $_.Value } }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Id = $Id; Category = $Category } {
            param($Id, $Category)
            $cause = [System.IO.IOException]::new('cause')
            foreach ($one in $Id) {
                $record = NewErrorRecord -Id $one -Message 'A sentence.' -TargetObject 'target' -Cause $cause
                "$($record.CategoryInfo.Category) $($record.FullyQualifiedErrorId) $($record.TargetObject) $record" | Should -BeExactly "$Category $one target A sentence."
                $record.Exception.InnerException | Should -Be $cause
            }
        }
    }
    It 'of the collector by the code <Code> is <Id>' -ForEach @(
        @{
            PSA_USAGE = 'SampleInvalid'; PSA_CONFIG_NOT_FOUND = 'ConfigNotFound'; PSA_CONFIG_SYNTAX = 'ConfigInvalid'; PSA_CONFIG_INVALID = 'ConfigInvalid'
            PSA_SECRET_UNAVAILABLE = 'ConfigInvalid'; PSA_BROKER_UNREACHABLE = 'BrokerUnreachable'; PSA_BROKER_TLS = 'BrokerUnreachable'
            PSA_BROKER_REFUSED = 'BrokerRefused'; PSA_BROKER_CHANNEL = 'BrokerRefused'; PSA_UNAVAILABLE = 'SampleUnavailable'
            PSA_PLATFORM = 'UnsupportedPlatform'; PSA_ANYTHING = 'CollectorFailed'
        }.GetEnumerator() | ForEach-Object { @{ Code = $_.Key; Id = $_.Value } }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Code = $Code; Id = $Id } {
            param($Code, $Id)
            $record = NewCollectorError ([pscustomobject]@{ code = $Code; message = 'It failed.'; faults = @([pscustomobject]@{ message = 'one' }, [pscustomobject]@{ message = 'two' }) }) -TargetObject 'file'
            "$($record.FullyQualifiedErrorId) $($record.TargetObject) $record" | Should -BeExactly "$Id file It failed. ($Code)`n  one`n  two"
            "$(NewCollectorError ([pscustomobject]@{ code = $Code; message = 'It failed.' }))" | Should -BeExactly "It failed. ($Code)"
        }
    }
    It 'names the parameter of the cmdlet, where the collector names its option: <Said>' -ForEach @(
        @{ Said = '--result-argument: expected a field'; Names = '-ResultArgument: expected a field' }, @{ Said = 'give --count or --interval'; Names = 'give -Count or -Interval' }
        @{ Said = "no`n  result_argument: expected"; Names = "no`n  -ResultArgument: expected" }, @{ Said = 'args/percpus: expected'; Names = '-Argument percpus: expected' }
        @{ Said = 'args: expected the key path'; Names = '-Argument: expected the key path' }, @{ Said = '/0/args/x: expected'; Names = '/0/args/x: expected' }
        @{ Said = 'a function (psutil-agent methods lists them)'; Names = 'a function (Get-PsutilMethod lists them)' }
        @{ Said = '--config FILE; --output'; Names = '-Path FILE; -Path' }, @{ Said = 'a--count --counts ---count'; Names = 'a--count --counts ---count' }
    ) {
        InModuleScope PsutilAgent -Parameters @{ Said = $Said; Names = $Names } {
            param($Said, $Names)
            "$(NewCollectorError ([pscustomobject]@{ code = 'PSA_USAGE'; message = $Said }))" | Should -BeExactly "$Names (PSA_USAGE)"
        }
    }
    It 'that was caught is written with its cause, target and category' {
        function Write-Caught {
            [CmdletBinding()] param()
            InModuleScope PsutilAgent -Parameters @{ Caller = $PSCmdlet } {
                param($Caller)
                WriteCmdletError -Caller $Caller -Record (NewErrorRecord -Id NssmFailed -Message 'words' -TargetObject 'svc' -Cause ([System.IO.IOException]::new('c')))
            }
        }
        Write-Caught -ErrorAction SilentlyContinue -ErrorVariable faults
        "$($faults[-1].FullyQualifiedErrorId) $($faults[-1].CategoryInfo.Category) $($faults[-1].TargetObject) $($faults[-1])" |
            Should -BeExactly 'NssmFailed,Write-Caught InvalidResult svc words'
    }
}

Describe 'A sentence' {
    It 'of <Id>: <What>' -ForEach @(
        @{
            What = 'a program that was asked for'; Id = 'NssmNotFound'; Target = 'nssm'; Call = { GetProgramPath -Program nssm -Path /none/nssm.exe }
            Says = "nssm is needed and was not found: there is no file '*/none/nssm.exe'. Correct the path, or leave the parameter out to use the module's own."
        }
        @{
            What = 'node, where there is none'; Id = 'NodeNotFound'; Target = 'node'; Call = { Mock Get-Command { }; Mock GetModuleRoot { '/module' }; GetProgramPath -Program node }
            Says = "node is needed and was not found: it is neither at '/module/bin/node.exe' nor on PATH. Install the complete module (its bin folder carries it), put it on PATH, or name it with -NodePath."
        }
        @{
            What = 'NSSM, where there is none'; Id = 'NssmNotFound'; Target = 'nssm'; Call = { Mock Get-Command { }; Mock GetModuleRoot { '/module' }; GetProgramPath -Program nssm }
            Says = "nssm is needed and was not found: it is neither at '/module/bin/nssm.exe' nor on PATH. Install the complete module (its bin folder carries it), put it on PATH, or name it with -NssmPath."
        }
        @{
            What = 'no collector'; Id = 'CollectorNotFound'; Target = '/module'; Call = { Mock GetModuleRoot { '/module' }; GetCollectorPath }
            Says = "The collector is missing from the module folder '/module': expected collector/main.js or dist/cli/launcher.cjs. Install the complete module; in a clone run: npm ci, then npm run build."
        }
        @{
            What = 'a collector without a reply'; Id = 'CollectorFailed'; Target = 'methods'
            Call = { Mock InvokeNative { [pscustomobject]@{ ExitCode = 7; Output = ''; ErrorOutput = " out of luck`n" } }; InvokeCollector -ArgumentList methods, x }
            Says = "The collector's call 'methods' ended with exit code 7 and no reply: out of luck"
        }
        @{
            What = 'a collector that cannot be run'; Id = 'CollectorFailed'; Target = '/bin/node'
            Call = { Mock GetProgramPath { '/bin/node' }; Mock InvokeNative { throw [System.Exception]::new('outer', [System.IO.IOException]::new('No such thing.')) }; InvokeCollector -ArgumentList methods }
            Says = "The collector could not be run with '/bin/node': No such thing. Check that it is node.exe, and -NodePath where it was given."
        }
        @{
            What = 'an empty configuration'; Id = 'ConfigInvalid'; Target = ''; Call = { SendConfiguration -Command validate -Configuration @() }
            Says = 'The configuration is empty: expected at least one entry of psutil_config, found none.'
        }
        @{
            What = 'no Windows'; Id = 'UnsupportedPlatform'; Target = 'Get-PsutilMonitor'; Call = { Mock TestWindows { $false }; AssertWindows Get-PsutilMonitor }
            Says = 'Get-PsutilMonitor needs Windows: a monitor is a Windows service. Elsewhere run the collector itself: psutil-agent run --config FILE.'
        }
        @{
            What = 'an old Windows'; Id = 'UnsupportedPlatform'; Target = 'Get-PsutilMonitor'; Call = { Mock TestWindows { $true }; Mock GetWindowsVersion { 6.3 }; AssertWindows Get-PsutilMonitor }
            Says = 'Get-PsutilMonitor needs Windows 10 or Windows Server 2016, or later, for node.exe 22; this is Windows 6.3. Nothing was changed.'
        }
        @{
            What = 'no administrator'; Id = 'ElevationRequired'; Target = 'Stop-PsutilMonitor'; Call = { Mock TestElevated { $false }; AssertElevated Stop-PsutilMonitor }
            Says = 'Stop-PsutilMonitor changes Windows services, and this session has no administrator rights. Open PowerShell with "Run as administrator" and run it again.'
        }
        @{
            What = 'a lock of another session'; Id = 'StopTimeout'; Target = 'web'
            Call = { Mock NewMutex { [System.Threading.Mutex]::new() }; Mock WaitUntil { }; EnterLock -Name web -Timeout 2.5 -Id StopTimeout }
            Says = "Another session has been starting or stopping 'web' for 2.5 s; nothing was done. Try again when it is through."
        }
        @{
            What = 'the lock of all monitors'; Id = 'StartTimeout'; Target = ''; Call = { Mock NewMutex { [System.Threading.Mutex]::new() }; Mock WaitUntil { }; EnterLock -Timeout 60 -Id StartTimeout }
            Says = 'Another session has been starting or stopping a monitor for 60 s; nothing was done. Try again when it is through.'
        }
        @{
            What = 'a lock of another account'; Id = 'StopTimeout'; Target = 'web'; Call = { Mock NewMutex { throw [System.UnauthorizedAccessException]::new('denied') }; EnterLock -Name web -Timeout 1 -Id StopTimeout }
            Says = 'Whether another start or stop is under way cannot be told (denied): another account holds the lock. See who else is logged on.'
        }
        @{
            What = 'a service that is not deleted'; Id = 'StopTimeout'; Target = 'web'
            Call = { Mock GetServiceState { 'Stopped' }; Mock InvokeNssm { }; Mock WaitUntil { }; RemoveService -Nssm nssm.exe -Name web }
            Says = "The service 'web' is marked for deletion and still there: a program holds it open. Close the Services window and other tools that show services; it goes then."
        }
        @{
            What = 'a service that came meanwhile'; Id = 'MonitorExists'; Target = 'web'
            Call = {
                Mock GetServiceState { 'Running' }
                $plan = [pscustomobject]@{ Name = 'web'; Existing = $null; IsForced = $false; PreviousService = $null; Program = [pscustomobject]@{ Nssm = 'n' } }
                SetService -Plan $plan -Undo ([System.Collections.Generic.Stack[psobject]]::new())
            }
            Says = "A service named 'web' was made meanwhile; it was not touched. Try again."
        }
        @{
            What = 'a tool of the service manager that fails'; Id = 'NssmFailed'; Target = 'web'
            Call = { Mock InvokeNative { [pscustomobject]@{ ExitCode = 5; Output = "out`r`n"; ErrorOutput = "`r`nAccess  is denied." } }; InvokeNssm -Nssm nssm.exe -ArgumentList set, web, Description, hidden }
            Says = "'nssm set web Description' failed with exit code 5: Access is denied. out"
        }
        @{
            What = 'a tool of the service manager that cannot be run'; Id = 'NssmFailed'; Target = 'web'
            Call = { Mock InvokeNative { throw [System.IO.IOException]::new('No such file') }; InvokeNssm -Nssm nssm.exe -ArgumentList remove, web, confirm }
            Says = "'nssm remove web confirm' could not be run: No such file"
        }
        @{
            What = 'a service manager that refuses'; Id = 'NssmFailed'; Target = 'web'
            Call = { Mock GetServiceState { 'Running' }; Mock GetServiceController { throw [System.IO.IOException]::new('No') }; SendServiceControl -Name web -Control Stop }
            Says = "Windows did not stop the service 'web': No. The System event log says more."
        }
        @{
            What = 'a registry that refuses'; Id = 'NssmFailed'; Target = 'web'; Call = { WriteServiceKey -Name web\Parameters -Value @{ a = 1 } }
            Says = "The settings of the service 'web' cannot be written to the registry: *"
        }
        @{
            What = 'a service that will not stop'; Id = 'StopTimeout'; Target = 'web'
            Call = { Mock GetMonitorPath { [pscustomobject]@{ Status = '/none'; Stop = '/none' } }; Mock GetServiceState { 'StopPending' }; Mock WaitUntil { }; StopCollector -Name web -Timeout 1 }
            Says = "The service 'web' is still StopPending: neither its collector nor Windows stopped it in time. Nothing was removed. Try again; if it stays, end its process in the Task Manager."
        }
        @{
            What = 'a name of another service'; Id = 'MonitorExists'; Target = 'web'; Call = { Mock GetServiceEntry { [pscustomobject]@{ IsMonitor = $false } }; NewMonitorPlan -Name web -Settings @{} }
            Says = "A service named 'web' exists and is no monitor of this module; it was not touched. Choose another name with -Name."
        }
    ) {
        $call = $Call
        $fault = Get-Fault $call
        $fault.FullyQualifiedErrorId | Should -BeExactly $Id
        $fault.TargetObject | Should -BeExactly $Target
        # The separators of this system.
        $fault.Exception.Message.Replace('\', '/') | Should -BeLikeExactly $Says.Replace('[', '`[')
    }
    It 'of DataNotWritable: <What>' -Skip:$onWindows -ForEach @(
        @{ What = 'a folder that is a link'; Says = "The folder '<link>' is a link, and nothing is written or deleted through one: see what it leads to, then delete the link."; Call = { AssertNoLink $Link } }
        @{
            What = 'a folder below a link'; Says = "The folder '<link>' is a link, and nothing is written or deleted through one: see what it leads to, then delete the link."
            Call = { AssertNoLink ([System.IO.Path]::Combine($Link, 'below')) }
        }
        @{
            What = 'data that cannot be deleted'; Says = "Not all of '<folder>/web' could be deleted: another program holds a file in it. Close it, then delete the folder."
            Call = {
                $data = [System.IO.Directory]::CreateDirectory([System.IO.Path]::Combine($Folder, 'web')).FullName
                Mock WaitUntil { $false }
                RemoveMonitorData -Path ([pscustomobject]@{ Data = $data; Status = "$data/status.json"; Spool = "$data/spool" })
            }
        }
        @{
            What = 'a folder that cannot be made'; Says = "The folder '<folder>/new' cannot be made (disk full). Check its disk and its access rights."
            Call = { Mock NewProtectedDirectory { throw [System.IO.IOException]::new('disk full') }; NewPrivateFolder -Path "$Folder/new" }
        }
        @{
            What = 'a folder of somebody''s'; Call = { Mock GetPrivacyFault { 'belongs to mallory' }; Mock GetPrivateDescriptor { [pscustomobject]@{ Folder = 'x' } }; NewPrivateFolder -Path $Folder }
            Says = "The folder '<folder>' belongs to mallory. Nothing in it can be trusted, and it was not touched: look at it, then delete it or move it away (-Force moves a monitor's folder aside)."
        }
        @{
            What = 'a file of somebody''s'; Says = "'<folder>/note' is a link. It was not made by this module, and nothing was touched: look at it, then delete it."
            Call = {
                [System.IO.File]::WriteAllText("$Folder/note", '')
                Mock GetPrivateDescriptor { [pscustomobject]@{ InnerFile = 'x'; InnerFolder = 'y' } }
                Mock GetPrivacyFault { 'is a link' }
                AssertPrivateContent -Path $Folder
            }
        }
    ) {
        $folder = [System.IO.Directory]::CreateDirectory((Join-Path $TestDrive ([guid]::NewGuid().ToString('n')))).FullName
        $link = "$folder-link"
        $null = [System.IO.Directory]::CreateSymbolicLink($link, $folder)
        $call = $Call
        $fault = Get-Fault ([scriptblock]::Create("param(`$Folder, `$Link)`n$call")) @{ Folder = $folder; Link = $link }
        $fault.FullyQualifiedErrorId | Should -BeExactly 'DataNotWritable'
        $fault.Exception.Message | Should -BeExactly $Says.Replace('<folder>', $folder).Replace('<link>', $link)
    }
    It 'of a step that cannot be undone goes on to the next, and is a warning' {
        InModuleScope PsutilAgent {
            Mock EnterLock { [System.Threading.Mutex]::new($true) }
            Mock RemoveEmptyFolder { throw 'it is busy' } -ParameterFilter { $Path -eq 'second' }
            Mock RemoveEmptyFolder { } -ParameterFilter { $Path -eq 'first' }
            $undo = [System.Collections.Generic.Stack[psobject]]::new()
            foreach ($path in 'first', 'second') { AddRollback -Undo $undo -Command RemoveEmptyFolder -Parameter @{ Path = $path } }
            InvokeRollback $undo -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -BeExactly 'Not everything could be undone: it is busy'
            Should -Invoke RemoveEmptyFolder -Times 1 -Exactly -ParameterFilter { $Path -eq 'first' }
            Should -Invoke EnterLock -Times 1 -Exactly
            InvokeRollback $undo
            Should -Invoke EnterLock -Times 1 -Exactly
        }
    }
    It 'of a monitor that does not start ends with what its collector logged' {
        InModuleScope PsutilAgent -Parameters @{ Folder = "$TestDrive" } {
            param($Folder)
            $log = [System.IO.Path]::Combine($Folder, 'tail.log')
            $other = [System.IO.Path]::Combine($Folder, 'other.log')
            [System.IO.File]::WriteAllText($log, "an old line`n")
            $offset = GetLogOffset $log, $other
            $offset[$log], $offset[$other] | Should -Be 12, 0
            "$(NewStartError -Id StartTimeout -Plan ([pscustomobject]@{ Name = 'web' }) -LogOffset $offset -Message 'it sleeps.')" |
                Should -BeExactly "The monitor 'web' was not started: it sleeps.`nThe collector logged nothing."
            [System.IO.File]::AppendAllText($log, (1..8 | ForEach-Object { "line $_`n" }) -join '')
            [System.IO.File]::AppendAllText($log, "`n{`"level`":`"warn`",`"msg`":`"low`"}`n{`"no`":`"text`"}`n{broken`n" + 'x' * 500 + "`n" + 'y' * 501 + "`n")
            [System.IO.File]::WriteAllText($other, 'crash')
            (GetLogTail $offset) -split "`n" | Should -BeExactly @(
                'The collector''s last log lines:', '  line 6', '  line 7', '  line 8', '  warn: low', '  {"no":"text"}', '  {broken', "  $('x' * 500)", "  $('y' * 500) ...", '  crash')
        }
    }
}
