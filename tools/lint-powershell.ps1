# Runs PSScriptAnalyzer's default rules, and those that compare with Windows Server 2016 and its Windows PowerShell 5.1, over PowerShell
# sources. Prints one finding a line, and last how many files it looked at.
param(
    # The folder of PSScriptAnalyzer.
    [Parameter(Mandatory = $true)]
    [string] $Analyzer,

    # The folder of its profiles: the commands that versions of Windows and PowerShell have.
    [Parameter(Mandatory = $true)]
    [string] $Profiles,

    # A text file that names the sources, one path a line.
    [Parameter(Mandatory = $true)]
    [string] $List,

    # Paths are shown relative to this folder.
    [Parameter(Mandatory = $true)]
    [string] $Root
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$server2016 = 'win-8_x64_10.0.14393.0_5.1.14393.2791_x64_4.0.30319.42000_framework'
$pesterCommands = 'Describe', 'Context', 'It', 'Should', 'Mock', 'InModuleScope', 'BeforeAll', 'BeforeEach', 'AfterAll', 'AfterEach', 'BeforeDiscovery',
    'Invoke-Pester', 'New-PesterConfiguration', 'Set-ItResult'

Import-Module ([System.IO.Path]::Combine($Analyzer, 'PSv7', 'Microsoft.Windows.PowerShell.ScriptAnalyzer.dll'))

# What the analyzer cannot judge in tests: variables that BeforeAll and data hand to other script blocks, or that a script block
# called in another module reaches as globals; passwords that protect nothing; helpers that no one else calls.
$notInTests = 'PSUseDeclaredVarsMoreThanAssignments', 'PSAvoidUsingConvertToSecureStringWithPlainText', 'PSUseShouldProcessForStateChangingFunctions',
    'PSProvideCommentHelp', 'PSUseOutputTypeCorrectly', 'PSReviewUnusedParameter', 'PSUseCmdletCorrectly', 'PSAvoidGlobalVars'

# Pester's own commands are no part of any Windows.
function Get-LintSettings {
    param([bool] $Test, [string] $ProfilePath)

    @{
        IncludeDefaultRules = $true
        Severity = @('Error', 'Warning', 'Information', 'ParseError')
        ExcludeRules = @(if ($Test) { $notInTests })
        Rules = @{
            PSUseCompatibleSyntax = @{ Enable = $true; TargetVersions = @('5.1', '7.0') }
            PSUseCompatibleCommands = @{
                Enable = $true
                TargetProfiles = @($server2016)
                ProfileDirPath = $ProfilePath
                IgnoreCommands = @(if ($Test) { $pesterCommands })
            }
        }
    }
}

# The analyzer looks for each command it meets, and one that this session does not know, as every function of the module, in all folders
# of the path: most of its time.
$env:PATH = ''

# A path relative to a folder, with slashes.
function Get-Relative {
    param([string] $File, [string] $Folder)

    $File.Substring($Folder.Length).TrimStart('/', '\').Replace('\', '/')
}

$files = @(Get-Content -LiteralPath $List)
# All files of one kind in one call: each call loads every rule anew.
foreach ($kind in $files | Group-Object -Property { (Get-Relative $_ $Root) -match '^(Pester|tools/(powershell|mutation))/' }) {
    $settings = Get-LintSettings -Test ($kind.Name -eq 'True') -ProfilePath $Profiles
    foreach ($finding in $kind.Group | Invoke-ScriptAnalyzer -Settings $settings) {
        Write-Output ('{0}:{1}:{2}: {3} {4}: {5}' -f (Get-Relative $finding.ScriptPath $Root), $finding.Extent.StartLineNumber, $finding.Extent.StartColumnNumber, $finding.Severity, $finding.RuleName, $finding.Message)
    }
}
Write-Output "PSScriptAnalyzer: $($files.Count) files (default rules, syntax of 5.1 and 7.0, commands of Windows Server 2016 with 5.1)"
