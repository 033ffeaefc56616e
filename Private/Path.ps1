# The folder of this module.
function GetModuleRoot {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $ExecutionContext.SessionState.Module.ModuleBase
}

# The folder of all monitors' data.
function GetDataRoot {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    [System.IO.Path]::Combine([System.Environment]::GetFolderPath('CommonApplicationData'), 'PsutilAgent')
}

# The folder of the programs that monitors run from, one folder a version in it.
function GetProgramRoot {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    [System.IO.Path]::Combine([System.Environment]::GetFolderPath('ProgramFiles'), 'PsutilAgent')
}

# Where one monitor keeps its files.
function GetMonitorPath {
    [CmdletBinding()]
    [OutputType([psobject])]
    param([Parameter(Mandatory)] [string] $Name)

    $data = [System.IO.Path]::Combine((GetDataRoot), (ConvertToSafeName $Name))
    [pscustomobject]@{
        Data       = $data
        Settings   = [System.IO.Path]::Combine($data, 'settings.json')
        Status     = [System.IO.Path]::Combine($data, 'status.json')
        Stop       = [System.IO.Path]::Combine($data, 'stop')
        Reload     = [System.IO.Path]::Combine($data, 'reload')
        ServiceLog = [System.IO.Path]::Combine($data, 'service.log')
        Spool      = [System.IO.Path]::Combine($data, 'spool')
    }
}

# A name that a folder and a service may have: letters, digits, dot, hyphen and underscore stay, anything else becomes
# an underscore, and then (or where it is long, or ends in a dot) a hash of the name is added, so that two names never
# become one. Services and folders do not tell capitals from small letters, so the hash does not either.
function ConvertToSafeName {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Name)

    $safe = $Name -replace '[^A-Za-z0-9._-]', '_'
    $reserved = $Name -match '^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)'
    if ($safe -ceq $Name -and -not $reserved -and $Name.Length -le 80 -and $Name -notmatch '^\.|\.$') { return $Name }
    if ($reserved) { $safe = "_$safe" }
    $sha = [System.Security.Cryptography.SHA256]::Create()
    try { $hash = $sha.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($Name.ToLowerInvariant())) } finally { $sha.Dispose() }
    $digits = -join ($hash[0..5] | ForEach-Object { $_.ToString('x2') })
    $safe.Substring(0, [System.Math]::Min(60, $safe.Length)).TrimStart('.') + '-' + $digits
}

# The path in the file system that a user's path means from the session's location, no wildcard in it; the path as it is
# where it names a drive that is not there, for whoever opens it to refuse.
function ResolveFile {
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string] $Path)

    try {
        $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
    }
    catch {
        Write-Debug "Not resolved: $($_.Exception.GetBaseException().Message)"
        $Path
    }
}

# $true for a name that a monitor may have; throws what is wrong with any other. Backslashes part registry keys, and
# wildcards would make it a pattern wherever a name is asked for.
function TestMonitorName {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string] $Name)

    $fault = if ($Name -eq '') { 'is empty' }
    elseif ($Name.Length -gt 200) { "has $($Name.Length) characters" }
    elseif ($Name -match '([\\/*?\[\]])') { "has a $($Matches[1]) in it" }
    elseif ($Name -match '[\x00-\x1f]') { 'has a control character in it' }
    elseif ($Name -ne $Name.Trim(' ')) { 'begins or ends with a space' }
    if ($fault) { throw "The name '$Name' $fault. A monitor's name has 1 to 200 characters, none of \ / * ? [ ], and no space at either end." }
    $true
}
