# Waits until a monitor's collector says that it samples and, with a broker, is connected. Throws what hinders it, with
# the last log lines: CollectorExited, BrokerUnreachable, BrokerRefused, ConfigInvalid (a password that cannot be read) or StartTimeout.
function WaitCollector {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $LogOffset,
        [Parameter(Mandatory)] [double] $Timeout
    )

    # Of the collector that was started: a status left by one before it tells nothing. The last one that could be read counts.
    $seen = @{ Service = $null; Status = $null }
    $ready = WaitUntil -Timeout $Timeout -Activity "Starting monitor '$($Plan.Name)'" -Condition {
        $seen.Service = $service = GetServiceState $Plan.Name
        $status = ReadStatus $Plan.Path.Status
        $isAlive = TestCollectorAlive $status
        if ($isAlive) { $seen.Status = $status }
        if ($service -in $null, '', 'Stopped', 'Paused') {
            throw (NewStartError -Id CollectorExited -Plan $Plan -LogOffset $LogOffset -Message (
                    "the collector ended soon after its start (the service is $(if ($service) { $service.ToLowerInvariant() } else { 'gone' }))."))
        }
        $service -eq 'Running' -and $isAlive -and (GetValue $status 'state') -eq 'sampling' -and
        (-not $Plan.HasBroker -or (GetValue $status 'connected') -eq $true)
    }
    if ($ready) { return }

    $failure = GetValue $seen.Status 'last_error'
    $code = [string](GetValue $failure 'code')
    if ($Plan.HasBroker -and ($code -like 'PSA_BROKER_*' -or $code -eq 'PSA_SECRET_UNAVAILABLE') -and (GetValue $seen.Status 'connected') -ne $true) {
        $record = NewCollectorError $failure
        throw (NewStartError -Id $record.FullyQualifiedErrorId -Plan $Plan -LogOffset $LogOffset -Message $record.Exception.Message)
    }
    throw (NewStartError -Id StartTimeout -Plan $Plan -LogOffset $LogOffset -Message (
            "the collector did not begin to work within $Timeout s (its service is $($seen.Service), the collector " +
            "$(if ($seen.Status) { GetValue $seen.Status 'state' } else { 'not heard of yet' })). Give it more time with -Timeout."))
}
