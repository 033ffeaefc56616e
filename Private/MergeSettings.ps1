# The settings of a monitor: the document, over it what the cmdlet's parameters say, every path absolute, and the
# monitor's own places. Parameters are as bound; a password given is still in broker.password, as a secure string.
function MergeSettings {
    [CmdletBinding()]
    [OutputType([System.Collections.IDictionary])]
    param(
        [Parameter(Mandatory)] [psobject] $Reading,
        [Parameter(Mandatory)] [psobject] $Path,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Parameter
    )

    $settings = ConvertToDictionary $Reading.Document
    $places = [ordered]@{
        DeploymentId        = 'node', 'deployment_id'
        NodeName            = 'node', 'node_name'
        NodeId              = 'node', 'node_id'
        BrokerHostname      = 'broker', 'hostnames'
        BrokerPort          = 'broker', 'port'
        BrokerVirtualHost   = 'broker', 'vhost'
        BrokerCaCertificate = 'broker', 'tls', 'ca_cert'
    }
    foreach ($name in $places.Keys) {
        if ($Parameter.Contains($name)) { SetMember $settings $places[$name] $Parameter[$name] }
    }
    if ($Parameter.Contains('BrokerCaCertificate')) { SetMember $settings broker, tls, enabled $true }
    if ($Parameter.Contains('BrokerCredential')) {
        SetMember $settings broker, username $Parameter['BrokerCredential'].UserName
        SetMember $settings broker, password $Parameter['BrokerCredential'].Password
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
