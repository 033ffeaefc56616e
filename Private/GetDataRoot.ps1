# The folder of all monitors' data.
function GetDataRoot {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    [System.IO.Path]::Combine([System.Environment]::GetFolderPath('CommonApplicationData'), 'PsutilAgent')
}
