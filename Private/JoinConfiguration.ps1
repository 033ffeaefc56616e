# The document that configuration objects make: the one object where it is a document itself (it has psutil_config),
# else the list of entries, lists among the objects laid end to end.
function JoinConfiguration {
    [CmdletBinding()]
    [OutputType([object], [object[]])]
    param([Parameter(Mandatory)] [AllowEmptyCollection()] [object[]] $Configuration)

    $items = @(
        foreach ($item in $Configuration) {
            $value = ConvertToDictionary $item
            if ($value -is [array]) { foreach ($entry in $value) { , $entry } } else { , $value }
        }
    )
    if ($items.Count -eq 1 -and $items[0] -is [System.Collections.IDictionary] -and -not $items[0].Contains('method')) {
        return $items[0]
    }
    return , $items
}
