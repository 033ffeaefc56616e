# What a consumer sees of one message, from its line of JSON; $null, with a warning, where it is no sample. Names come from outside: no
# control character of theirs reaches a terminal.
function NewReceivedSample {
    [CmdletBinding()]
    [OutputType('PsutilAgent.ReceivedSample')]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Line)

    $message = ConvertFromJsonText $Line
    $failure = GetValue $message 'error'
    if ($failure) { throw (NewCollectorError $failure) }
    $time = GetValue $message 'time'
    $value = GetValue $message 'metric'
    # Whole seconds since 1970 or, where publish.time says so, milliseconds: up to the year 9999.
    if (-not (TestNumber $time) -or $time -lt 0 -or $time -gt 253402300799999 -or -not (TestNumber $value)) {
        Write-Warning 'A message arrived that is no sample; it is left out.'
        return
    }
    $text = @{}
    foreach ($name in 'name', 'path', 'unit', 'node_name', 'node_id', 'deployment_id', 'host') {
        $text[$name] = ConvertToSafeText (GetValue $message $name)
    }
    [pscustomobject]@{
        PSTypeName   = 'PsutilAgent.ReceivedSample'
        Time         = [System.DateTimeOffset]::FromUnixTimeMilliseconds([long]$(if ($time -gt 1e11) { $time } else { $time * 1000 })).LocalDateTime
        Metric       = $text['name']
        Path         = $text['path']
        Value        = $value
        Unit         = $text['unit']
        Node         = $text['node_name']
        NodeId       = $text['node_id']
        DeploymentId = $text['deployment_id']
        Host         = $text['host']
    }
}

# Whether a value of JSON is a number.
function TestNumber {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)] [AllowNull()] [object] $Value)

    $Value -is [int] -or $Value -is [long] -or $Value -is [double] -or $Value -is [decimal] -or $Value -is [System.Numerics.BigInteger]
}
