# cloudify.interfaces.monitoring.start: starts a monitor for a node instance of a Windows host. Cloudify's script plugin
# runs it, with the operation's inputs as environment variables:
#
#   psutil_config    the list of metrics, as the Python psutil plugin takes it; required
#   psutil_settings  a map of any other settings (broker, schedule, publish, spool, log, status; node: host)
#   psutil_package   the package in the blueprint, for hosts without the module; resources/PsutilAgent.zip unless given
#   psutil_timeout   seconds to wait until the monitor works; 60 unless given
#
# Running it again changes nothing, or brings a monitor to what the inputs say now.
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# The oldest module that this script can work with.
$requiredVersion = [version]'0.1.0'

#region What start.ps1 and stop.ps1 share: the script plugin copies one file, so each holds it.

# Asks the operation's context over HTTP, with the words of a call as ctx.exe takes them. Gives the answer's payload;
# throws the answer where it is an error.
function InvokeContext {
    param(
        [Parameter(Mandatory)] [string[]] $Word,
        [int] $Timeout = 60
    )

    $call = 'ctx ' + ($Word[0..1] -join ' ')
    try {
        # The plugin's server speaks HTTP 1.0: it knows no "100 Continue". A proxy is never on the way to it.
        [System.Net.ServicePointManager]::Expect100Continue = $false
        # It listens on 127.0.0.1 only; Windows takes "localhost" for ::1 first and tries that for a second, every time.
        $request = [System.Net.WebRequest]::Create(($env:CTX_SOCKET_URL -replace '//localhost(?=[:/])', '//127.0.0.1'))
        $request.Method = 'POST'
        $request.ContentType = 'application/json'
        $request.KeepAlive = $false
        $request.Proxy = $null
        $request.Timeout = 1000 * $Timeout
        $request.ReadWriteTimeout = 1000 * $Timeout
        $bytes = [System.Text.Encoding]::UTF8.GetBytes((ConvertTo-Json -InputObject @{ args = $Word } -Compress))
        $request.ContentLength = $bytes.Length
        $stream = $request.GetRequestStream()
        try { $stream.Write($bytes, 0, $bytes.Length) } finally { $stream.Dispose() }
        $response = $request.GetResponse()
        try {
            $reader = New-Object System.IO.StreamReader $response.GetResponseStream(), ([System.Text.Encoding]::UTF8)
            $answer = $reader.ReadToEnd()
        }
        finally { $response.Dispose() }
    }
    catch {
        $cause = $_.Exception.GetBaseException().Message
        throw "The operation's context at '$env:CTX_SOCKET_URL' did not answer '$call': $cause"
    }
    try {
        $reply = ConvertFrom-Json -InputObject $answer
        $type = $reply.type
        $payload = $reply.payload
    }
    # What PowerShell says of it would hold the answer, and with it a password.
    catch { throw "The operation's context at '$env:CTX_SOCKET_URL' answered '$call' with something that is not its JSON." }
    if ($type -eq 'error') { throw "The operation's context refused '$call': $($payload.type): $($payload.message)" }
    $payload
}

# Writes to the operation's log. A log that cannot be written is no reason to fail.
function WriteLog {
    param(
        [Parameter(Mandatory)] [string] $Message,
        [string] $Level = 'info'
    )

    try { [void](InvokeContext 'logger', $Level, $Message) } catch { Write-Verbose "$_" }
}

# Ends the operation with a message on standard error, where the script plugin looks for it. Permanent tells Cloudify
# that trying again would not help.
function FailOperation {
    param(
        [Parameter(Mandatory)] [string] $Message,
        [switch] $Permanent
    )

    if ($Permanent) {
        try { [void](InvokeContext 'abort-operation', $Message) } catch { Write-Verbose "$_" }
    }
    $bytes = [System.Text.Encoding]::UTF8.GetBytes($Message + [System.Environment]::NewLine)
    $stream = [System.Console]::OpenStandardError()
    $stream.Write($bytes, 0, $bytes.Length)
    $stream.Flush()
    exit 1
}

