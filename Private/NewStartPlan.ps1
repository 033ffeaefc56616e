# What is to be done to start a monitor from a source (Path or Configuration, and its Name where it is fixed): its plan
# with Action, what to ask the user about, empty where there is nothing to do. Faults of the configuration are written
# one by one as errors of the caller, and then there is no plan.
function NewStartPlan {
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [hashtable] $Source,
        [Parameter(Mandatory)] [hashtable] $Parameter,
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller
    )

    $given = $Parameter.Clone()
    $from = $Source.Clone()
    if ($from.ContainsKey('Name')) {
        $given['Name'] = $from['Name']
        $from.Remove('Name')
    }
    $reading = ReadConfiguration @from -NodePath $given['NodePath']
    if (-not (TestReading -Reading $reading -Caller $Caller)) { return }

    $plan = NewMonitorPlan -Reading $reading -Parameter $given
    $complete = ReadConfiguration -Configuration (ConvertFromJsonText $plan.Settings) -NodePath $given['NodePath']
    if (-not (TestReading -Reading $complete -Caller $Caller -Quiet)) { return }

    $runs = $plan.Existing -and (GetServiceState $plan.Name) -in 'Running', 'StartPending' -and
    (TestCollectorAlive (ReadStatus $plan.Path.Status))
    $action = if (-not $plan.Existing) { 'Install and start monitor' }
    elseif (-not $runs) { 'Start monitor' }
    elseif ($plan.SettingsChanged -or $plan.ServiceChanged -or $given['Force']) { 'Update and restart monitor' }
    else {
        Write-Verbose "The monitor '$($plan.Name)' runs with these settings: nothing to do"
        ''
    }
    $plan | Add-Member -NotePropertyName Action -NotePropertyValue $action -PassThru
}
