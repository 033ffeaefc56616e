# The folder of this module.
function GetModuleRoot {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    [System.IO.Path]::GetDirectoryName($PSScriptRoot)
}