# A member of an object from JSON; $null where it has none.
function GetMember {
    param(
        [AllowNull()] [object] $Of,
        [Parameter(Mandatory)] [string] $Name
    )

    if ($null -ne $Of -and $Of.PSObject.Properties[$Name]) { $Of.PSObject.Properties[$Name].Value }
}

# The installed module, the newest where there are several; nothing where there is none. The folder that start.ps1
# unpacks to is looked at even where PSModulePath leaves it out.
function FindModule {
    $separator = [System.IO.Path]::PathSeparator
    if (($env:PSModulePath -split $separator) -notcontains $moduleHome) { $env:PSModulePath += $separator + $moduleHome }
    Get-Module -Name PsutilAgent -ListAvailable -ErrorAction SilentlyContinue |
        Sort-Object -Property Version -Descending | Select-Object -First 1
}

# Where modules are for all users: for 64-bit programs, also where the agent and so this PowerShell have 32 bits.
$programs = if ($env:ProgramW6432) { $env:ProgramW6432 } else { [System.Environment]::GetFolderPath('ProgramFiles') }
$moduleHome = [System.IO.Path]::Combine($programs, 'WindowsPowerShell', 'Modules')
if (-not $env:CTX_SOCKET_URL) {
    FailOperation ('CTX_SOCKET_URL is not set: this script is run by Cloudify''s script plugin, which sets it. ' +
        'Where process.ctx_proxy_type is "none" in the operation''s inputs, take it out.')
}
if ($env:CTX_SOCKET_URL -notlike 'http://*') {
    FailOperation ("CTX_SOCKET_URL is '$env:CTX_SOCKET_URL': expected an address with http, which the script plugin before " +
        'cloudify-common 6.4 gives where the operation''s inputs say process: { ctx_proxy_type: http }. Add that.')
}
#endregion

# What is wrong with the operation's inputs: the same inputs would fail again.
function NewInputError {
    param([Parameter(Mandatory)] [string] $Message)

    $exception = New-Object System.InvalidOperationException $Message
    New-Object System.Management.Automation.ErrorRecord $exception, 'ConfigInvalid', 'InvalidData', $null
}

# An input's JSON text; $null where it was not given. On Windows the script plugin puts a backslash before every quote
# of a list or map; plain JSON has none before its first.
function ReadInput {
    param([Parameter(Mandatory)] [string] $Name)

    $text = [System.Environment]::GetEnvironmentVariable($Name)
    if ([string]::IsNullOrWhiteSpace($text)) { return $null }
    if ($text -match '^[^"]*\\"') { $text = $text.Replace('\"', '"') }
    $text.Trim()
}

# An input that is a list ('[') or a map ('{'). A list comes back as one array.
function ReadJsonInput {
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [ValidateSet('[', '{')] [string] $Opening,
        [Parameter(Mandatory)] [string] $Expected
    )

    $text = ReadInput $Name
    if ($null -eq $text) { return $null }
    if (-not $text.StartsWith($Opening)) {
        $found = if ($text.StartsWith('{')) { 'a map' } elseif ($text.StartsWith('[')) { 'a list' } else { 'a plain value' }
        throw (NewInputError "The input $Name is wrong: expected $Expected, found $found. Correct it in the blueprint.")
    }
    # Neither the text nor what PowerShell says of it is told: there may be a password in it.
    try { $value = ConvertFrom-Json -InputObject $text }
    catch {
        throw (NewInputError ("The input $Name cannot be read: expected $Expected as JSON, found $($text.Length) characters " +
                'that are none. Give it in the blueprint as YAML; the script plugin makes JSON of it.'))
    }
    if ($Opening -eq '{') { return $value }
    , @($value)
}

