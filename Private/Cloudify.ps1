# What cloudify/start.ps1 and stop.ps1 do once the module is there. They run in Cloudify's script plugin, with the operation's
# inputs as environment variables. Context is their function that asks the operation's context: it takes the words of a call
# as one list, gives the payload of the answer, and throws where the answer is an error.

# Starts the monitor of a node instance. Throws ConfigInvalid for what would fail again in the same way.
function StartCloudifyMonitor {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [scriptblock] $Context)

    $parameter = ReadOperation -Context $Context
    $faults = @()
    $warnings = @()
    $monitor = Start-PsutilMonitor @parameter -PassThru -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable faults `
        -WarningAction SilentlyContinue -WarningVariable warnings
    foreach ($warning in $warnings) { WriteOperationLog $Context "$warning" -Level warning }
    if (-not $monitor) {
        $invalid = @($faults | Where-Object { $_.FullyQualifiedErrorId -like 'ConfigInvalid*' })
        if ($invalid.Count -eq 0) { throw "The monitor was not started. $($faults -join ' ')" }
        $lines = foreach ($fault in $invalid) { "  $($fault.Exception.Message)" }
        throw (NewErrorRecord -Id ConfigInvalid -Message (
                "The configuration is invalid; nothing was started.`n" + ($lines -join "`n")))
    }
    [void](& $Context 'instance', 'runtime-properties', 'psutil_monitor', $monitor.Name)
    WriteOperationLog $Context "The monitor '$($monitor.Name)' samples $(@($monitor.Entries).Count) metrics"
    WriteUnroutable -Context $Context -Monitor $monitor -RoutingKey $parameter['DeploymentId'] `
        -Broker $parameter['Configuration']['broker']
}

# Stops the monitors of a node instance: the one that start recorded, or any whose settings bear the instance's id.
function StopCloudifyMonitor {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [scriptblock] $Context)

    $id = [string](& $Context 'instance', 'id')
    $recorded = ''
    try { $recorded = [string](& $Context 'instance', 'runtime-properties', 'psutil_monitor') }
    catch {
        # That is how the context says that there is no such property.
        if ($_.Exception.Message -notmatch 'illegal path') { throw }
    }
    $monitors = @(
        foreach ($monitor in Get-PsutilMonitor -ErrorAction Stop) {
            $settings = $null
            try { $settings = ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($monitor.ConfigurationPath)) }
            catch { Write-Verbose "The settings of '$($monitor.Name)' cannot be read" }
            if ($monitor.Name -eq $recorded -or (GetMember $settings node, node_id) -ceq $id) { $monitor }
        }
    )
    foreach ($monitor in $monitors) {
        # A module does not see the preferences of a script.
        Stop-PsutilMonitor -InputObject $monitor -Confirm:$false -WarningAction SilentlyContinue -ErrorAction Stop
        WriteOperationLog $Context "The monitor '$($monitor.Name)' was stopped and its service deleted"
    }
    if ($monitors.Count -eq 0) { WriteOperationLog $Context "There is no monitor of '$id' on this host: nothing to stop" }
    if ($recorded) { [void](& $Context 'instance', 'runtime-properties', 'pop', 'psutil_monitor') }
}

# Writes to the operation's log. A log that cannot be written is no reason to fail.
function WriteOperationLog {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [scriptblock] $Context,
        [Parameter(Mandatory, Position = 1)] [string] $Message,
        [Parameter(Position = 2)] [string] $Level = 'info'
    )

    try { [void](& $Context 'logger', $Level, $Message) } catch { Write-Verbose "$_" }
}

# Warns in the operation's log where the first samples come back because nobody is bound for them. Seconds bounds the wait
# for those samples.
function WriteUnroutable {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [scriptblock] $Context,
        [Parameter(Mandatory)] [psobject] $Monitor,
        [Parameter(Mandatory)] [string] $RoutingKey,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Broker,
        [double] $Seconds = 10
    )

    $seen = WaitUntil -Timeout $Seconds -Activity "Waiting for the first samples of '$($Monitor.Name)'" -Condition {
        Get-PsutilMonitor -Name $Monitor.Name -ErrorAction SilentlyContinue | Where-Object { $_.Published -or $_.Unroutable }
    }
    if (-not $seen -or $seen.Published -or -not $seen.Unroutable) { return }
    $vhost = GetValue $Broker vhost
    $exchange = GetMember $Broker exchange, name
    if (-not $exchange) { $exchange = 'cloudify-monitoring' }
    WriteOperationLog $Context ("Nobody takes the samples of '$($Monitor.Name)': no queue is bound to the exchange '$exchange' of the " +
        "virtual host '$vhost' for the routing key '$RoutingKey'. They are kept on the host and sent when one is. " +
        'From Cloudify 5.0 the manager has no consumer of its own; another virtual host is set in psutil_settings (broker: vhost).') -Level warning
}

