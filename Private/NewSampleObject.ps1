# One line of `sample --json` as an object; throws the collector's error where the line is one.
function NewSampleObject {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Sample')]
    param([Parameter(Mandatory)] [string] $Line)

    $reply = ConvertFromJsonText $Line
    $failure = GetValue $reply 'error'
    if ($failure) { throw (NewCollectorError $failure) }
    [pscustomobject]@{
        PSTypeName = 'PsutilAgent.Sample'
        Time       = Get-Date
        Method     = GetValue $reply 'method'
        Arguments  = GetValue $reply 'args'
        Result     = GetValue $reply 'result'
    }
}
