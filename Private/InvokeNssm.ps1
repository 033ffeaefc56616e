# Runs nssm.exe, which writes UTF-16, and gives what it printed. Throws NssmFailed, with its words, where it fails.
function InvokeNssm {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList
    )

    $call = "nssm $($ArgumentList[0]) $($ArgumentList[1])"
    if ($ArgumentList[0] -ne 'get') { Write-Verbose (@('nssm') + $ArgumentList -join ' ') }
    try {
        $result = InvokeNative -FilePath $Nssm -ArgumentList $ArgumentList -Encoding ([System.Text.Encoding]::Unicode)
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id NssmFailed -TargetObject $ArgumentList[1] -Cause $cause -Message (
                "'$call' could not be run: $($cause.Message)"))
    }
    if ($result.ExitCode -ne 0) {
        $words = ($result.ErrorOutput + ' ' + $result.Output) -replace '\s+', ' '
        throw (NewErrorRecord -Id NssmFailed -TargetObject $ArgumentList[1] -Message (
                "'$call $($ArgumentList[2])' failed with exit code $($result.ExitCode): $($words.Trim())"))
    }
    $result.Output.Trim()
}
