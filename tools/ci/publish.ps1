<#
.SYNOPSIS
Publishes the unpacked package to the PowerShell Gallery, or to another repository that this session knows.
.DESCRIPTION
The key comes from the environment variable PSGALLERY_API_KEY, never from the command line. Without one nothing is published, and that is
said: a fork's release is not a failure. node/test/ci.system.test.ts publishes to a folder.
.EXAMPLE
./tools/ci/publish.ps1 -Path .\PsutilAgent -WhatIf
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    # The module's folder.
    [Parameter(Mandatory)] [string] $Path,
    [string] $Repository = 'PSGallery'
)
$ErrorActionPreference = 'Stop'
$manifest = Test-ModuleManifest -Path (Join-Path $Path 'PsutilAgent.psd1')
if (-not $env:PSGALLERY_API_KEY) {
    Write-Warning "PsutilAgent $($manifest.Version) was not published: the secret PSGALLERY_API_KEY is not set."
    return
}
if ($PSCmdlet.ShouldProcess("PsutilAgent $($manifest.Version)", "Publish to $Repository")) {
    Publish-PSResource -Path $Path -Repository $Repository -ApiKey $env:PSGALLERY_API_KEY
    Write-Output "PsutilAgent $($manifest.Version) is published to $Repository."
}
