# A member of an object or dictionary, $null where it has none: strict mode refuses the plain way.
function GetValue {
    [CmdletBinding()]
    [OutputType([object], [object[]])]
    param(
        [Parameter(Mandatory)] [AllowNull()] [object] $Of,
        [Parameter(Mandatory)] [string] $Name
    )

    if ($null -eq $Of) { return $null }
    if ($Of -is [System.Collections.IDictionary]) {
        if ($Of.Contains($Name)) { return , $Of[$Name] }
        return $null
    }
    $property = $Of.PSObject.Properties[$Name]
    if ($property) { return , $property.Value }
}
