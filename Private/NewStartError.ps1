# Why a monitor did not start, with the collector's last log lines.
function NewStartError {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory)] [string] $Id,
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $LogOffset,
        [Parameter(Mandatory)] [string] $Message
    )

    NewErrorRecord -Id $Id -TargetObject $Plan.Name -Message (
        "The monitor '$($Plan.Name)' was not started: $Message`n$(GetLogTail $LogOffset)")
}
