# Runs nssm.exe, which writes UTF-16, for the service that is its second argument, and gives what it printed. Throws
# NssmFailed, with its words, where it fails.
function InvokeNssm {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Nssm,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList
    )

    if ($ArgumentList[0] -ne 'get') { Write-Verbose (@('nssm') + $ArgumentList -join ' ') }
    InvokeServiceTool -FilePath $Nssm -ArgumentList $ArgumentList -Name $ArgumentList[1] -Encoding ([System.Text.Encoding]::Unicode) -Call (
        @('nssm') + ($ArgumentList | Select-Object -First 3) -join ' ')
}
