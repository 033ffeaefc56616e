# Calls the collector's command with --json and gives its reply as an object. Throws the collector's own error under
# this module's id where the reply is one.
function InvokeCollector {
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter(Mandatory)] [string[]] $ArgumentList,
        [AllowEmptyString()] [string] $InputText = '',
        [string] $NodePath
    )

    $node = FindProgram -Program node -Path $NodePath
    $arguments = @(FindCollector) + $ArgumentList + '--json'
    $result = InvokeNative -FilePath $node -ArgumentList $arguments -InputText $InputText -Timeout 120
    $reply = ConvertFromJsonText $result.Output
    if ($null -eq $reply) {
        throw (NewErrorRecord -Id CollectorFailed -TargetObject $ArgumentList[0] -Message (
                "The collector's call '$($ArgumentList[0])' ended with exit code $($result.ExitCode) and no reply: " +
                $result.ErrorOutput.Trim()))
    }
    $failure = if ($reply -isnot [array]) { GetValue $reply 'error' }
    if ($failure) { throw (NewCollectorError $failure) }
    $reply
}
