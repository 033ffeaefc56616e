# What the collector says of a configuration: Valid, Faults, Warnings, and Document, the configuration as dictionaries
# in map form; Folder is what relative paths in it start from. From a file (JSON or YAML) or from objects.
function ReadConfiguration {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory, ParameterSetName = 'Path')] [string] $Path,
        [Parameter(Mandatory, ParameterSetName = 'Object')] [AllowEmptyCollection()] [object[]] $Configuration,
        [string] $NodePath
    )

    if ($PSCmdlet.ParameterSetName -eq 'Path') {
        $folder = [System.IO.Path]::GetDirectoryName($Path)
        $reply = InvokeCollector -ArgumentList validate, --config, $Path -NodePath $NodePath -TargetObject $Path
    }
    else {
        $folder = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath
        if ($Configuration.Count -eq 0) {
            throw (NewErrorRecord -Id ConfigInvalid -TargetObject '' -Message (
                    'The configuration is empty: expected at least one entry of psutil_config, found none.'))
        }
        $text = ConvertToJsonText (JoinConfiguration $Configuration)
        $reply = InvokeCollector -ArgumentList validate, --config, '-' -InputText $text -NodePath $NodePath
    }
    [pscustomobject]@{
        Valid    = [bool](GetValue $reply 'valid')
        Faults   = @((GetValue $reply 'faults') | Where-Object { $null -ne $_ })
        Warnings = @((GetValue $reply 'warnings') | Where-Object { $null -ne $_ })
        Document = ConvertToDictionary (GetValue $reply 'document')
        Folder   = $folder
    }
}
