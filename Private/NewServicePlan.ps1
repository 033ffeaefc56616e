# NSSM's values for a monitor as they are wanted, and as they are where it exists (else $null).
function NewServicePlan {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [string] $Name,
        [Parameter(Mandatory)] [psobject] $Path,
        [Parameter(Mandatory)] [AllowNull()] [psobject] $Existing,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Parameter
    )

    $common = @{ DisplayName = "PsutilAgent $Name"; ServiceLog = $Path.ServiceLog }
    $version = $ExecutionContext.SessionState.Module.Version
    $startup = if ($Parameter.Contains('StartupType')) { $Parameter['StartupType'] }
    elseif ($Existing) { $Existing.StartupType }
    else { 'AutomaticDelayedStart' }
    $wanted = GetNssmSetting @common -StartupType $startup -Application (FindProgram -Program node -Path $Parameter['NodePath']) `
        -AppDirectory (GetModuleRoot) -AppParameters ('"{0}" run --config "{1}"' -f (FindCollector), $Path.Settings) `
        -Description "Samples psutil metrics and publishes them to RabbitMQ. Made by PsutilAgent $version."
    $present = if ($Existing) {
        GetNssmSetting @common -StartupType $Existing.StartupType -Application $Existing.Application `
            -AppDirectory $Existing.AppDirectory -AppParameters $Existing.AppParameters -Description $Existing.Description
    }
    [pscustomobject]@{ Wanted = @($wanted); Present = $present }
}
