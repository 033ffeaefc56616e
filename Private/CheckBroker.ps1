# Tries the broker of a configuration, step by step; throws BrokerUnreachable or BrokerRefused with the step that failed.
function CheckBroker {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, ParameterSetName = 'Path')] [string] $Path,
        [Parameter(Mandatory, ParameterSetName = 'Object')] [object[]] $Configuration,
        [string] $NodePath
    )

    $reply = if ($PSCmdlet.ParameterSetName -eq 'Path') {
        InvokeCollector -ArgumentList check-broker, --config, $Path -NodePath $NodePath -TargetObject $Path
    }
    else {
        $text = ConvertToJsonText (JoinConfiguration $Configuration)
        InvokeCollector -ArgumentList check-broker, --config, '-' -InputText $text -NodePath $NodePath
    }
    foreach ($step in $reply.steps) { Write-Verbose "$($step.step) $($step.host): $($step.detail)" }
}
