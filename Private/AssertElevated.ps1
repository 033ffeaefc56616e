# Throws ElevationRequired in a session that may not change services.
function AssertElevated {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [string] $Command)

    if (-not (TestElevated)) {
        throw (NewErrorRecord -Id ElevationRequired -TargetObject $Command -Message (
                "$Command changes Windows services, and this session has no administrator rights. " +
                'Open PowerShell with "Run as administrator" and run it again.'))
    }
}
