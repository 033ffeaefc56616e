# A member deep in nested dictionaries; $null where there is none.
function GetMember {
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter(Mandatory)] [AllowNull()] [object] $Of,
        [Parameter(Mandatory)] [string[]] $Member
    )

    $value = $Of
    foreach ($name in $Member) { $value = GetValue $value $name }
    $value
}
