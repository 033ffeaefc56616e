# Starts a program with all three streams redirected, its output as text in the encoding given, or on this console. Nothing secret may be an
# argument: any user may read a command line.
function StartNative {
    [CmdletBinding()]
    [OutputType([System.Diagnostics.Process])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList,
        [System.Text.Encoding] $Encoding,
        # The program gets this console instead of redirected streams.
        [switch] $OnConsole
    )

    $start = [System.Diagnostics.ProcessStartInfo]::new($FilePath, (JoinArgument $ArgumentList))
    # Relative paths mean this session's location, which is not the process's. In a folder that is gone nothing starts.
    $folder = $ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath
    if ([System.IO.Directory]::Exists($folder)) { $start.WorkingDirectory = $folder }
    $start.UseShellExecute = $false
    if (-not $OnConsole) {
        $start.CreateNoWindow = $true
        $start.RedirectStandardInput = $true
        $start.RedirectStandardOutput = $true
        $start.RedirectStandardError = $true
        $start.StandardOutputEncoding = $Encoding
        $start.StandardErrorEncoding = $Encoding
    }
    # What node would run, load or trust because of a variable of this session, or of this host, is not the collector.
    $others = GetNodeVariable
    foreach ($variable in @($start.EnvironmentVariables.Keys)) {
        if ($variable -like 'NODE_*' -or $variable -in $others) { $start.EnvironmentVariables.Remove($variable) }
    }
    # Node reads it before a script could set it: each thread is a call that may hang without holding up another.
    $start.EnvironmentVariables['UV_THREADPOOL_SIZE'] = '64'
    Write-Debug "$FilePath $($start.Arguments)"

    # A virus scanner holds a program that was just unpacked, and lets it go within a second.
    for ($left = 3; ; $left--) {
        try {
            return [System.Diagnostics.Process]::Start($start)
        }
        catch {
            $cause = $_.Exception.GetBaseException()
            $noSuchFile = 2
            if ($left -eq 0 -or $cause -isnot [System.ComponentModel.Win32Exception] -or $cause.NativeErrorCode -eq $noSuchFile) { throw }
            Start-Sleep -Milliseconds 300
        }
    }
}

# The variables of the environment by which node.exe 22 and its OpenSSL run, load, trust or write what the collector does not
# mean to.
function GetNodeVariable {
    [CmdletBinding()]
    [OutputType([array])]
    param()

    'NODE_OPTIONS', 'NODE_PATH', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED', 'NODE_USE_SYSTEM_CA', 'NODE_USE_ENV_PROXY',
    'NODE_CHANNEL_FD', 'NODE_COMPILE_CACHE', 'NODE_DEBUG', 'NODE_DEBUG_NATIVE', 'NODE_ICU_DATA', 'NODE_PRESERVE_SYMLINKS',
    'NODE_PRESERVE_SYMLINKS_MAIN', 'NODE_REDIRECT_WARNINGS', 'NODE_REPL_EXTERNAL_MODULE', 'NODE_V8_COVERAGE',
    'OPENSSL_CONF', 'OPENSSL_MODULES', 'SSL_CERT_DIR', 'SSL_CERT_FILE'
}

# One command line from arguments, quoted as CommandLineToArgvW takes them apart: backslashes count only before a
# quote. .NET Framework has no ProcessStartInfo.ArgumentList.
function JoinArgument {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList)

    $quoted = foreach ($argument in $ArgumentList) {
        if ($argument -ne '' -and $argument -notmatch '[\s"]') {
            $argument
        }
        else {
            $escaped = $argument -replace '(\\*)"', '$1$1\"'
            '"' + ($escaped -replace '(\\+)$', '$1$1') + '"'
        }
    }
    $quoted -join ' '
}

# Runs a program to its end and gives ExitCode, Output and ErrorOutput. What a program writes to stderr is no
# PowerShell error this way. Throws TimeoutException where it has not ended after Timeout seconds; ends the program then, and
# when the caller is stopped.
function InvokeNative {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList,
        [AllowEmptyString()] [string] $InputText = '',
        [System.Text.Encoding] $Encoding = [System.Text.UTF8Encoding]::new($false),
        [int] $Timeout = 60
    )

    $process = StartNative -FilePath $FilePath -ArgumentList $ArgumentList -Encoding $Encoding
    try {
        $streams = [System.IO.MemoryStream]::new(), [System.IO.MemoryStream]::new()
        $reading = $process.StandardOutput.BaseStream.CopyToAsync($streams[0]), $process.StandardError.BaseStream.CopyToAsync($streams[1])
        if (-not (SendText -Process $process -Text $InputText -Timeout $Timeout) -or
            -not (WaitNative -Process $process -Task $reading -Timeout $Timeout) -or
            -not $process.WaitForExit($Timeout * 1000)) {
            throw [System.TimeoutException]::new("$FilePath did not end within $Timeout seconds.")
        }
        $text = foreach ($stream in $streams) { [System.IO.StreamReader]::new([System.IO.MemoryStream]::new($stream.ToArray()), $Encoding).ReadToEnd() }
        [pscustomobject]@{
            ExitCode    = $process.ExitCode
            Output      = $text[0]
            ErrorOutput = $text[1]
        }
    }
    finally {
        StopNative $process
    }
}

