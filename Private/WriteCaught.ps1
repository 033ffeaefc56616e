# Writes an error that was caught as an error of the cmdlet: a record that was thrown once would keep its place and not
# get the cmdlet's name in its id.
function WriteCaught {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [Parameter(Mandatory)] [System.Management.Automation.ErrorRecord] $Record
    )

    $id = ($Record.FullyQualifiedErrorId -split ',')[0]
    $Caller.WriteError([System.Management.Automation.ErrorRecord]::new(
            $Record.Exception, $id, $Record.CategoryInfo.Category, $Record.TargetObject))
}
