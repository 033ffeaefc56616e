# Writes a plan's settings into the monitor's own folder, and pushes what undoes it.
function PutSettings {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo
    )

    $path = $Plan.Path
    $previous = ReadText $path.Settings
    if ($previous) {
        PushUndo $Undo WriteText @{ Path = $path.Settings; Text = $previous }
    }
    else {
        PushUndo $Undo RemoveMonitorData @{ Path = $path; All = -not [System.IO.Directory]::Exists($path.Data) }
    }
    NewDataFolder $path.Data
    Write-Verbose "Writing '$($path.Settings)'"
    try {
        # A file that was there keeps its own owner and access when it is written to, so it makes way.
        [System.IO.File]::Delete($path.Settings)
        WriteText -Path $path.Settings -Text $Plan.Settings
        # A status or a stop request of an earlier run is not this one's.
        [System.IO.File]::Delete($path.Status)
        [System.IO.File]::Delete($path.Stop)
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id DataNotWritable -TargetObject $path.Data -Cause $cause -Message (
                "The settings cannot be written to '$($path.Data)' ($($cause.Message)). Check its disk and its access rights."))
    }
}
