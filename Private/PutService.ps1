# Makes a plan's service, or changes the one there is where it differs, and pushes what undoes it; with -Force it is
# made anew. Tells whether it was made.
function PutService {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo,
        [switch] $Force
    )

    # nssm.exe is the service's program: where it is another's, such as an older module's, a changed value is not enough.
    if ($Plan.Existing -and $Plan.Existing.ImagePath.Trim('"') -ne $Nssm) { $Force = $true }
    $service = @{ Nssm = $Nssm; Name = $Plan.Name }
    $previous = $service + @{ Setting = $Plan.PreviousService }
    if ($Plan.Existing -and -not $Force) {
        if (-not $Plan.ServiceChanged) { return $false }
        PushUndo $Undo SetNssmSetting $previous
        SetNssmSetting @service -Setting $Plan.Service
        return $false
    }
    if ($Plan.Existing) {
        PushUndo $Undo SetServiceRecovery @{ Name = $Plan.Name }
        PushUndo $Undo InstallService $previous
        RemoveService @service
    }
    elseif (GetServiceState $Plan.Name) {
        # It came after the plan was made: undoing must not delete what is another's.
        throw (NewErrorRecord -Id MonitorExists -TargetObject $Plan.Name -Message (
                "A service named '$($Plan.Name)' was made meanwhile; it was not touched. Try again."))
    }
    PushUndo $Undo RemoveService $service
    InstallService @service -Setting $Plan.Service
    $true
}