# Runs the collector and gives the lines of its output as they come. Throws CollectorFailed, with what it wrote to
# standard error, where it cannot be run or ends with another exit code than those given. Ends it when the caller is stopped.
function ReadNativeLine {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList,
        [AllowEmptyString()] [string] $InputText = '',
        [int[]] $ExitCode = 0
    )

    try {
        $process = StartNative -FilePath $FilePath -ArgumentList $ArgumentList -Encoding ([System.Text.UTF8Encoding]::new($false))
    }
    catch {
        throw (NewRunError -FilePath $FilePath -Cause $_.Exception)
    }
    try {
        $errorOutput = $process.StandardError.ReadToEndAsync()
        [void](SendText -Process $process -Text $InputText)
        while ($true) {
            $reading = $process.StandardOutput.ReadLineAsync()
            [void](WaitNative -Process $process -Task $reading)
            if (-not $reading.IsCompleted -or $null -eq $reading.Result) { break }
            $reading.Result
        }
        # It has closed its output, so it is about to end.
        $ended = $process.WaitForExit(10000)
        if (-not $ended -or $process.ExitCode -notin $ExitCode) {
            [void](WaitNative -Process $process -Task $errorOutput -Timeout 1)
            $words = if ($errorOutput.IsCompleted) { $errorOutput.Result.Trim() }
            throw (NewErrorRecord -Id CollectorFailed -TargetObject $FilePath -Message (
                    "The collector ended with exit code $(if ($ended) { $process.ExitCode }): $(ConvertToParameterName "$words")"))
        }
    }
    finally {
        StopNative $process
    }
}

# Writes text to a program's standard input, as UTF-8 without a BOM, and closes it; whether it was taken within Timeout
# seconds. Whoever calls reads its output meanwhile: a program whose output nobody takes stops reading.
function SendText {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [System.Diagnostics.Process] $Process,
        [AllowEmptyString()] [string] $Text = '',
        [double] $Timeout = 60
    )

    $bytes = [System.Text.Encoding]::UTF8.GetBytes($Text)
    try {
        $writing = $Process.StandardInput.BaseStream.WriteAsync($bytes, 0, $bytes.Length)
        if (-not (WaitNative -Process $Process -Task $writing -Timeout $Timeout)) { return $false }
        $Process.StandardInput.Close()
    }
    catch {
        # Elsewhere than on Windows there is a socket's below it.
        for ($cause = $_.Exception; $cause -and $cause -isnot [System.IO.IOException]; $cause = $cause.InnerException) { }
        if (-not $cause) { throw }
        # It ended without reading: its exit code tells why.
        Write-Debug "Standard input was not read: $($cause.Message)"
    }
    $true
}

# Waits until Task, the reading or writing of a program's streams, are done. Gives up on them 5 seconds after the program's
# end: what it wrote has been read by then, and what it started may keep its streams open for ever. Gives whether that was
# within Timeout seconds; without one there is no limit while the program runs. It waits in short steps, because
# PowerShell heeds Ctrl-C only between them.
function WaitNative {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [System.Diagnostics.Process] $Process,
        [Parameter(Mandatory)] [System.Threading.Tasks.Task[]] $Task,
        [double] $Timeout = [double]::PositiveInfinity
    )

    $waited = [System.Diagnostics.Stopwatch]::StartNew()
    $ended = $null
    while (-not [System.Threading.Tasks.Task]::WaitAll($Task, 100)) {
        $seconds = $waited.Elapsed.TotalSeconds
        if ($seconds -ge $Timeout) { return $false }
        if ($null -ne $ended -and $seconds - $ended -ge 5) { break }
        if ($null -eq $ended -and $Process.HasExited) { $ended = $seconds }
    }
    $true
}

# Ends a program that still runs, and lets go of it.
function StopNative {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [System.Diagnostics.Process] $Process)

    try {
        if (-not $Process.HasExited) { $Process.Kill() }
    }
    catch {
        # It ended just then.
        Write-Debug "Not ended: $($_.Exception.GetBaseException().Message)"
    }
    finally {
        $Process.Dispose()
    }
}
