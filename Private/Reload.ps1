# Whether settings differ from previous ones, both as text, in psutil_config alone: a running collector takes that over.
function TestEntryChange {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [string] $Settings,
        [Parameter(Mandatory)] [AllowEmptyString()] [string] $Previous
    )

    $rest = foreach ($text in $Settings, $Previous) {
        $document = ConvertFromJsonText $text
        if ($null -eq $document) { continue }
        $copy = ConvertToDictionary $document
        $copy.Remove('psutil_config')
        ConvertToJsonText $copy
    }
    @($rest).Count -eq 2 -and $rest[0] -ceq $rest[1]
}

# Has the running collector of a plan take its settings over, and pushes what undoes them. Gives what was done, as a start does. Throws ConfigInvalid with the
# collector's reason where it refuses, CollectorExited where it ended meanwhile, and StartTimeout where it does not answer.
function UpdateCollector {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [psobject] $Plan,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo,
        [Parameter(Mandatory)] [double] $Timeout
    )

    $name = $Plan.Name
    $offset = GetLogOffset $Plan.LogPath, $Plan.Path.ServiceLog
    WriteSettings -Plan $Plan -Undo $Undo
    $request = [guid]::NewGuid().ToString('n')
    Write-Verbose "Asking the collector of '$name' to take the settings over"
    # Under its name only when it is whole.
    $draft = "$($Plan.Path.Reload).$request"
    WriteText -Path $draft -Text $request
    [System.IO.File]::Delete($Plan.Path.Reload)
    [System.IO.File]::Move($draft, $Plan.Path.Reload)
    $seen = @{ Answer = $null }
    try {
        $isAnswered = WaitUntil -Timeout $Timeout -Activity "Updating monitor '$name'" -Condition {
            if ((GetServiceState $name) -in $null, '', 'Stopped', 'Paused') {
                throw (NewStartError -Id CollectorExited -Plan $Plan -LogOffset $offset -Message 'the collector ended while it took the settings over.')
            }
            $seen.Answer = GetValue (ReadStatus $Plan.Path.Status) 'reload'
            (GetValue $seen.Answer 'request') -eq $request
        }
    }
    finally { [System.IO.File]::Delete($Plan.Path.Reload) }
    if (-not $isAnswered) {
        throw (NewStartError -Id StartTimeout -Plan $Plan -LogOffset $offset -Message (
                "the running collector did not answer within $Timeout s, and goes on as it was. Give it more time with -Timeout, or make it anew with -Force."))
    }
    $reason = GetValue $seen.Answer 'refused'
    if ($null -ne $reason) {
        throw (NewErrorRecord -Id ConfigInvalid -TargetObject $name -Message "The running monitor '$name' did not take the settings over, and goes on as it was: $reason")
    }
    "was updated while it ran (entries kept: $(GetValue $seen.Answer 'kept'), begun: $(GetValue $seen.Answer 'added'), ended: $(GetValue $seen.Answer 'removed'))"
}

# Throws MonitorExists where settings for a name that nobody gave would make another monitor of the one that runs by it: without
# its broker, with another one's hosts, or of another deployment.
function AssertSameMonitor {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [psobject] $Plan)

    $present = ConvertFromJsonText $Plan.RunningSettings
    if ($null -eq $present) { return }
    $wanted = ConvertFromJsonText $Plan.Settings
    $hosts, $newHosts, $deployment, $newDeployment = foreach ($member in @('broker', 'hostnames'), @('node', 'deployment_id')) {
        foreach ($settings in $present, $wanted) { @(GetMember $settings $member) -join ', ' }
    }
    $changes = @(
        if ($hosts -and -not $newHosts) { "it would send to no broker any more, where it sends to $hosts now" }
        elseif ($hosts -and $hosts -ne $newHosts) { "it would send to $newHosts, where it sends to $hosts now" }
        if ($deployment -cne $newDeployment) { "its deployment_id would be '$newDeployment', where it is '$deployment' now" }
    )
    if ($changes.Count -eq 0) { return }
    throw (NewErrorRecord -Id MonitorExists -TargetObject $Plan.Name -Message (
            "A monitor '$($Plan.Name)' runs, and these settings would make another of it: $($changes -join '; '). Nothing was changed. " +
            'Start a second one with -Name, or say with -Force or that name that it is meant.'))
}
