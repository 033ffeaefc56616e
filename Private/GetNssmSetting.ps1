# Every value that NSSM is given for a monitor, in order: Parameter, the words of `nssm set` after
# the service's name, and Value. No secret is among them: any user may read them in the registry.
function GetNssmSetting {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [string] $Application,
        [Parameter(Mandatory)] [string] $AppDirectory,
        [Parameter(Mandatory)] [string] $AppParameters,
        [Parameter(Mandatory)] [string] $DisplayName,
        [Parameter(Mandatory)] [string] $Description,
        [Parameter(Mandatory)] [string] $StartupType,
        [Parameter(Mandatory)] [string] $ServiceLog
    )

    $starts = @{
        AutomaticDelayedStart = 'SERVICE_DELAYED_AUTO_START'
        Automatic             = 'SERVICE_AUTO_START'
        Manual                = 'SERVICE_DEMAND_START'
        Disabled              = 'SERVICE_DISABLED'
    }
    $settings = [ordered]@{
        'Application'          = $Application
        'AppDirectory'         = $AppDirectory
        'AppParameters'        = $AppParameters
        'DisplayName'          = $DisplayName
        'Description'          = $Description
        'Start'                = $starts[$StartupType]
        # 0: it was asked to stop. 3: its settings are wrong, and would be again.
        'AppExit Default'      = 'Restart'
        'AppExit 0'            = 'Exit'
        'AppExit 3'            = 'Exit'
        'AppRestartDelay'      = '5000'
        'AppThrottle'          = '3000'
        # Ctrl-C with time for the flush, then the end; a console program has no window to close.
        'AppStopMethodSkip'    = '6'
        'AppStopMethodConsole' = '15000'
        # NSSM 2.24 cannot start a program in a console of its own on newer Windows.
        'AppNoConsole'         = '1'
        'AppPriority'          = 'BELOW_NORMAL_PRIORITY_CLASS'
        'AppStdout'            = $ServiceLog
        'AppStderr'            = $ServiceLog
        'AppRotateFiles'       = '1'
        'AppRotateBytes'       = '1048576'
    }
    foreach ($parameter in $settings.Keys) {
        [pscustomobject]@{ Parameter = $parameter -split ' '; Value = $settings[$parameter] }
    }
}
