# The name of a monitor, which is its service's: the one asked for, else cloudify-psutil with the node's id.
function GetMonitorName {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Document,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Parameter
    )

    if ($Parameter.Contains('Name')) { return $Parameter['Name'] }
    $node = if ($Parameter.Contains('NodeId')) { $Parameter['NodeId'] } else { GetMember $Document node, node_id }
    if ($node) { 'cloudify-psutil-' + (ConvertToSafeName "$node") } else { 'cloudify-psutil' }
}
