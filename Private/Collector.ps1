# The path of node.exe or nssm.exe: the one asked for, else the module's own in bin, else the one on PATH.
function GetProgramPath {
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
        $name = if ([System.IO.Path]::DirectorySeparatorChar -eq '\') { "$Program.exe" } else { $Program }
        $command = Get-Command -Name $name -CommandType Application -ErrorAction Ignore | Select-Object -First 1
        if ($command) { return $command.Path }
        $found = "it is neither at '$own' nor on PATH. Install the complete module (its bin folder carries it), " +
            'put it on PATH, or name it with ' + $(if ($Program -eq 'node') { '-NodePath.' } else { '-NssmPath.' })
    }
    $id = if ($Program -eq 'node') { 'NodeNotFound' } else { 'NssmNotFound' }
    throw (NewErrorRecord -Id $id -TargetObject $Program -Message "$Program is needed and was not found: $found")
}

# The path of what starts the collector: in a packaged module, or as built by `npm run build` in a clone.
function GetCollectorPath {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $root = GetModuleRoot
    foreach ($place in @('collector', 'main.js'), @('dist', 'cli', 'launcher.cjs')) {
        $path = [System.IO.Path]::Combine([string[]](@($root) + $place))
        if ([System.IO.File]::Exists($path)) { return $path }
    }
    throw (NewErrorRecord -Id CollectorNotFound -TargetObject $root -Message (
            "The collector is missing from the module folder '$root': expected collector/main.js or dist/cli/launcher.cjs. " +
            'Install the complete module; in a clone run: npm ci, then npm run build.'))
}

# Calls the collector's command with --json and gives its reply as an object. Throws the collector's own error under
# this module's id where the reply is one, TargetObject being what the call is about.
function InvokeCollector {
    [CmdletBinding()]
    [OutputType([object])]
    param(
        [Parameter(Mandatory)] [string[]] $ArgumentList,
        [AllowEmptyString()] [string] $InputText = '',
        [string] $NodePath,
        [object] $TargetObject
    )

    $node = GetProgramPath -Program node -Path $NodePath
    $arguments = @(GetCollectorPath) + $ArgumentList + '--json'
    try {
        $result = InvokeNative -FilePath $node -ArgumentList $arguments -InputText $InputText -Timeout 120
    }
    catch {
        throw (NewRunError -FilePath $node -Cause $_.Exception)
    }
    $reply = ConvertFromJsonText $result.Output
    if ($null -eq $reply) {
        throw (NewErrorRecord -Id CollectorFailed -TargetObject $ArgumentList[0] -Message (
                "The collector's call '$($ArgumentList[0])' ended with exit code $($result.ExitCode) and no reply: " +
                (ConvertToParameterName $result.ErrorOutput.Trim())))
    }
    $failure = if ($reply -isnot [array]) { GetValue $reply 'error' }
    if ($failure) { throw (NewCollectorError $failure -TargetObject $TargetObject) }
    $reply
}

# The collector's catalog of methods as PsutilAgent.Method objects, asked for once a session.
function GetCatalog {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Method')]
    param([string] $NodePath)

    if (-not (Test-Path -Path variable:script:Catalog)) {
        $reply = InvokeCollector -ArgumentList methods -NodePath $NodePath
        $script:Catalog = @(
            foreach ($method in $reply) {
                [pscustomobject]@{
                    PSTypeName = 'PsutilAgent.Method'
                    Name       = $method.name
                    Group      = $method.group
                    Meaning    = $method.meaning
                    Platforms  = @($method.platforms)
                    Shape      = $method.shape
                    Arguments  = @($method.arguments)
                    Fields     = @($method.fields)
                }
            }
        )
    }
    $script:Catalog
}
