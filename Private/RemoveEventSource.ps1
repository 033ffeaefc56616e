# Deletes NSSM's source in the event log where it takes its messages from this nssm.exe and no service is left that this
# nssm.exe runs: every call of NSSM makes it, and no call deletes it. Another's NSSM is named by another path there.
function RemoveEventSource {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Nssm)

    $source = 'EventLog\Application\NSSM'
    if ([string](GetValue (ReadServiceKey -Name $source) 'EventMessageFile') -ne $Nssm) { return }
    foreach ($name in FindServiceName) {
        if (([string](GetValue (ReadServiceKey -Name $name) 'ImagePath')).Trim('"') -eq $Nssm) { return }
    }
    Write-Verbose "delete the event source $source"
    DeleteServiceKey -Name $source
}
