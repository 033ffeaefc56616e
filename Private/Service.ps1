# What the registry holds of one service, NSSM's values among it; $null where there is none. IsMonitor says whether it
# is one of this module's: NSSM runs it with the settings file in that name's own folder.
function GetServiceEntry {
    [CmdletBinding()]
    [OutputType([psobject])]
    param([Parameter(Mandatory)] [string] $Name)

    $service = ReadServiceKey -Name $Name
    if (-not $service) { return }
    $nssm = ReadServiceKey -Name "$Name\Parameters"
    $parameters = [string](GetValue $nssm 'AppParameters')
    $startup = switch (GetValue $service 'Start') {
        2 { if ((GetValue $service 'DelayedAutostart') -eq 1) { 'AutomaticDelayedStart' } else { 'Automatic' } }
        3 { 'Manual' }
        4 { 'Disabled' }
        default { 'Unknown' }
    }
    # Asked of every service of the host, and hardly one of them is NSSM's.
    $isMonitor = $parameters -and
    $parameters.EndsWith(' run --config "' + (GetMonitorPath $Name).Settings + '"', [System.StringComparison]::OrdinalIgnoreCase)
    [pscustomobject]@{
        Name          = $Name
        ImagePath     = [string](GetValue $service 'ImagePath')
        DisplayName   = [string](GetValue $service 'DisplayName')
        Description   = [string](GetValue $service 'Description')
        StartupType   = $startup
        # Absent where nobody has ever set it.
        Account       = if (GetValue $service 'ObjectName') { [string](GetValue $service 'ObjectName') } else { 'LocalSystem' }
        AppDirectory  = [string](GetValue $nssm 'AppDirectory')
        IsMonitor     = [bool]$isMonitor
    }
}

# A service's state (Running, Stopped, Paused, StartPending ...) from the service manager; $null where there is none. Get-Service looks
# at every service of the host, and asks all about the one: what it gave is kept, and asked for its state alone, as often as a wait does.
function GetServiceState {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Name)

    if (-not (Test-Path -Path variable:script:Controllers)) { $script:Controllers = @{} }
    $known = $script:Controllers[$Name]
    try {
        if ($known) { $known.Refresh(); return [string]$known.Status }
    }
    catch {
        Write-Debug "The service '$Name' is gone: $($_.Exception.GetBaseException().Message)"
    }
    $known = $script:Controllers[$Name] = GetServiceController $Name
    if ($known) { [string]$known.Status }
}

# The names of all services, as the registry has them.
function GetServiceName {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $key = OpenServiceKey
    try { $key.GetSubKeyNames() } finally { $key.Dispose() }
}

# The service manager's object for one service, the name taken literally; nothing where there is none.
function GetServiceController {
    [CmdletBinding()]
    [OutputType([object])]
    param([Parameter(Mandatory)] [string] $Name)

    Get-Service -Name ([System.Management.Automation.WildcardPattern]::Escape($Name)) -ErrorAction SilentlyContinue
}

# Asks the service manager to start or stop a service, and waits for neither. A service that is already so is left.
function SendServiceControl {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [ValidateSet('Start', 'Stop')] [string] $Control
    )

    Write-Verbose "$Control service '$Name'"
    try {
        $service = GetServiceController $Name
        if (-not $service) { throw 'there is no such service' }
        if ($Control -eq 'Start') { $service.Start() } else { $service.Stop() }
    }
    catch {
        $there = if ($Control -eq 'Start') { 'Running', 'StartPending' } else { 'Stopped', 'StopPending' }
        if ((GetServiceState $Name) -in $there) { return }
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Cause $cause -Message (
                "Windows did not $($Control.ToLowerInvariant()) the service '$Name': $($cause.Message). " +
                'The System event log says more.'))
    }
}

# Has Windows start a service again after NSSM gave up, three times a day. NSSM starts a collector that ended, but ends
# itself where the collector's program cannot be started at all: a virus scanner holds it, no memory is left. Throws
# NssmFailed where Windows does not take it.
function SetServiceRecovery {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name)

    $program = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'sc.exe')
    # The last action, none, is what a fourth failure gets: wrong settings would be wrong again.
    $arguments = 'failure', $Name, 'reset=', '86400', 'actions=', 'restart/5000/restart/60000/restart/60000//0'
    Write-Verbose (@('sc') + $arguments -join ' ')
    [void](InvokeServiceTool -FilePath $program -ArgumentList $arguments -Name $Name -Call "sc failure $Name")
}

# Has a service run as an account that needs no password, LocalSystem or one of NT SERVICE. Throws NssmFailed where Windows does
# not take it. NSSM 2.24 asks for a password.
function SetServiceAccount {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [string] $Account
    )

    $program = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'sc.exe')
    Write-Verbose "sc config $Name obj= $Account"
    [void](InvokeServiceTool -FilePath $program -ArgumentList 'config', $Name, 'obj=', $Account -Name $Name -Call "sc config $Name")
}

# The SID of a service's own account, NT SERVICE\<name>, which it has whether there is such a service or not: made of the SHA-1 of
# its name in capitals. Empty for any other account.
function GetAccountSid {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Account)

    if ($Account -notlike 'NT SERVICE\*') { return '' }
    $name = $Account.Substring('NT SERVICE\'.Length).ToUpperInvariant()
    $sha = [System.Security.Cryptography.SHA1]::Create()
    try { $hash = $sha.ComputeHash([System.Text.Encoding]::Unicode.GetBytes($name)) } finally { $sha.Dispose() }
    'S-1-5-80-' + (@(0..4 | ForEach-Object { [System.BitConverter]::ToUInt32($hash, 4 * $_) }) -join '-')
}

