# Calls the collector's command with --json and gives its reply as an object. Throws the collector's own error under
# this module's id where the reply is one, TargetObject being what the call is about.
function InvokeCollector {
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter(Mandatory)] [string[]] $ArgumentList,
        [AllowEmptyString()] [string] $InputText = '',
        [string] $NodePath,
        [object] $TargetObject
    )

    $node = FindProgram -Program node -Path $NodePath
    $arguments = @(FindCollector) + $ArgumentList + '--json'
    try {
        $result = InvokeNative -FilePath $node -ArgumentList $arguments -InputText $InputText -Timeout 120
    }
    catch {
        throw (NewRunError -FilePath $node -Cause $_.Exception)
    }
    $reply = ConvertFromJsonText $result.Output
    if ($null -eq $reply) {
        throw (NewErrorRecord -Id CollectorFailed -TargetObject $ArgumentList[0] -Message (
                "The collector's call '$($ArgumentList[0])' ended with exit code $($result.ExitCode) and no reply: " +
                $result.ErrorOutput.Trim()))
    }
    $failure = if ($reply -isnot [array]) { GetValue $reply 'error' }
    if ($failure) { throw (NewCollectorError $failure -TargetObject $TargetObject) }
    $reply
}
