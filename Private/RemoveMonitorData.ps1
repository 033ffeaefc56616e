# Deletes a monitor's files but for unsent samples, and with -All those too; the folder goes when it is
# empty, and with the last one the folder of all.
function RemoveMonitorData {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Path,
        [switch] $All
    )

    if (-not [System.IO.Directory]::Exists($Path.Data)) { return }
    $status = ReadStatus $Path.Status
    $isEmpty = (GetValue $status 'state') -eq 'stopped' -and (GetValue $status 'spooled') -eq 0
    $kept = if ($All -or $isEmpty) { '' } else { $Path.Spool }
    Write-Verbose "Deleting '$($Path.Data)'$(if ($kept) { ' but for unsent samples in spool' })"
    $deleted = WaitUntil -Timeout 10 -Activity "Deleting '$($Path.Data)'" -Condition { DeleteContent -Path $Path.Data -Keep $kept }
    $root = [System.IO.Path]::GetDirectoryName($Path.Data)
    if (@([System.IO.Directory]::GetFileSystemEntries($root)).Count -eq 0) { [System.IO.Directory]::Delete($root) }
    if (-not $deleted) {
        throw (NewErrorRecord -Id DataNotWritable -TargetObject $Path.Data -Message (
                "Not all of '$($Path.Data)' could be deleted: another program holds a file in it. " +
                'Close it, then delete the folder.'))
    }
}
