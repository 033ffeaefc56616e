# The settings of a monitor as dictionaries: the document, over it what the cmdlet's parameters of the same names say, every
# path absolute, and the monitor's own places. A password given is in broker.password, still a secure string.
function MergeSettings {
    [CmdletBinding()]
    [OutputType([System.Collections.IDictionary])]
    param(
        [Parameter(Mandatory)] [psobject] $Reading,
        [Parameter(Mandatory)] [psobject] $Path,
        [string] $DeploymentId,
        [string] $NodeName,
        [string] $NodeId,
        [string[]] $BrokerHostname,
        [int] $BrokerPort,
        [pscredential] $BrokerCredential,
        [string] $BrokerVirtualHost,
        [string] $BrokerCaCertificate
    )

    $settings = ConvertToDictionary $Reading.Document
    if ($DeploymentId) { SetMember $settings node, deployment_id $DeploymentId }
    if ($NodeName) { SetMember $settings node, node_name $NodeName }
    if ($NodeId) { SetMember $settings node, node_id $NodeId }
    if ($BrokerHostname) { SetMember $settings broker, hostnames $BrokerHostname }
    if ($BrokerPort) { SetMember $settings broker, port $BrokerPort }
    if ($BrokerVirtualHost) { SetMember $settings broker, vhost $BrokerVirtualHost }
    if ($BrokerCaCertificate) {
        SetMember $settings broker, tls, ca_cert $BrokerCaCertificate
        SetMember $settings broker, tls, enabled $true
    }
    if ($BrokerCredential) {
        SetMember $settings broker, username $BrokerCredential.UserName
        SetMember $settings broker, password $BrokerCredential.Password
        foreach ($source in 'password_file', 'password_env', 'password_dpapi') { $settings['broker'].Remove($source) }
    }
    SetMember $settings status, path $Path.Data
    if (-not (GetMember $settings spool, path)) { SetMember $settings spool, path $Path.Spool }
    $log = @($env:CELERY_WORK_DIR, $env:AGENT_WORK_DIR, (GetMember $settings log, path), $Path.Data) | Where-Object { $_ }
    SetMember $settings log, path @($log)[0]
    foreach ($member in @('broker', 'password_file'), @('broker', 'tls', 'ca_cert'), @('broker', 'tls', 'client_cert'),
        @('broker', 'tls', 'client_key'), @('spool', 'path'), @('log', 'path')) {
        $value = GetMember $settings $member
        if ($value) { SetMember $settings $member ([System.IO.Path]::GetFullPath([System.IO.Path]::Combine($Reading.Folder, $value))) }
    }
    $settings
}

# Writes a plan's settings into the monitor's own folder, and pushes what undoes it.
function WriteSettings {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo
    )

    $path = $Plan.Path
    $previous = ReadText $path.Settings
    if ($previous) {
        AddRollback -Undo $Undo -Command WriteText -Parameter @{ Path = $path.Settings; Text = $previous }
    }
    else {
        AddRollback -Undo $Undo -Command RemoveMonitorData -Parameter @{ Path = $path; All = -not [System.IO.Directory]::Exists($path.Data) }
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
