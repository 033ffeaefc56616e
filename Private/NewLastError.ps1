# The last error of a collector's status as an object; $null where there is none.
function NewLastError {
    [CmdletBinding()]
    [OutputType('PsutilAgent.LastError')]
    param([Parameter(Mandatory)] [AllowNull()] [object] $Failure)

    if ($null -eq $Failure) { return }
    [pscustomobject]@{
        PSTypeName = 'PsutilAgent.LastError'
        Time       = ConvertToTime (GetValue $Failure 'time')
        Code       = GetValue $Failure 'code'
        Message    = GetValue $Failure 'message'
    }
}
