# Why the collector could not be run to its end.
function NewRunError {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [System.Exception] $Cause
    )

    $base = $Cause.GetBaseException()
    NewErrorRecord -Id CollectorFailed -TargetObject $FilePath -Cause $base -Message (
        "The collector could not be run with '$FilePath': $($base.Message) Check that it is node.exe, and -NodePath where it was given.")
}
