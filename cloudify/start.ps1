<#
.SYNOPSIS
    cloudify.interfaces.monitoring.start: starts a monitor for a node instance of a Windows host.

.DESCRIPTION
    Cloudify's script plugin runs it, with the operation's inputs as environment variables:

    psutil_config          the list of metrics, as the Python psutil plugin takes it; required
    psutil_settings        a map of any other settings (broker, schedule, publish, spool, log, status; node: host)
    psutil_package         the package in the blueprint, for hosts without the module; resources/PsutilAgent.zip unless given
    psutil_package_sha256  that package's SHA-256, to be checked before anything of it is used
    psutil_timeout         seconds to wait until the monitor works; 60 unless given

    It finds or unpacks the module, which does the rest (Private/Cloudify.ps1). Running it again changes nothing, or brings
    a monitor to what the inputs say now. A failure exits with 1, and its message is in the operation's log.

.INPUTS
    None.

.OUTPUTS
    None. The runtime property psutil_monitor holds the monitor's name.

.EXAMPLE
    cloudify/blueprint.yaml

    Is a blueprint that runs it; cloudify/README.md tells what to change in one that used the psutil plugin.

.NOTES
    By hand it does nothing but fail: CTX_SOCKET_URL, which the script plugin sets, is where it asks for node and broker.

.LINK
    about_PsutilAgent
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# The oldest module that this script can work with.
$requiredVersion = [version]'0.1.0'

#region What start.ps1 and stop.ps1 share: the script plugin copies one file, so each holds it.

# Asks the operation's context over HTTP, with the words of a call as ctx.exe takes them. Gives the answer's payload;
# throws the answer where it is an error. The module is handed this function, too.
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

# Ends the operation with a message on standard error, where most versions of the script plugin look for it, and in the
# operation's log, since some keep standard error in a file on the host. Permanent tells Cloudify that trying again would not
# help.
function FailOperation {
    param(
        [Parameter(Mandatory)] [string] $Message,
        [switch] $Permanent
    )

    if ($env:CTX_SOCKET_URL) {
        WriteLog $Message error
        if ($Permanent) {
            try { [void](InvokeContext 'abort-operation', $Message) } catch { Write-Verbose "$_" }
        }
    }
    $bytes = [System.Text.Encoding]::UTF8.GetBytes($Message + [System.Environment]::NewLine)
    $stream = [System.Console]::OpenStandardError()
    $stream.Write($bytes, 0, $bytes.Length)
    $stream.Flush()
    exit 1
}

# The installed module, the newest where there are several; nothing where there is none. The folder that start.ps1
# unpacks to is looked at even where PSModulePath leaves it out.
function FindModule {
    $separator = [System.IO.Path]::PathSeparator
    if (($env:PSModulePath -split $separator) -notcontains $moduleHome) { $env:PSModulePath += $separator + $moduleHome }
    Get-Module -Name PsutilAgent -ListAvailable -ErrorAction SilentlyContinue |
        Sort-Object -Property Version -Descending | Select-Object -First 1
}

if (-not $env:CTX_SOCKET_URL) {
    FailOperation ('CTX_SOCKET_URL is not set: this script is run by Cloudify''s script plugin, which sets it. ' +
        'Where process.ctx_proxy_type is "none" in the operation''s inputs, take it out.')
}
if ($env:CTX_SOCKET_URL -notlike 'http://*') {
    # No context to tell it to.
    $address = $env:CTX_SOCKET_URL
    $env:CTX_SOCKET_URL = ''
    FailOperation ("CTX_SOCKET_URL is '$address': expected an address with http, which the script plugin before " +
        'cloudify-common 6.4 gives where the operation''s inputs say process: { ctx_proxy_type: http }. Add that.')
}
$windows = [System.Environment]::OSVersion.Platform -eq [System.PlatformID]::Win32NT
# Where modules are for all users: for 64-bit programs, also where the agent and so this PowerShell have 32 bits.
$programs = if ($env:ProgramW6432) { $env:ProgramW6432 } else { [System.Environment]::GetFolderPath('ProgramFiles') }
$moduleHome = [System.IO.Path]::Combine($programs, 'WindowsPowerShell', 'Modules')
#endregion

# The module: the newest one installed where it is new enough, else the package that the blueprint carries.
function ImportPsutilAgent {
    $module = FindModule
    if (-not $module -or $module.Version -lt $requiredVersion) {
        $found = 'is not installed'
        if ($module) { $found = "is installed in version $($module.Version) only ('$($module.ModuleBase)')" }
        InstallPackage $found
        $module = FindModule
    }
    WriteLog "Using PsutilAgent $($module.Version) in '$($module.ModuleBase)'" debug
    Import-Module -Name $module.Path -PassThru
}

# Unpacks the blueprint's package into a folder of its version among the modules, where only administrators may write.
function InstallPackage {
    param([Parameter(Mandatory)] [string] $Found)

    $resource = $env:psutil_package
    if ([string]::IsNullOrWhiteSpace($resource)) { $resource = 'resources/PsutilAgent.zip' }
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
        TestPackage $zip $resource
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

# Holds a package against the hash that the blueprint gives, where it gives one.
function TestPackage {
    param([Parameter(Mandatory)] [string] $Path, [Parameter(Mandatory)] [string] $Resource)

    $expected = "$env:psutil_package_sha256".Trim()
    if (-not $expected) { return }
    if ($expected -notmatch '^[0-9A-Fa-f]{64}$') {
        FailOperation -Permanent ("The input psutil_package_sha256 is wrong: expected a SHA-256 of 64 hexadecimal digits, found " +
            "$($expected.Length) characters. Correct it in the blueprint.")
    }
    $hash = (Get-FileHash -LiteralPath $Path -Algorithm SHA256).Hash
    if ($hash -ne $expected) {
        throw ("The blueprint's '$Resource' is not the package that psutil_package_sha256 names: expected $($expected.ToLowerInvariant()), " +
            "found $($hash.ToLowerInvariant()). Nothing of it was used. Put the right package into the blueprint, or correct the hash.")
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

if (-not $windows) {
    FailOperation -Permanent ('A monitor needs Windows, and this host runs something else: map cloudify.interfaces.monitoring to ' +
        'start.ps1 on Windows hosts only.')
}
try {
    # A context that does not answer is told as that, not as a package that cannot be had.
    [void](InvokeContext 'instance', 'id')
    & (ImportPsutilAgent) { param($Context) StartCloudifyMonitor -Context $Context } ${function:InvokeContext}
}
catch {
    FailOperation -Message $_.Exception.Message -Permanent:($_.FullyQualifiedErrorId -like 'ConfigInvalid*')
}
