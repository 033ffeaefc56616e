# One command line from arguments, quoted as CommandLineToArgvW takes them apart: backslashes count only before a
# quote. .NET Framework has no ProcessStartInfo.ArgumentList.
function JoinArguments {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList)

    $quoted = foreach ($argument in $ArgumentList) {
        if ($argument -ne '' -and $argument -notmatch '[\s"]') {
            $argument
        }
        else {
            $escaped = $argument -replace '(\\*)"', '$1$1\"'
            '"' + ($escaped -replace '(\\+)$', '$1$1') + '"'
        }
    }
    $quoted -join ' '
}
