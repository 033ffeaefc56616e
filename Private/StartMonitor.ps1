# Starts one monitor from a configuration that was read; Caller is the cmdlet, whose streams and -WhatIf it uses.
# Faults of the configuration are written one by one, and then nothing is started.
function StartMonitor {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Monitor')]
    param(
        [Parameter(Mandatory)] [psobject] $Reading,
        [Parameter(Mandatory)] [System.Collections.IDictionary] $Parameter,
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller
    )

    if (-not (TestReading -Reading $Reading -Caller $Caller)) { return }
    $plan = NewMonitorPlan -Reading $Reading -Parameter $Parameter
    $full = ReadConfiguration -Configuration (ConvertFromJsonText $plan.Settings) -NodePath $Parameter['NodePath']
    if (-not (TestReading -Reading $full -Caller $Caller -Quiet)) { return }

    $force = [bool]$Parameter['Force']
    $status = ReadStatus $plan.Path.Status
    $runs = $plan.Existing -and (GetServiceState $plan.Name) -in 'Running', 'StartPending' -and (TestCollectorAlive $status)
    if ($runs -and -not ($force -or $plan.SettingsChanged -or $plan.ServiceChanged)) {
        Write-Verbose "The monitor '$($plan.Name)' runs with these settings: nothing to do"
    }
    elseif ($Caller.ShouldProcess($plan.Name, $(if ($plan.Existing) { 'Update and restart monitor' } else { 'Install and start monitor' }))) {
        AssertElevated Start-PsutilMonitor
        if (-not $plan.HasBroker) {
            Write-Warning "No broker is configured: the samples go to '$($plan.Path.ServiceLog)'."
        }
        $nssm = FindProgram -Program nssm -Path $Parameter['NssmPath']
        InstallMonitor -Plan $plan -Nssm $nssm -Timeout $Parameter['Timeout'] -Force:$force
    }
    else { return }
    if ($Parameter['PassThru']) { NewMonitorObject (GetServiceEntry $plan.Name) }
}
