# Throws UnsupportedPlatform where there are no Windows services.
function AssertWindows {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Command)

    if (-not (TestWindows)) {
        throw (NewErrorRecord -Id UnsupportedPlatform -TargetObject $Command -Message (
                "$Command needs Windows: a monitor is a Windows service. " +
                'Elsewhere run the collector itself: psutil-agent run --config FILE.'))
    }
}
