# Deletes a stopped service, where there is one, with NSSM and waits until it is gone: while a program holds it open it
# lives on.
function RemoveService {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [string] $Name
    )

    if (-not (GetServiceState $Name)) { return }
    [void](InvokeNssm -Nssm $Nssm -ArgumentList remove, $Name, confirm)
    $gone = WaitUntil -Timeout 15 -Activity "Deleting service '$Name'" -Condition { -not (GetServiceState $Name) }
    if (-not $gone) {
        throw (NewErrorRecord -Id StopTimeout -TargetObject $Name -Message (
                "The service '$Name' is marked for deletion and still there: a program holds it open. " +
                'Close the Services window and other tools that show services; it goes then.'))
    }
    RemoveEventSource -Nssm $Nssm
}
