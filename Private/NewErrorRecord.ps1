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
        MethodNotFound      = 'ObjectNotFound'
        SampleInvalid       = 'InvalidArgument'
        SampleUnavailable   = 'ResourceUnavailable'
    }
    $exception = [System.InvalidOperationException]::new($Message, $Cause)
    [System.Management.Automation.ErrorRecord]::new($exception, $Id, $categories[$Id], $TargetObject)
}
