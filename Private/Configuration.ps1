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
    $document = ConvertToDictionary (GetValue $reply 'document')
    if ((GetMember $document broker, password_env) -ceq (GetPasswordVariable)) {
        # What the variable stood for: a secure password among objects.
        $document['broker'].Remove('password_env')
        $document['broker']['password'] = GetMember (JoinConfiguration $Configuration) broker, password
    }
    $folder = if ($Path) { [System.IO.Path]::GetDirectoryName($Path) }
    else { $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath }
    [pscustomobject]@{
        Valid    = [bool](GetValue $reply 'valid')
        Faults   = @((GetValue $reply 'faults') | Where-Object { $null -ne $_ })
        More     = [int](GetValue $reply 'more')
        Warnings = @((GetValue $reply 'warnings') | Where-Object { $null -ne $_ })
        Document = $document
        Folder   = $folder
    }
}

# The variable of the session in which the collector is told a secure password: module logging would write any text into the event log.
function GetPasswordVariable {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    'PSUTIL_AGENT_PASSWORD'
}

# What the collector is called with to read a configuration: Argument, InputText, and Password, a secure string for the variable
# of GetPasswordVariable. Throws ConfigInvalid where there are no objects, text, or a secure string where none may be.
function NewConfigurationCall {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory, ParameterSetName = 'Path')] [string] $Path,
        [Parameter(Mandatory, ParameterSetName = 'Object')] [AllowEmptyCollection()] [object[]] $Configuration
    )

    $call = [pscustomobject]@{ Argument = [string[]]('--config', $(if ($Path) { $Path } else { '-' })); InputText = ''; Password = $null }
    if ($PSCmdlet.ParameterSetName -eq 'Path') { return $call }
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
    foreach ($pointer in FindSecureString $document) {
        if ($pointer -ceq '/broker/password') { continue }
        throw (NewErrorRecord -Id ConfigInvalid -TargetObject $pointer -Message (
                "${pointer}: expected text or a number, found a secure string or a credential; of all keys only /broker/password takes a secure string."))
    }
    $call.Password = GetMember $document broker, password
    if ($call.Password -is [securestring]) {
        $document['broker'].Remove('password')
        $document['broker']['password_env'] = GetPasswordVariable
    }
    else { $call.Password = $null }
    $call.InputText = ConvertToJsonText $document
    $call
}

# The JSON pointers of the secure strings and credentials in a document.
function FindSecureString {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [AllowNull()] [AllowEmptyString()] [AllowEmptyCollection()] [object] $Value,
        [string] $Pointer = ''
    )

    if ($Value -is [securestring] -or $Value -is [pscredential]) { return $Pointer }
    if ($Value -is [System.Collections.IDictionary]) {
        foreach ($key in $Value.Keys) { FindSecureString -Value $Value[$key] -Pointer "$Pointer/$("$key".Replace('~', '~0').Replace('/', '~1'))" }
    }
    elseif ($Value -is [array]) {
        for ($index = 0; $index -lt $Value.Count; $index++) { FindSecureString -Value $Value[$index] -Pointer "$Pointer/$index" }
    }
}

# Asks the collector to validate a configuration or to check its broker, and gives the reply. Throws what it answers
# with instead, and what NewConfigurationCall throws.
function SendConfiguration {
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter(Mandatory)] [ValidateSet('validate', 'check-broker')] [string] $Command,
        [Parameter(Mandatory, ParameterSetName = 'Path')] [string] $Path,
        [Parameter(Mandatory, ParameterSetName = 'Object')] [AllowEmptyCollection()] [object[]] $Configuration,
        [string] $NodePath
    )

    $source = if ($PSCmdlet.ParameterSetName -eq 'Path') { @{ Path = $Path } } else { @{ Configuration = $Configuration } }
    $call = NewConfigurationCall @source
    $about = @{}
    if ($Path) { $about['TargetObject'] = $Path }
    try {
        if ($call.Password) {
            [System.Environment]::SetEnvironmentVariable((GetPasswordVariable), [System.Net.NetworkCredential]::new('', $call.Password).Password)
        }
        InvokeCollector -ArgumentList (@($Command) + $call.Argument) -InputText $call.InputText -NodePath $NodePath @about
    }
    finally { if ($call.Password) { [System.Environment]::SetEnvironmentVariable((GetPasswordVariable), $null) } }
}

# Has the collector take each entry of a configuration once, and gives an object a value as they come.
function ReadDryRun {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Value')]
    param(
        [Parameter(Mandatory, ParameterSetName = 'Path')] [string] $Path,
        [Parameter(Mandatory, ParameterSetName = 'Object')] [AllowEmptyCollection()] [object[]] $Configuration,
        [string] $NodePath
    )

    $source = if ($PSCmdlet.ParameterSetName -eq 'Path') { @{ Path = $Path } } else { @{ Configuration = $Configuration } }
    $call = NewConfigurationCall @source
    $arguments = @(GetCollectorPath) + 'sample' + $call.Argument + '--json'
    # Exit code 5 says that no entry gave a value: the reasons are among what it wrote.
    ReadNativeLine -FilePath (GetProgramPath -Program node -Path $NodePath) -ArgumentList $arguments -InputText $call.InputText -ExitCode 0, 5 | ForEach-Object {
        $row = ConvertFromJsonText $_
        $failure = GetValue $row 'error'
        if ($failure) { throw (NewCollectorError $failure -TargetObject $Path) }
        $value = NewValueObject -Time (ConvertToTime (GetValue $row 'time')) -Metric (GetValue $row 'name') -Path (GetValue $row 'path') -Value (
            GetValue $row 'value') -Unit (GetValue $row 'unit') -Fault (GetValue $row 'reason')
        $value | Add-Member -NotePropertyMembers ([ordered]@{ Method = GetValue $row 'method'; Index = GetValue $row 'index' }) -PassThru
    }
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
