# Enters what only one session of the host may do at a time, and gives the lock, for ExitLock: starting or stopping the
# monitor of a name, or, without a name, changing what monitors share (services, folders, programs). Throws Id where another
# session is in there all the time.
function EnterLock {
    [CmdletBinding()]
    [OutputType([System.Threading.Mutex])]
    param(
        [string] $Name,
        [Parameter(Mandatory)] [double] $Timeout,
        [Parameter(Mandatory)] [string] $Id
    )

    $mutex = $null
    try {
        $mutex = NewMutex -Name ('Global\PsutilAgent' + $(if ($Name) { '-' + (ConvertToSafeName $Name).ToLowerInvariant() }))
        $isIn = WaitUntil -Timeout $Timeout -Activity 'Waiting for another start or stop' -Condition {
            # Whoever was in there and ended with it half done is undone by what comes now.
            try { $mutex.WaitOne(0) } catch [System.Threading.AbandonedMutexException] { $true }
        }
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id $Id -TargetObject $Name -Cause $cause -Message (
                "Whether another start or stop is under way cannot be told ($($cause.Message)): another account holds the lock. See who else is logged on."))
    }
    if (-not $isIn) {
        $mutex.Dispose()
        throw (NewErrorRecord -Id $Id -TargetObject $Name -Message (
                "Another session has been starting or stopping $(if ($Name) { "'$Name'" } else { 'a monitor' }) for $Timeout s; nothing was done. Try again when it is through."))
    }
    $mutex
}

# Leaves what EnterLock entered.
function ExitLock {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [System.Threading.Mutex] $Lock)

    $Lock.ReleaseMutex()
    $Lock.Dispose()
}

# A mutex of all sessions, which SYSTEM and Administrators may use and nobody else may hold; the one there is by its name.
function NewMutex {
    [CmdletBinding()]
    [OutputType([System.Threading.Mutex])]
    param([Parameter(Mandatory)] [string] $Name)

    $security = [System.Security.AccessControl.MutexSecurity]::new()
    $security.SetSecurityDescriptorSddlForm('D:P(A;;0x1f0001;;;SY)(A;;0x1f0001;;;BA)')
    $isNew = $false
    if ($PSVersionTable.PSEdition -eq 'Core') { [System.Threading.MutexAcl]::Create($false, $Name, [ref]$isNew, $security) }
    else { [System.Threading.Mutex]::new($false, $Name, [ref]$isNew, $security) }
}
