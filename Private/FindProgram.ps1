# The path of node.exe or nssm.exe: the one asked for, else the module's own in bin, else the one on PATH.
function FindProgram {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [ValidateSet('node', 'nssm')] [string] $Program,
        [string] $Path
    )

    if ($Path) {
        $Path = ResolveFile $Path
        if ([System.IO.File]::Exists($Path)) { return $Path }
        $found = "there is no file '$Path'. Correct the path, or leave the parameter out to use the module's own."
    }
    else {
        $own = [System.IO.Path]::Combine((GetModuleRoot), 'bin', "$Program.exe")
        if ((TestWindows) -and [System.IO.File]::Exists($own)) { return $own }
        # On Windows the bare name may find a batch file, which could not run a service.
        $command = Get-Command -Name "$Program.exe", $Program -CommandType Application -ErrorAction Ignore |
            Where-Object { $_.Extension -in '.exe', '' } | Select-Object -First 1
        if ($command) { return $command.Path }
        $found = "it is neither at '$own' nor on PATH. Install the complete module (its bin folder carries it), " +
            'put it on PATH, or name it with ' + $(if ($Program -eq 'node') { '-NodePath.' } else { '-NssmPath.' })
    }
    $id = if ($Program -eq 'node') { 'NodeNotFound' } else { 'NssmNotFound' }
    throw (NewErrorRecord -Id $id -TargetObject $Program -Message "$Program is needed and was not found: $found")
}
