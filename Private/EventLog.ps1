# This module's source in Windows' event log: its key under the services' of the registry.
function GetEventSource {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    'EventLog\Application\PsutilAgent'
}

# Makes the collectors known to Windows' event log, and pushes what undoes it. Their events have one text each, for which
# EventCreate.exe, a part of every Windows, has a message for each id from 1 to 1000 ("%1"): without a message file the Event Viewer
# would say that the description cannot be found. A warning where the registry refuses: monitors work without.
function RegisterEventSource {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo)

    if (ReadServiceKey -Name (GetEventSource)) { return }
    # Errors, warnings and informations.
    $value = [ordered]@{ EventMessageFile = [System.IO.Path]::Combine([System.Environment]::SystemDirectory, 'EventCreate.exe'); TypesSupported = 7 }
    try {
        WriteServiceKey -Name (GetEventSource) -Value $value
        AddRollback -Undo $Undo -Command UnregisterEventSource -Parameter @{}
    }
    catch {
        Write-Warning "The collector's faults will not be in Windows' event log: $($_.Exception.GetBaseException().Message)"
    }
}

# Takes the source out of Windows' event log, once there is no monitor any more.
function UnregisterEventSource {
    [CmdletBinding()]
    param()

    if (-not (ReadServiceKey -Name (GetEventSource))) { return }
    foreach ($name in GetServiceName) { if ((GetServiceEntry $name).IsMonitor) { return } }
    Write-Verbose "delete the event source $(GetEventSource)"
    RemoveServiceKey -Name (GetEventSource)
}
