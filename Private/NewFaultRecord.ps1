# One fault of a configuration as ConfigInvalid; its JSON pointer is the target.
function NewFaultRecord {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param([Parameter(Mandatory)] [object] $Fault)

    $pointer = [string](GetValue $Fault 'pointer')
    $place = if ($pointer) { $pointer } else { 'The configuration' }
    NewErrorRecord -Id ConfigInvalid -TargetObject $pointer -Message "${place}: $(GetValue $Fault 'message')"
}
