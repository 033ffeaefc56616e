# What the collector says of a configuration: Valid, Faults, More (how many beyond those), Warnings, and Document, the configuration as dictionaries
# in map form; Folder is what relative paths in it start from. From a file (JSON or YAML) or from objects.
function ReadConfiguration {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory, ParameterSetName = 'Path')] [string] $Path,
        [Parameter(Mandatory, ParameterSetName = 'Object')] [AllowEmptyCollection()] [object[]] $Configuration,
        [string] $NodePath
    )

    $reply = SendConfiguration -Command validate @PSBoundParameters
    $folder = if ($Path) { [System.IO.Path]::GetDirectoryName($Path) }
    else { $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath }
    [pscustomobject]@{
        Valid    = [bool](GetValue $reply 'valid')
        Faults   = @((GetValue $reply 'faults') | Where-Object { $null -ne $_ })
        More     = [int](GetValue $reply 'more')
        Warnings = @((GetValue $reply 'warnings') | Where-Object { $null -ne $_ })
        Document = ConvertToDictionary (GetValue $reply 'document')
        Folder   = $folder
    }
}

# Asks the collector to validate a configuration or to check its broker, and gives the reply. Throws what it answers
# with instead, and ConfigInvalid where there are no objects, or text.
function SendConfiguration {
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter(Mandatory)] [ValidateSet('validate', 'check-broker')] [string] $Command,
        [Parameter(Mandatory, ParameterSetName = 'Path')] [string] $Path,
        [Parameter(Mandatory, ParameterSetName = 'Object')] [AllowEmptyCollection()] [object[]] $Configuration,
        [string] $NodePath
    )

    if ($PSCmdlet.ParameterSetName -eq 'Path') {
        return InvokeCollector -ArgumentList $Command, --config, $Path -NodePath $NodePath -TargetObject $Path
    }
    if ($Configuration.Count -eq 0) {
        throw (NewErrorRecord -Id ConfigInvalid -TargetObject '' -Message (
                'The configuration is empty: expected at least one entry of psutil_config, found none.'))
    }
    $lines = @($Configuration | Where-Object { $_ -is [string] })
    if ($lines.Count -gt 0) {
        # Not shown: it may be a line with a password.
        throw (NewErrorRecord -Id ConfigInvalid -TargetObject '' -Message (
                "The configuration is text ($($lines.Count) lines or pieces): expected objects, entries of psutil_config or settings. " +
                'Name a file with -Path instead of piping what Get-Content reads; have ConvertFrom-Json make objects of JSON text.'))
    }
    $document = JoinConfiguration $Configuration
    $password = GetMember $document broker, password
    if ($password -isnot [securestring]) {
        return InvokeCollector -ArgumentList $Command, --config, '-' -InputText (ConvertToJsonText $document) -NodePath $NodePath
    }
    # In a variable that the collector inherits: module logging would write it into the event log with the text.
    $variable = 'PSUTIL_AGENT_PASSWORD'
    $document['broker'].Remove('password')
    $document['broker']['password_env'] = $variable
    [System.Environment]::SetEnvironmentVariable($variable, [System.Net.NetworkCredential]::new('', $password).Password)
    try {
        InvokeCollector -ArgumentList $Command, --config, '-' -InputText (ConvertToJsonText $document) -NodePath $NodePath
    }
    finally { [System.Environment]::SetEnvironmentVariable($variable, $null) }
}

# The document that configuration objects make: the one object where it is a document itself (it has psutil_config),
# else the list of entries, lists among the objects laid end to end.
function JoinConfiguration {
    [CmdletBinding()]
    [OutputType([object], [object[]])]
    param([Parameter(Mandatory)] [AllowEmptyCollection()] [object[]] $Configuration)

    $items = @(
        foreach ($item in $Configuration) {
            $value = ConvertToDictionary $item
            if ($value -is [array]) { foreach ($entry in $value) { , $entry } } else { , $value }
        }
    )
    if ($items.Count -eq 1 -and $items[0] -is [System.Collections.IDictionary] -and -not $items[0].Contains('method')) {
        return $items[0]
    }
    return , $items
}

# Whether a configuration that was read is valid; each fault is written as an error of the caller, ConfigInvalid with its
# JSON pointer as the target, those beyond the collector's bound as one that counts them, each warning as a warning unless Quiet.
function TestReading {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [psobject] $Reading,
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [switch] $Quiet
    )

    foreach ($fault in $Reading.Faults) {
        $Caller.WriteError((NewErrorRecord -Id ConfigInvalid -TargetObject (GetValue $fault 'pointer') -Message (GetValue $fault 'message')))
    }
    if ($Reading.More -gt 0) {
        $Caller.WriteError((NewErrorRecord -Id ConfigInvalid -TargetObject '' -Message (
                    "The configuration has $($Reading.Faults.Count + $Reading.More) faults: the first $($Reading.Faults.Count) are shown, $($Reading.More) more are not.")))
    }
    if (-not $Quiet) {
        foreach ($warning in $Reading.Warnings) { Write-Warning (GetValue $warning 'message') }
    }
    $Reading.Valid
}

# The source, Path and Name, that an item given to a cmdlet stands for: a file, whose Name is empty, a monitor or a monitor's service. Nothing
# where the item is a configuration itself.
function GetConfigurationSource {
    [CmdletBinding()]
    [OutputType([psobject])]
    param([Parameter(Mandatory)] [object] $Item)

    if ($Item -is [System.IO.FileSystemInfo]) { return [pscustomobject]@{ Path = $Item.FullName; Name = '' } }
    $types = $Item.PSObject.TypeNames
    if ($types -contains 'PsutilAgent.Monitor') { [pscustomobject]@{ Path = $Item.ConfigurationPath; Name = $Item.Name } }
    elseif ($types -contains 'System.ServiceProcess.ServiceController') {
        [pscustomobject]@{ Path = (GetMonitorPath $Item.ServiceName).Settings; Name = $Item.ServiceName }
    }
}