# Copies a map from JSON into a dictionary, one level deep; an empty one where there is none. Name is what it is called.
function ConvertToDictionary {
    param(
        [AllowNull()] [object] $Value,
        [Parameter(Mandatory)] [string] $Name
    )

    $copy = [ordered]@{}
    if ($null -eq $Value) { return $copy }
    if ($Value -isnot [System.Management.Automation.PSCustomObject]) {
        throw (NewInputError ("The input $Name is wrong: expected a map of settings, found something else. " +
                'Correct it in the blueprint.'))
    }
    foreach ($property in $Value.PSObject.Properties) { $copy[$property.Name] = $property.Value }
    $copy
}

# The broker that this host's Cloudify agent uses: what its broker_config.json says, or where it has none, what the
# manager told it (ctx bootstrap_context).
function FindAgentBroker {
    $folders = @($env:AGENT_WORK_DIR, $env:CELERY_WORK_DIR | Where-Object { $_ })
    foreach ($folder in $folders) {
        $file = [System.IO.Path]::Combine($folder, 'broker_config.json')
        if ([System.IO.File]::Exists($file)) { return ReadBrokerFile $file }
    }
    $looked = 'AGENT_WORK_DIR is not set'
    if ($folders) { $looked = "there is no broker_config.json in '$($folders -join "' or '")'" }
    try { $told = InvokeContext 'bootstrap-context', 'broker-config' }
    catch {
        throw "No broker was found: $looked. $($_.Exception.Message). Name one in the input psutil_settings (broker)."
    }
    NewBroker -From $told -Origin "ctx bootstrap_context ($looked)" `
        -HostMember broker_ip -UserMember broker_user -SecretMember broker_pass -Certificate $env:LOCAL_REST_CERT_FILE
}

function ReadBrokerFile {
    param([Parameter(Mandatory)] [string] $Path)

    try { $text = [System.IO.File]::ReadAllText($Path) }
    catch { throw "The agent's '$Path' cannot be read: $($_.Exception.GetBaseException().Message)" }
    # What PowerShell says of broken JSON would hold all of it, the password too.
    try { $config = ConvertFrom-Json -InputObject $text }
    catch { throw "The agent's '$Path' cannot be read: it is not JSON. Correct it, or install the agent anew." }
    if ($config -isnot [System.Management.Automation.PSCustomObject]) {
        throw "The agent's '$Path' is wrong: expected a JSON map, found something else. Correct it, or install the agent anew."
    }
    $broker = NewBroker -From $config -Origin "'$Path'" -Certificate (GetMember $config 'broker_cert_path') `
        -HostMember broker_hostname -UserMember broker_username -SecretMember broker_password
    if ($broker.Tls -and $broker.Certificate -and -not [System.IO.File]::Exists($broker.Certificate)) {
        throw ("The agent's '$Path' names the certificate '$($broker.Certificate)' (broker_cert_path), and there is no such " +
            'file. Put it there, or name another in the input psutil_settings (broker: tls: ca_cert).')
    }
    $broker
}

# A broker from the members of these names; what is empty is what Cloudify's own client takes then.
function NewBroker {
    param(
        [object] $From,
        [string] $Origin,
        [string] $HostMember,
        [string] $UserMember,
        [string] $SecretMember,
        [string] $Certificate
    )

    $hosts = [string[]]@(GetMember $From $HostMember | Where-Object { $_ })
    if ($hosts.Count -eq 0) {
        throw "$Origin names no broker: expected $HostMember, found nothing. Name one in the input psutil_settings (broker)."
    }
    $user = GetMember $From $UserMember
    if (-not $user) { $user = 'guest' }
    $secret = GetMember $From $SecretMember
    if (-not $secret) { $secret = 'guest' }
    $vhost = GetMember $From 'broker_vhost'
    if (-not $vhost) { $vhost = '/' }
    $secure = New-Object System.Security.SecureString
    foreach ($character in "$secret".ToCharArray()) { $secure.AppendChar($character) }
    [pscustomobject]@{
        Origin      = $Origin
        Hosts       = $hosts
        Credential  = New-Object System.Management.Automation.PSCredential "$user", $secure
        Vhost       = "$vhost"
        Heartbeat   = GetMember $From 'broker_heartbeat'
        Tls         = "$(GetMember $From 'broker_ssl_enabled')" -eq 'true'
        Certificate = $Certificate
    }
}

