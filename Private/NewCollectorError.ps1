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
    }
    $code = [string](GetValue $Failure 'code')
    $id = if ($ids.ContainsKey($code)) { $ids[$code] } else { 'CollectorFailed' }
    $faults = @((GetValue $Failure 'faults') | Where-Object { $null -ne $_ } | ForEach-Object { "`n  $($_.message)" }) -join ''
    NewErrorRecord -Id $id -TargetObject $TargetObject -Message "$(GetValue $Failure 'message') ($code)$faults"
}
