# Sets a member deep in nested dictionaries; those on the way are made where they are missing.
function SetMember {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Of,
        [Parameter(Mandatory)] [string[]] $Member,
        [Parameter(Mandatory)] [AllowNull()] [AllowEmptyString()] [AllowEmptyCollection()] [object] $Value
    )

    $inner = $Of
    foreach ($name in @($Member | Select-Object -SkipLast 1)) {
        if ($inner[$name] -isnot [System.Collections.IDictionary]) { $inner[$name] = [ordered]@{} }
        $inner = $inner[$name]
    }
    $inner[$Member[-1]] = $Value
}
