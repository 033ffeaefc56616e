# Makes a monitor's folder, or takes the one there is, open to SYSTEM and Administrators only: before anything is written
# in it. Any user may make folders in ProgramData, so the root's access is set too, and a link is refused.
function NewDataFolder {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Path)

    foreach ($folder in [System.IO.Path]::GetDirectoryName($Path), $Path) {
        try {
            $directory = [System.IO.Directory]::CreateDirectory($folder)
            if ($directory.Attributes -band [System.IO.FileAttributes]::ReparsePoint) {
                throw [System.IO.IOException]::new('it is a link; remove it')
            }
            SetPrivateAccess $directory
        }
        catch {
            $cause = $_.Exception.GetBaseException()
            throw (NewErrorRecord -Id DataNotWritable -TargetObject $folder -Cause $cause -Message (
                    "The data folder '$folder' cannot be made or protected ($($cause.Message)). " +
                    'Check its disk and its access rights.'))
        }
    }
}
