<#
.SYNOPSIS
Runs what README.md says for Windows as it is printed, in the folder where the package was unpacked.
.DESCRIPTION
A workflow's step on real Windows; node/test/module/package.system.test.ts runs it under Wine. It wants a RabbitMQ at localhost:5672 with
the user guest. Throws where a command fails, or no monitor says that its samples flow.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $Readme,
    [Parameter(Mandatory)] [string] $Folder
)
$ErrorActionPreference = 'Stop'
$text = (Get-Content -LiteralPath $Readme -Raw -Encoding UTF8) -replace "`r`n", "`n"
$fence = [string]::new([char] 96, 3)
$blocks = [regex]::Matches($text, "(?s)<!-- run: wine -->\n${fence}powershell\n(.*?)$fence")
if ($blocks.Count -eq 0) { throw "expected PowerShell under a comment 'run: wine' in $Readme, found none" }
Set-Location -LiteralPath $Folder
$output = foreach ($line in $blocks.ForEach{ $_.Groups[1].Value.Trim() -split "`n" }) {
    Write-Output "PS> $line"
    # As at a prompt: what each line gives is shown by itself.
    & ([scriptblock]::Create($line)) | Out-String -Width 200
}
Write-Output $output
if ("$output" -notmatch 'cloudify-psutil\s+Running\s+\d+\s+samples flow to localhost:5672') {
    throw 'expected a running monitor whose samples flow to localhost:5672, found what stands above'
}