# Makes an account, a SID, a member of Performance Monitor Users, without which performance counters are closed to it, or with
# -Remove no member any more. A warning where that does not succeed: everything else works without.
function SetCounterReader {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Account,
        [switch] $Remove
    )

    # By its SID: its name is another in each language of Windows.
    $group = 'S-1-5-32-558'
    try {
        $isMember = @(Get-LocalGroupMember -SID $group -ErrorAction Stop | Where-Object { "$($_.SID)" -eq $Account }).Count -gt 0
        if ($Remove -and $isMember) { Remove-LocalGroupMember -SID $group -Member $Account -ErrorAction Stop }
        elseif (-not $Remove -and -not $isMember) { Add-LocalGroupMember -SID $group -Member $Account -ErrorAction Stop }
    }
    catch {
        Write-Warning ("The account $Account could not be $(if ($Remove) { 'taken out of' } else { 'added to' }) Performance Monitor Users: " +
            "$($_.Exception.GetBaseException().Message)$(if (-not $Remove) { '. Performance counters may be closed to the collector.' })")
    }
}

# Whether a service's program ended without a word to Windows (ERROR_PROCESS_ABORTED): Windows then means to start the service
# again after the delay that SetServiceRecovery set, and nothing but its failing or working ends that.
function TestServiceAborted {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)] [string] $Name)

    $program = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'sc.exe')
    try {
        (InvokeNative -FilePath $program -ArgumentList query, $Name).Output -match '(?m)^\s*WIN32_EXIT_CODE\s*:\s*1067\b'
    }
    catch {
        Write-Debug "The exit code of '$Name' is not known: $($_.Exception.GetBaseException().Message)"
        $false
    }
}

# Runs a program that makes or changes a service and gives what it printed. Throws NssmFailed, with the call and the program's
# own words, where it cannot be run or fails.
function InvokeServiceTool {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList,
        # The service.
        [Parameter(Mandatory)] [string] $Name,
        # What the error names as called: arguments may hold more than it should tell.
        [Parameter(Mandatory)] [string] $Call,
        [System.Text.Encoding] $Encoding = [System.Text.UTF8Encoding]::new($false)
    )

    try {
        $result = InvokeNative -FilePath $FilePath -ArgumentList $ArgumentList -Encoding $Encoding
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Cause $cause -Message "'$Call' could not be run: $($cause.Message)")
    }
    if ($result.ExitCode -ne 0) {
        $words = ($result.ErrorOutput + ' ' + $result.Output) -replace '\s+', ' '
        throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Message (
                "'$Call' failed with exit code $($result.ExitCode): $($words.Trim())"))
    }
    $result.Output.Trim()
}

# The key of one service in the registry, $null where there is none; without a name the key of them all.
function OpenServiceKey {
    [CmdletBinding()]
    [OutputType([Microsoft.Win32.RegistryKey])]
    param([string] $Name)

    [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey("SYSTEM\CurrentControlSet\Services\$Name".TrimEnd('\'))
}

# The values of a key under the services' key of the registry, unexpanded; $null where there is no such key, or none that
# this session may read: Windows keeps some services' keys to themselves, and no monitor is among those.
function ReadServiceKey {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [string] $Name)

    $key = $null
    try {
        $key = OpenServiceKey $Name
        if (-not $key) { return }
        $values = @{}
        foreach ($value in $key.GetValueNames()) {
            $values[$value] = $key.GetValue($value, $null, 'DoNotExpandEnvironmentNames')
        }
        $values
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        if ($cause -isnot [System.Security.SecurityException] -and $cause -isnot [System.UnauthorizedAccessException] -and
            $cause -isnot [System.IO.IOException]) { throw }
        Write-Debug "The registry key of '$Name' cannot be read: $($cause.Message)"
    }
    finally {
        if ($key) { $key.Dispose() }
    }
}

# Sets values of a key right below a service's key, or below one there, as the registry's types of theirs: text, numbers and
# lists of text; one that is $null is deleted. Throws NssmFailed where the service is gone or the registry refuses.
function WriteServiceKey {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Value
    )

    $above, $key = $null
    $parts = $Name -split '\\'
    try {
        $above = [Microsoft.Win32.Registry]::LocalMachine.OpenSubKey(
            "SYSTEM\CurrentControlSet\Services\" + ($parts[0..($parts.Count - 2)] -join '\'), $true)
        if (-not $above) { throw [System.IO.IOException]::new('there is no such service') }
        $key = $above.CreateSubKey($parts[-1])
        foreach ($item in $Value.Keys) {
            $content = $Value[$item]
            if ($null -eq $content) { $key.DeleteValue($item, $false) }
            else { $key.SetValue($item, $content, $(if ($content -is [int]) { 'DWord' } elseif ($content -is [array]) { 'MultiString' } else { 'String' })) }
        }
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id NssmFailed -TargetObject $parts[0] -Cause $cause -Message (
                "The settings of the service '$($parts[0])' cannot be written to the registry: $($cause.Message)"))
    }
    finally {
        foreach ($one in $key, $above) { if ($one) { $one.Dispose() } }
    }
}

# Deletes a key below one service's key in the registry, and all that is in it.
function RemoveServiceKey {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Name)

    [Microsoft.Win32.Registry]::LocalMachine.DeleteSubKeyTree("SYSTEM\CurrentControlSet\Services\$Name", $false)
}
