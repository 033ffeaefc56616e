# How a service starts, from its registry values.
function GetStartupType {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [System.Collections.IDictionary] $Service)

    switch (GetValue $Service 'Start') {
        2 { if ((GetValue $Service 'DelayedAutostart') -eq 1) { 'AutomaticDelayedStart' } else { 'Automatic' } }
        3 { 'Manual' }
        4 { 'Disabled' }
        default { 'Unknown' }
    }
}
