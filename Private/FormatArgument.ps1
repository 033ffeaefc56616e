# A method's argument as key=value for the collector's command line.
function FormatArgument {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [AllowNull()] [AllowEmptyString()] [object] $Value
    )

    if ($Value -is [string]) { return "$Name=$Value" }
    "$Name=" + (ConvertToJsonText $Value)
}
