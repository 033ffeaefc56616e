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
