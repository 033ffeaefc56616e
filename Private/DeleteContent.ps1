# Deletes what a folder holds, except Keep, and the folder itself once it is empty; whether all of it went.
function DeleteContent {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [string] $Keep
    )

    try {
        foreach ($file in [System.IO.Directory]::GetFiles($Path)) { [System.IO.File]::Delete($file) }
        foreach ($folder in [System.IO.Directory]::GetDirectories($Path)) {
            if ($folder -ne $Keep) { [System.IO.Directory]::Delete($folder, $true) }
        }
        if (@([System.IO.Directory]::GetFileSystemEntries($Path)).Count -eq 0) { [System.IO.Directory]::Delete($Path) }
        $true
    }
    catch {
        Write-Debug "Not deleted: $($_.Exception.GetBaseException().Message)"
        $false
    }
}
