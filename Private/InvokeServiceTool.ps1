# Runs a program that makes or changes a service and gives what it printed. Throws NssmFailed, with the call and the program's
# own words, where it cannot be run or fails.
function InvokeServiceTool {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $FilePath,
        [Parameter(Mandatory)] [AllowEmptyString()] [string[]] $ArgumentList,
        # The service.
        [Parameter(Mandatory)] [string] $Name,
        # What the error names as called: arguments may hold more than it should tell.
        [Parameter(Mandatory)] [string] $Call,
        [System.Text.Encoding] $Encoding = [System.Text.UTF8Encoding]::new($false)
    )

    try {
        $result = InvokeNative -FilePath $FilePath -ArgumentList $ArgumentList -Encoding $Encoding
    }
    catch {
        $cause = $_.Exception.GetBaseException()
        throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Cause $cause -Message "'$Call' could not be run: $($cause.Message)")
    }
    if ($result.ExitCode -ne 0) {
        $words = ($result.ErrorOutput + ' ' + $result.Output) -replace '\s+', ' '
        throw (NewErrorRecord -Id NssmFailed -TargetObject $Name -Message (
                "'$Call' failed with exit code $($result.ExitCode): $($words.Trim())"))
    }
    $result.Output.Trim()
}
