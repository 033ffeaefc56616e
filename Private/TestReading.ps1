# Whether a configuration that was read is valid; each fault is written as an error of the caller, each warning as a
# warning unless Quiet.
function TestReading {
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory)] [psobject] $Reading,
        [Parameter(Mandatory)] [System.Management.Automation.PSCmdlet] $Caller,
        [switch] $Quiet
    )

    foreach ($fault in $Reading.Faults) { $Caller.WriteError((NewFaultRecord $fault)) }
    if (-not $Quiet) {
        foreach ($warning in $Reading.Warnings) { Write-Warning (GetValue $warning 'message') }
    }
    $Reading.Valid
}