# Settings (broker) of an agent's broker, with what the inputs say laid over.
function JoinBroker {
    param([Parameter(Mandatory)] [psobject] $Agent, [Parameter(Mandatory)] [System.Collections.IDictionary] $Given)

    $broker = [ordered]@{ hostnames = $Agent.Hosts; vhost = $Agent.Vhost }
    if ($Agent.Heartbeat) { $broker['heartbeat'] = $Agent.Heartbeat }
    $tls = [ordered]@{ enabled = $Agent.Tls }
    if ($Agent.Tls -and $Agent.Certificate) { $tls['ca_cert'] = $Agent.Certificate }
    foreach ($name in $Given.Keys) { $broker[$name] = $Given[$name] }
    $over = ConvertToDictionary $Given['tls'] -Name 'psutil_settings (broker: tls)'
    foreach ($name in $over.Keys) { $tls[$name] = $over[$name] }
    $broker['tls'] = $tls
    $broker
}

# What Start-PsutilMonitor is to be called with, from the inputs, the context and the agent's broker.
function ReadParameter {
    $configuration = ReadJsonInput -Name psutil_config -Opening '[' -Expected 'a list of metrics'
    if ($null -eq $configuration -or $configuration.Count -eq 0) {
        $state = if ($null -eq $configuration) { 'missing' } else { 'empty' }
        throw (NewInputError ("The input psutil_config is ${state}: expected a list of metrics, found nothing. " +
                'Give it in the operation''s inputs.'))
    }
    $settings = ReadJsonInput -Name psutil_settings -Opening '{' -Expected 'a map of settings'
    $settings = ConvertToDictionary $settings -Name psutil_settings
    $given = ConvertToDictionary $settings['broker'] -Name 'psutil_settings (broker)'
    $timeout = ReadInput psutil_timeout
    if ($timeout -and ($timeout -notmatch '^\d{1,4}$' -or [int]$timeout -notin 1..3600)) {
        throw (NewInputError ("The input psutil_timeout is wrong: expected seconds, 1 to 3600, found '$timeout'. " +
                'Correct it in the blueprint.'))
    }
    $parameter = @{
        NodeId       = InvokeContext 'instance', 'id'
        NodeName     = InvokeContext 'node', 'name'
        DeploymentId = InvokeContext 'deployment', 'id'
    }
    if ($timeout) { $parameter['Timeout'] = [int]$timeout }
    if (-not $given.Contains('hostnames')) {
        $agent = FindAgentBroker
        $settings['broker'] = JoinBroker -Agent $agent -Given $given
        if (-not $given.Contains('username')) { $parameter['BrokerCredential'] = $agent.Credential }
        WriteLog "The broker is $($agent.Hosts -join ', '), from $($agent.Origin)" debug
    }
    $settings['psutil_config'] = $configuration
    $parameter['Configuration'] = $settings
    $parameter
}

# Loads the module: the newest one installed where it is new enough, else the package that the blueprint carries.
function ImportPsutilAgent {
    $module = FindModule
    if (-not $module -or $module.Version -lt $requiredVersion) {
        $found = 'is not installed'
        if ($module) { $found = "is installed in version $($module.Version) only ('$($module.ModuleBase)')" }
        InstallPackage $found
        $module = FindModule
    }
    Import-Module -Name $module.Path
    WriteLog "Using PsutilAgent $($module.Version) in '$($module.ModuleBase)'" debug
}

