# One fault of a configuration as ConfigInvalid; its JSON pointer is the target.
function NewFaultRecord {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param([Parameter(Mandatory)] [object] $Fault)

    NewErrorRecord -Id ConfigInvalid -TargetObject (GetValue $Fault 'pointer') -Message (GetValue $Fault 'message')
}