# What Start-PsutilMonitor is to be called with, from the operation's inputs, its context and the agent's broker.
function ReadOperation {
    [CmdletBinding()]
    [OutputType([hashtable])]
    param([Parameter(Mandatory)] [scriptblock] $Context)

    $configuration = ReadJsonInput -Name psutil_config -Opening '[' -Expected 'a list of metrics'
    if ($null -eq $configuration -or $configuration.Count -eq 0) {
        $state = if ($null -eq $configuration) { 'missing' } else { 'empty' }
        throw (NewErrorRecord -Id ConfigInvalid -Message ("The input psutil_config is ${state}: expected a list of metrics, " +
                'found nothing. Give it in the operation''s inputs.'))
    }
    $settings = CopyMap (ReadJsonInput -Name psutil_settings -Opening '{' -Expected 'a map of settings') -Name psutil_settings
    $given = CopyMap $settings['broker'] -Name 'psutil_settings (broker)'
    $timeout = ReadOperationInput psutil_timeout
    if ($timeout -and ($timeout -notmatch '^\d{1,4}$' -or [int]$timeout -notin 1..3600)) {
        throw (NewErrorRecord -Id ConfigInvalid -Message ('The input psutil_timeout is wrong: expected seconds, 1 to 3600, ' +
                "found '$timeout'. Correct it in the blueprint."))
    }
    $parameter = @{
        NodeId       = & $Context 'instance', 'id'
        NodeName     = & $Context 'node', 'name'
        DeploymentId = & $Context 'deployment', 'id'
    }
    if ($timeout) { $parameter['Timeout'] = [int]$timeout }
    if (-not $given.Contains('hostnames')) {
        $agent = GetAgentBroker -Context $Context
        $given = JoinBroker -Agent $agent -Given $given
        if (-not $given.Contains('username')) { $parameter['BrokerCredential'] = $agent.Credential }
        WriteOperationLog $Context "The broker is $($agent.Hosts -join ', '), from $($agent.Origin)" -Level debug
    }
    # Every consumer of Cloudify's sits on this one, whatever the tenant's own is.
    if (-not $given.Contains('vhost')) { $given['vhost'] = '/' }
    $settings['broker'] = $given
    $settings['psutil_config'] = $configuration
    $parameter['Configuration'] = $settings
    $parameter
}

# An input's text; $null where it was not given. On Windows the script plugin puts a backslash before every quote of a
# list or map; plain JSON has none before its first.
function ReadOperationInput {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Name)

    $text = [System.Environment]::GetEnvironmentVariable($Name)
    if ([string]::IsNullOrWhiteSpace($text)) { return $null }
    if ($text -match '^[^"]*\\"') { $text = $text.Replace('\"', '"') }
    $text.Trim()
}

# An input that is a list ('[') or a map ('{'). A list comes back as one array.
function ReadJsonInput {
    [CmdletBinding()]
    [OutputType([object], [object[]], [array])]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [ValidateSet('[', '{')] [string] $Opening,
        [Parameter(Mandatory)] [string] $Expected
    )

    $text = ReadOperationInput $Name
    if (-not $text) { return $null }
    if (-not $text.StartsWith($Opening)) {
        $found = if ($text.StartsWith('{')) { 'a map' } elseif ($text.StartsWith('[')) { 'a list' } else { 'a plain value' }
        throw (NewErrorRecord -Id ConfigInvalid -Message (
                "The input $Name is wrong: expected $Expected, found $found. Correct it in the blueprint."))
    }
    # Neither the text nor what PowerShell says of it is told: there may be a password in it.
    try { $value = ConvertFrom-Json -InputObject $text }
    catch {
        throw (NewErrorRecord -Id ConfigInvalid -Message ("The input $Name cannot be read: expected $Expected as JSON, found " +
                "$($text.Length) characters that are none. Give it in the blueprint as YAML; the script plugin makes JSON of it."))
    }
    if ($Opening -eq '{') { return $value }
    , @($value)
}

# A map from JSON as a dictionary; an empty one where there is none. Name is what it is called.
function CopyMap {
    [CmdletBinding()]
    [OutputType([System.Collections.IDictionary], [System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Position = 0)] [AllowNull()] [object] $Value,
        [Parameter(Mandatory)] [string] $Name
    )

    if ($null -eq $Value) { return [ordered]@{} }
    $copy = ConvertToDictionary $Value
    if ($copy -is [System.Collections.IDictionary]) { return $copy }
    throw (NewErrorRecord -Id ConfigInvalid -Message (
            "The input $Name is wrong: expected a map of settings, found something else. Correct it in the blueprint."))
}