# Unpacks the blueprint's package into a folder of its version among the modules, where only administrators may write.
function InstallPackage {
    param([Parameter(Mandatory)] [string] $Found)

    $resource = ReadInput psutil_package
    if (-not $resource) { $resource = 'resources/PsutilAgent.zip' }
    $need = "The module PsutilAgent $requiredVersion or newer is needed; it $Found"
    # Beside the modules, not among them: PowerShell would find half a module there.
    $unique = 'PsutilAgent-' + [System.Guid]::NewGuid().ToString('N')
    $fresh = [System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($moduleHome), $unique)
    $zip = [System.IO.Path]::Combine($fresh, 'package.zip')
    $unpacked = [System.IO.Path]::Combine($fresh, 'PsutilAgent')
    try { [void][System.IO.Directory]::CreateDirectory($fresh) }
    catch {
        $cause = $_.Exception.GetBaseException().Message
        throw "$need, and cannot be unpacked: $cause The agent's user must be an administrator."
    }
    try {
        # The agent runs as the same user: it may write here as well, and nothing stays in its temporary folder.
        try { [void](InvokeContext 'download-resource', $resource, $zip -Timeout 900) }
        catch {
            throw ("$need, and the blueprint's package '$resource' was not to be had. $($_.Exception.Message). Install the module " +
                'on the host, or put PsutilAgent-<version>.zip into the blueprint and name it in the input psutil_package.')
        }
        try {
            Add-Type -AssemblyName System.IO.Compression.FileSystem
            [System.IO.Compression.ZipFile]::ExtractToDirectory($zip, $fresh)
            $manifest = [System.IO.Path]::Combine($unpacked, 'PsutilAgent.psd1')
            $version = [version](Import-PowerShellDataFile -LiteralPath $manifest).ModuleVersion
        }
        catch {
            throw "$need, and the blueprint's '$resource' is no package of it: $($_.Exception.GetBaseException().Message)"
        }
        if ($version -lt $requiredVersion) {
            throw "$need, and the blueprint's '$resource' holds version $version. Put a newer one into the blueprint."
        }
        MoveFolder -From $unpacked -To ([System.IO.Path]::Combine($moduleHome, 'PsutilAgent', "$version"))
    }
    finally {
        try { [System.IO.Directory]::Delete($fresh, $true) }
        catch { WriteLog "'$fresh' could not be deleted: $($_.Exception.GetBaseException().Message)" warning }
    }
}

# Moves the unpacked module to its place, unless another operation on this host was faster. A virus scanner holds new
# files for some seconds.
function MoveFolder {
    param([Parameter(Mandatory)] [string] $From, [Parameter(Mandatory)] [string] $To)

    for ($try = 1; -not [System.IO.Directory]::Exists($To); $try++) {
        try {
            [void][System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($To))
            [System.IO.Directory]::Move($From, $To)
            WriteLog "PsutilAgent was unpacked to '$To'"
        }
        catch {
            if ($try -ge 30) { throw "The module cannot be moved to '$To': $($_.Exception.GetBaseException().Message)" }
            [System.Threading.Thread]::Sleep(1000)
        }
    }
}

try {
    $parameter = ReadParameter
    ImportPsutilAgent
    $faults = @()
    $warnings = @()
    $monitor = Start-PsutilMonitor @parameter -PassThru -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable faults `
        -WarningAction SilentlyContinue -WarningVariable warnings
    foreach ($warning in $warnings) { WriteLog "$warning" warning }
    if (-not $monitor) {
        $invalid = @($faults | Where-Object { $_.FullyQualifiedErrorId -like 'ConfigInvalid*' })
        if ($invalid.Count -eq 0) { throw "The monitor was not started. $($faults -join ' ')" }
        $lines = foreach ($fault in $invalid) { "  $($fault.Exception.Message)" }
        throw (NewInputError ("The configuration is invalid; nothing was started.`n" + ($lines -join "`n")))
    }
    [void](InvokeContext 'instance', 'runtime-properties', 'psutil_monitor', $monitor.Name)
    WriteLog "The monitor '$($monitor.Name)' samples $(@($monitor.Entries).Count) metrics"
}
catch {
    FailOperation -Message $_.Exception.Message -Permanent:($_.FullyQualifiedErrorId -like 'ConfigInvalid*')
}
