<#
.SYNOPSIS
    cloudify.interfaces.monitoring.stop: stops the monitor of a node instance and deletes its service.

.DESCRIPTION
    Cloudify's script plugin runs it. It takes no inputs, and where there is nothing to stop it has succeeded. Samples that
    were not sent yet stay on the host; a monitor of the same instance sends them. The module does the work
    (Private/Cloudify.ps1). A failure exits with 1, and its message is in the operation's log.

.INPUTS
    None.

.OUTPUTS
    None. The runtime property psutil_monitor is deleted.

.EXAMPLE
    cloudify/blueprint.yaml

    Is a blueprint that runs it; cloudify/README.md tells what to change in one that used the psutil plugin.

.NOTES
    By hand it does nothing but fail: CTX_SOCKET_URL, which the script plugin sets, is where it asks for the node.

.LINK
    about_PsutilAgent
#>
[CmdletBinding()]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

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

# For a host without the module: there is nothing to stop, unless the service that start.ps1 recorded is there.
function StopWithoutModule {
    $recorded = $null
    try { $recorded = [string](InvokeContext 'instance', 'runtime-properties', 'psutil_monitor') }
    catch {
        # That is how the context says that there is no such property.
        if ($_.Exception.Message -notmatch 'illegal path') { throw }
    }
    if (-not $recorded) {
        WriteLog 'There is no monitor on this host: nothing to stop'
        return
    }
    if ($windows -and (Get-Service -Name $recorded -ErrorAction SilentlyContinue)) {
        throw ("The monitor '$recorded' cannot be stopped: the module PsutilAgent is gone from this host. " +
            'Install it again, or delete the service by hand.')
    }
    WriteLog "The module PsutilAgent and the monitor '$recorded' are not on this host: nothing to stop"
    [void](InvokeContext 'instance', 'runtime-properties', 'pop', 'psutil_monitor')
}

try {
    $module = if ($windows) { FindModule }
    if ($module) {
        & (Import-Module -Name $module.Path -PassThru) { param($Context) StopCloudifyMonitor -Context $Context } ${function:InvokeContext}
    }
    else { StopWithoutModule }
}
catch {
    FailOperation -Message $_.Exception.Message
}