# The broker that this host's Cloudify agent uses: what its broker_config.json says, or where it has none, what the
# manager told it (ctx bootstrap_context).
function GetAgentBroker {
    [CmdletBinding()]
    [OutputType([psobject])]
    param([Parameter(Mandatory)] [scriptblock] $Context)

    $folders = @($env:AGENT_WORK_DIR, $env:CELERY_WORK_DIR | Where-Object { $_ })
    foreach ($folder in $folders) {
        $file = [System.IO.Path]::Combine($folder, 'broker_config.json')
        if ([System.IO.File]::Exists($file)) { return ReadBrokerFile $file }
    }
    $looked = 'AGENT_WORK_DIR is not set'
    if ($folders) { $looked = "there is no broker_config.json in '$($folders -join "' or '")'" }
    try { $told = & $Context 'bootstrap-context', 'broker-config' }
    catch {
        throw "No broker was found: $looked. $($_.Exception.Message). Name one in the input psutil_settings (broker)."
    }
    NewBroker -From $told -Origin "ctx bootstrap_context ($looked)" `
        -HostMember broker_ip -UserMember broker_user -SecretMember broker_pass -Certificate $env:LOCAL_REST_CERT_FILE
}

function ReadBrokerFile {
    [CmdletBinding()]
    [OutputType([psobject])]
    param([Parameter(Mandatory)] [string] $Path)

    try { $text = [System.IO.File]::ReadAllText($Path) }
    catch { throw "The agent's '$Path' cannot be read: $($_.Exception.GetBaseException().Message)" }
    # What PowerShell says of broken JSON would hold all of it, the password too.
    try { $config = ConvertFrom-Json -InputObject $text }
    catch { throw "The agent's '$Path' cannot be read: it is not JSON. Correct it, or install the agent anew." }
    if ($config -isnot [System.Management.Automation.PSCustomObject]) {
        throw "The agent's '$Path' is wrong: expected a JSON map, found something else. Correct it, or install the agent anew."
    }
    $broker = NewBroker -From $config -Origin "'$Path'" -Certificate (GetValue $config broker_cert_path) `
        -HostMember broker_hostname -UserMember broker_username -SecretMember broker_password
    if ($broker.Tls -and $broker.Certificate -and -not [System.IO.File]::Exists($broker.Certificate)) {
        throw ("The agent's '$Path' names the certificate '$($broker.Certificate)' (broker_cert_path), and there is no such " +
            'file. Put it there, or name another in the input psutil_settings (broker: tls: ca_cert).')
    }
    $broker
}

# A broker from the members of these names; what is empty is what Cloudify's own client takes then. Its hosts are those of
# HostMember (a list in 5.x) and of `cluster` (4.0 to 4.6: addresses, or maps with broker_ip), each once.
function NewBroker {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [object] $From,
        [string] $Origin,
        [string] $HostMember,
        [string] $UserMember,
        [string] $SecretMember,
        [string] $Certificate
    )

    $named = foreach ($member in $HostMember, 'cluster') {
        $value = GetValue $From $member
        foreach ($one in $value) {
            if ($one -is [string]) { $one } else { GetValue $one broker_ip }
        }
    }
    $hosts = [string[]]@($named | Where-Object { $_ } | Select-Object -Unique)
    if ($hosts.Count -eq 0) {
        throw "$Origin names no broker: expected $HostMember, found nothing. Name one in the input psutil_settings (broker)."
    }
    $user = GetValue $From $UserMember
    if (-not $user) { $user = 'guest' }
    $secret = GetValue $From $SecretMember
    if (-not $secret) { $secret = 'guest' }
    $secure = [System.Security.SecureString]::new()
    foreach ($character in "$secret".ToCharArray()) { $secure.AppendChar($character) }
    [pscustomobject]@{
        Origin      = $Origin
        Hosts       = $hosts
        Credential  = [System.Management.Automation.PSCredential]::new("$user", $secure)
        Heartbeat   = GetValue $From broker_heartbeat
        Tls         = "$(GetValue $From broker_ssl_enabled)" -eq 'true'
        Certificate = $Certificate
    }
}

# Settings (broker) of an agent's broker, with what the inputs say laid over.
function JoinBroker {
    [CmdletBinding()]
    [OutputType([System.Collections.IDictionary], [System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory)] [psobject] $Agent,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Given
    )

    $broker = [ordered]@{ hostnames = $Agent.Hosts }
    if ($Agent.Heartbeat) { $broker['heartbeat'] = $Agent.Heartbeat }
    $tls = [ordered]@{ enabled = $Agent.Tls }
    if ($Agent.Tls -and $Agent.Certificate) { $tls['ca_cert'] = $Agent.Certificate }
    foreach ($name in $Given.Keys) { $broker[$name] = $Given[$name] }
    $over = CopyMap $Given['tls'] -Name 'psutil_settings (broker: tls)'
    foreach ($name in $over.Keys) { $tls[$name] = $over[$name] }
    $broker['tls'] = $tls
    $broker
}
