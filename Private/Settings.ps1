# The settings of a monitor as dictionaries: the document, over it what the cmdlet's parameters of the same names say, every
# path absolute, and the monitor's own places. A password given is in broker.password, still a secure string.
function MergeSettings {
    [CmdletBinding()]
    [OutputType([System.Collections.IDictionary])]
    param(
        [Parameter(Mandatory)] [psobject] $Reading,
        # The monitor's, of GetMonitorPath; without it only what the cmdlet's parameters say is put in.
        [psobject] $Path,
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
    if ($Path) {
        SetMember $settings status, path $Path.Data
        if (-not (GetMember $settings spool, path)) { SetMember $settings spool, path $Path.Spool }
        $log = @($env:CELERY_WORK_DIR, $env:AGENT_WORK_DIR, (GetMember $settings log, path), $Path.Data) | Where-Object { $_ }
        SetMember $settings log, path @($log)[0]
    }
    foreach ($member in @('broker', 'password_file'), @('broker', 'tls', 'ca_cert'), @('broker', 'tls', 'client_cert'),
        @('broker', 'tls', 'client_key'), @('spool', 'path'), @('log', 'path')) {
        $value = GetMember $settings $member
        if ($value) { SetMember $settings $member ([System.IO.Path]::GetFullPath([System.IO.Path]::Combine($Reading.Folder, $value))) }
    }
    $settings
}

# Of a cmdlet's bound parameters those that MergeSettings takes.
function GetOverride {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [System.Collections.IDictionary] $Bound)

    $override = @{}
    foreach ($key in 'DeploymentId', 'NodeName', 'NodeId', 'BrokerHostname', 'BrokerPort', 'BrokerCredential', 'BrokerVirtualHost', 'BrokerCaCertificate') {
        if ($Bound.ContainsKey($key)) { $override[$key] = $Bound[$key] }
    }
    if ($override['BrokerCaCertificate']) { $override['BrokerCaCertificate'] = ResolveFile $override['BrokerCaCertificate'] }
    $override
}

# Writes a plan's settings into the monitor's own folder, and pushes what undoes it.
function WriteSettings {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo
    )

    $path = $Plan.Path
    NewDataFolder -Path $path -Undo $Undo -Account $Plan.AccountSid -Force:$Plan.IsForced -Busy:$Plan.IsReload
    if ([System.IO.Path]::GetDirectoryName($Plan.LogPath) -ne $path.Data) { AssertLogFile -Path $Plan.LogPath -Account $Plan.AccountSid }
    $previous = ReadText $path.Settings
    if ($previous) { AddRollback -Undo $Undo -Command WriteText -Parameter @{ Path = $path.Settings; Text = $previous } }
    Write-Verbose "Writing '$($path.Settings)'"
    try {
        WriteText -Path $path.Settings -Text $Plan.Settings
        # A stop request of an earlier run is not this one's.
        [System.IO.File]::Delete($path.Stop)
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id DataNotWritable -TargetObject $path.Data -Cause $cause -Message (
                "The settings cannot be written to '$($path.Data)' ($($cause.Message)). Check its disk and its access rights."))
    }
}

# Makes a monitor's folder and the one of all, private, or takes those there are where they and all in them are so; pushes what
# undoes it, which deletes nothing that was there before. With -Force a folder that is not private is moved aside.
function NewDataFolder {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Path,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo,
        # The SID of the account that the collector runs as, where that is not LocalSystem.
        [string] $Account,
        [switch] $Force,
        # A collector runs there: what comes meanwhile is its own, and no part of the undo.
        [switch] $Busy
    )

    $root = [System.IO.Path]::GetDirectoryName($Path.Data)
    foreach ($folder in $root, $Path.Data) {
        $own = @{ Path = $folder; Account = if ($folder -eq $root) { '' } else { $Account } }
        try {
            $isMade = NewPrivateFolder @own
            if (-not $isMade -and $folder -ne $root) { AssertPrivateContent @own }
        }
        catch {
            if (-not $Force -or -not [System.IO.Directory]::Exists($folder)) { throw }
            # Monitors that there are have their samples in the folder of all.
            if ($folder -eq $root -and @(GetServiceName | ForEach-Object { GetServiceEntry $_ } | Where-Object { $_.IsMonitor }).Count -gt 0) { throw }
            $aside = "$folder.aside-$([datetime]::Now.ToString('yyyyMMddHHmmss'))"
            Write-Warning "$($_.Exception.Message) It is moved to '$aside', as -Force says."
            [System.IO.Directory]::Move($folder, $aside)
            $isMade = NewPrivateFolder @own
        }
        if ($isMade -and $folder -eq $root) { AddRollback -Undo $Undo -Command RemoveEmptyFolder -Parameter @{ Path = $root } }
        elseif ($isMade) { AddRollback -Undo $Undo -Command RemoveMonitorData -Parameter @{ Path = $Path; All = $true } }
    }
    if ($isMade -or $Busy) { return }
    $present = [string[]]@([System.IO.DirectoryInfo]::new($Path.Data).GetFileSystemInfos() | ForEach-Object { $_.Name })
    AddRollback -Undo $Undo -Command RemoveContent -Parameter @{ Path = $Path.Data; Keep = $present }
}
