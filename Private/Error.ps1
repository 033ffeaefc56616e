# Every error of this module: a bare id that is never reused, its one category, and a message that says what was
# expected, what was found and what to do.
function NewErrorRecord {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory)] [string] $Id,
        [Parameter(Mandatory)] [string] $Message,
        [object] $TargetObject,
        [System.Exception] $Cause
    )

    $categories = @{
        ConfigNotFound      = 'ObjectNotFound'
        ConfigInvalid       = 'InvalidData'
        ElevationRequired   = 'PermissionDenied'
        NodeNotFound        = 'ResourceUnavailable'
        NssmNotFound        = 'ResourceUnavailable'
        CollectorNotFound   = 'ResourceUnavailable'
        NssmFailed          = 'InvalidResult'
        MonitorNotFound     = 'ObjectNotFound'
        MonitorExists       = 'ResourceExists'
        StartTimeout        = 'OperationTimeout'
        StopTimeout         = 'OperationTimeout'
        CollectorExited     = 'InvalidResult'
        CollectorFailed     = 'InvalidResult'
        BrokerUnreachable   = 'ConnectionError'
        BrokerRefused       = 'AuthenticationError'
        UnsupportedPlatform = 'NotImplemented'
        DataNotWritable     = 'WriteError'
        LeftoverNotFound    = 'ObjectNotFound'
        MethodNotFound      = 'ObjectNotFound'
        CounterNotFound     = 'ObjectNotFound'
        SampleInvalid       = 'InvalidArgument'
        SampleUnavailable   = 'ResourceUnavailable'
    }
    $exception = [System.InvalidOperationException]::new($Message, $Cause)
    [System.Management.Automation.ErrorRecord]::new($exception, $Id, $categories[$Id], $TargetObject)
}

# The collector's error {code, message} as this module's ErrorRecord.
function NewCollectorError {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory)] [object] $Failure,
        [object] $TargetObject
    )

    $ids = @{
        PSA_USAGE              = 'SampleInvalid'
        PSA_CONFIG_NOT_FOUND   = 'ConfigNotFound'
        PSA_CONFIG_SYNTAX      = 'ConfigInvalid'
        PSA_CONFIG_INVALID     = 'ConfigInvalid'
        PSA_SECRET_UNAVAILABLE = 'ConfigInvalid'
        PSA_BROKER_UNREACHABLE = 'BrokerUnreachable'
        PSA_BROKER_TLS         = 'BrokerUnreachable'
        PSA_BROKER_REFUSED     = 'BrokerRefused'
        PSA_BROKER_CHANNEL     = 'BrokerRefused'
        PSA_UNAVAILABLE        = 'SampleUnavailable'
        PSA_PLATFORM           = 'UnsupportedPlatform'
        PSA_OUTPUT             = 'DataNotWritable'
    }
    $code = [string](GetValue $Failure 'code')
    $id = if ($ids.ContainsKey($code)) { $ids[$code] } else { 'CollectorFailed' }
    $faults = @((GetValue $Failure 'faults') | Where-Object { $null -ne $_ } | ForEach-Object { "`n  $($_.message)" }) -join ''
    NewErrorRecord -Id $id -TargetObject $TargetObject -Message (ConvertToParameterName "$(GetValue $Failure 'message') ($code)$faults")
}

# A sentence of the collector with its options, and commands, named as the cmdlets and their parameters.
function ConvertToParameterName {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Text)

    $names = [ordered]@{
        'result-argument' = 'ResultArgument'; config = 'Path'; output = 'Path'; count = 'Count'; interval = 'Interval'
        duration = 'Timeout'; force = 'Force'; broker = 'BrokerHostname'; services = 'ServiceName'; key = 'RoutingKey'; hours = 'Hours'; data = 'Name'
    }
    foreach ($option in $names.Keys) { $Text = $Text -creplace "(?<![\w-])--$option(?![\w-])", "-$($names[$option])" }
    # Where a fault of one call is; those of a configuration have a pointer from its root.
    $Text = $Text -creplace '(?m)^(\s*)result_argument:', '$1-ResultArgument:' -creplace '(?m)^(\s*)args:', '$1-Argument:' -creplace '(?m)^(\s*)args/', '$1-Argument '
    $Text.Replace('psutil-agent methods', 'Get-PsutilMethod')
}

# Why the collector could not be run to its end.
function NewRunError {
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [System.Exception] $Cause
    )

    $base = $Cause.GetBaseException()
    NewErrorRecord -Id CollectorFailed -TargetObject $FilePath -Cause $base -Message (
        "The collector could not be run with '$FilePath': $($base.Message) Check that it is node.exe, and -NodePath where it was given.")
}

# Writes an error that was caught as an error of the cmdlet: a record that was thrown once would keep its place and not
# get the cmdlet's name in its id.
function WriteCmdletError {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [Parameter(Mandatory)] [System.Management.Automation.ErrorRecord] $Record
    )

    $id = ($Record.FullyQualifiedErrorId -split ',')[0]
    $Caller.WriteError([System.Management.Automation.ErrorRecord]::new(
            $Record.Exception, $id, $Record.CategoryInfo.Category, $Record.TargetObject))
}

# Throws UnsupportedPlatform where there are no Windows services, or node.exe does not run.
function AssertWindows {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Command)

    if (-not (TestWindows)) {
        throw (NewErrorRecord -Id UnsupportedPlatform -TargetObject $Command -Message (
                "$Command needs Windows: a monitor is a Windows service. " +
                'Elsewhere run the collector itself: psutil-agent run --config FILE.'))
    }
    $version = GetWindowsVersion
    if ($version -lt 10) {
        throw (NewErrorRecord -Id UnsupportedPlatform -TargetObject $Command -Message (
                "$Command needs Windows 10 or Windows Server 2016, or later, for node.exe 22; this is Windows $version. Nothing was changed."))
    }
}

# The version of Windows, such as 10 or 6.3, as the registry has it: what the system tells a program depends on the program.
function GetWindowsVersion {
    [CmdletBinding()]
    [OutputType([double])]
    param()

    $path = 'HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    $major = [Microsoft.Win32.Registry]::GetValue($path, 'CurrentMajorVersionNumber', $null)
    # Before Windows 10 there was only the text.
    if ($null -ne $major) { return [double]$major }
    [double]::Parse([string][Microsoft.Win32.Registry]::GetValue($path, 'CurrentVersion', '6.0'), [System.Globalization.CultureInfo]::InvariantCulture)
}

# Whether this is Windows; 5.1 has no $IsWindows.
function TestWindows {
    [CmdletBinding()]
    [OutputType([bool])]
    param()

    [System.Environment]::OSVersion.Platform -eq [System.PlatformID]::Win32NT
}

# Throws ElevationRequired in a session that may not change services.
function AssertElevated {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string] $Command,
        [string] $Doing = 'changes Windows services'
    )

    if (-not (TestElevated)) {
        throw (NewErrorRecord -Id ElevationRequired -TargetObject $Command -Message (
                "$Command $Doing, and this session has no administrator rights. " +
                'Open PowerShell with "Run as administrator" and run it again.'))
    }
}

# Whether this session may change services: the administrators' role, not only membership.
function TestElevated {
    [CmdletBinding()]
    [OutputType([bool])]
    param()

    $identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = [System.Security.Principal.WindowsPrincipal]::new($identity)
    $principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)
}
