# Does the jobs of a JSON file, one after another, in one PowerShell, and appends to Output a line of JSON as each is done. A job
# with a file and a change {id, file, offset, length, now, batches} puts the change into that file below Root, runs batches of
# tests (PATH:LINE of an It, or PATH) until one fails, and puts the file back: {id, killed, by, ran, cpu}. A job with a test file alone
# {id, cover} runs it on sources that tell what ran: {id, tests}, by each test's line its seconds and the statements it ran.
param(
    # The manifest of the Pester to use.
    [Parameter(Mandatory = $true)]
    [string] $Pester,

    # A copy of the module's folder, which is changed.
    [Parameter(Mandatory = $true)]
    [string] $Root,

    [Parameter(Mandatory = $true)]
    [string] $Jobs,

    [Parameter(Mandatory = $true)]
    [string] $Output
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$framework = Import-Module -Name $Pester -PassThru -Global
$environment = [System.Environment]::GetEnvironmentVariables()

# A file's text with a note before each statement that it ran: a number for each, whose file and offset are added to Places.
function Get-Noted {
    param([string] $Name, [System.Collections.Generic.List[string]] $Places)

    $errors = $null
    $tokens = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseFile((Join-Path $Root $Name), [ref]$tokens, [ref]$errors)
    $text = [System.Text.StringBuilder]::new($tree.Extent.Text)
    $offsets = foreach ($node in $tree.FindAll({ $true }, $true)) {
        if (($node -is [System.Management.Automation.Language.StatementBlockAst] -or $node -is [System.Management.Automation.Language.NamedBlockAst]) -and
            $node.Parent.Parent) {
            foreach ($statement in $node.Statements) {
                if ($statement -isnot [System.Management.Automation.Language.FunctionDefinitionAst]) { $statement.Extent.StartOffset }
            }
        }
    }
    foreach ($offset in $offsets | Sort-Object -Descending -Unique) {
        [void]$text.Insert($offset, "[void]`$global:PsutilAgentRan.Add($($Places.Count));")
        $Places.Add("${Name}:$offset")
    }
    $text.ToString()
}

# Runs tests of Files, with Stop up to the first that fails, those of these lines where there are any; what is not this script's
# affair is as in a fresh session.
function Invoke-Test {
    param([string[]] $File, [string[]] $Line = @(), [switch] $Stop)

    $configuration = New-PesterConfiguration -Hashtable @{
        Run    = @{ Path = $File; PassThru = $true; SkipRemainingOnFailure = $(if ($Stop) { 'Run' } else { 'None' }) }
        Output = @{ Verbosity = 'None' }
        Filter = @{ Line = $Line }
    }
    & {
        Set-StrictMode -Off
        $ErrorActionPreference = 'Continue'
        Invoke-Pester -Configuration $configuration 3>$null 6>$null
    }
    foreach ($name in [System.Environment]::GetEnvironmentVariables().Keys) {
        if (-not $environment.Contains($name)) { [System.Environment]::SetEnvironmentVariable($name, $null) }
    }
    foreach ($name in $environment.Keys) { [System.Environment]::SetEnvironmentVariable($name, $environment[$name]) }
    Set-Location -LiteralPath $Root
}

function Invoke-Cover {
    param($Job)

    $places = [System.Collections.Generic.List[string]]::new()
    $sources = @{}
    foreach ($folder in 'Private', 'Public') {
        foreach ($file in Get-ChildItem -LiteralPath (Join-Path $Root $folder) -Filter *.ps1) {
            $sources[$file.FullName] = [System.IO.File]::ReadAllText($file.FullName)
            [System.IO.File]::WriteAllText($file.FullName, (Get-Noted "$folder/$($file.Name)" $places))
        }
    }
    $global:PsutilAgentRan = [System.Collections.Generic.HashSet[int]]::new()
    $global:PsutilAgentTests = @{}
    $started = @{ At = [datetime]::UtcNow }
    # What ran before the first test belongs to all tests of the file, whose line is 0.
    $note = {
        param([int] $Line, [double] $Seconds)
        if (-not $global:PsutilAgentTests.ContainsKey($Line)) { $global:PsutilAgentTests[$Line] = @{ seconds = 0; ran = [System.Collections.Generic.HashSet[int]]::new() } }
        $global:PsutilAgentTests[$Line].seconds += $Seconds
        $global:PsutilAgentTests[$Line].ran.UnionWith($global:PsutilAgentRan)
        $global:PsutilAgentRan.Clear()
    }
    $plugin = & $framework {
        param($Note, $Started)
        New-PluginObject -Name Cover -EachTestSetupStart {
            & $Note 0 0
            $Started.At = [datetime]::UtcNow
        }.GetNewClosure() -EachTestTeardownEnd {
            param($Context)
            & $Note $Context.Test.StartLine ([datetime]::UtcNow - $Started.At).TotalSeconds
        }.GetNewClosure()
    } $note $started
    & $framework { param($Plugin) $script:additionalPlugins = @($Plugin) } $plugin
    try { $run = Invoke-Test (Join-Path $Root $Job.cover) }
    finally {
        & $framework { $script:additionalPlugins = @() }
        foreach ($file in $sources.Keys) { [System.IO.File]::WriteAllText($file, $sources[$file]) }
    }
    $tests = @{}
    foreach ($line in $global:PsutilAgentTests.Keys) {
        $test = $global:PsutilAgentTests[$line]
        $tests["$line"] = @{ seconds = [math]::Round($test.seconds, 2); ran = @($test.ran | ForEach-Object { $places[$_] }) }
    }
    @{ id = $Job.id; tests = $tests; failed = @($run.Failed | ForEach-Object { "$($_.ExpandedPath): $($_.ErrorRecord)" }) + @($run.FailedContainers | ForEach-Object { "$_" }) }
}

function Invoke-Change {
    param($Job)

    $path = Join-Path $Root $Job.file
    $source = [System.IO.File]::ReadAllText($path)
    $text = $source.Remove($Job.offset, $Job.length).Insert($Job.offset, $Job.now)
    $errors = $null
    $tokens = $null
    [void][System.Management.Automation.Language.Parser]::ParseInput($text, [ref]$tokens, [ref]$errors)
    if ($errors) { return @{ id = $Job.id; invalid = $true } }
    [System.IO.File]::WriteAllText($path, $text)
    $ran = 0
    $by = ''
    try {
        foreach ($batch in $Job.batches) {
            $lines = @($batch | Where-Object { $_ -match ':\d+$' } | ForEach-Object { Join-Path $Root $_ })
            $files = @($batch | ForEach-Object { Join-Path $Root ($_ -replace ':\d+$', '') } | Select-Object -Unique)
            $run = Invoke-Test $files $lines -Stop
            $ran += $run.PassedCount + $run.FailedCount
            $failed = @($run.Failed) + @($run.FailedBlocks) + @($run.FailedContainers)
            if ($failed.Count -gt 0) {
                $by = "$($failed[0].ExpandedPath): $($failed[0].ErrorRecord | Select-Object -First 1)"
                break
            }
        }
    }
    finally { [System.IO.File]::WriteAllText($path, $source) }
    @{ id = $Job.id; killed = $by -ne ''; by = $by; ran = $ran }
}

Set-Location -LiteralPath $Root
foreach ($job in ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText($Jobs))) {
    $result = if ($job.PSObject.Properties['cover']) { Invoke-Cover $job } else { Invoke-Change $job }
    # Its own and its children's, in seconds; Linux counts hundredths.
    if ([System.IO.File]::Exists('/proc/self/stat')) {
        $fields = ([System.IO.File]::ReadAllText('/proc/self/stat') -replace '^.*\) ', '').Split(' ')
        $result.cpu = ([int]$fields[11] + [int]$fields[12] + [int]$fields[13] + [int]$fields[14]) / 100
    }
    [System.IO.File]::AppendAllText($Output, (ConvertTo-Json -InputObject $result -Depth 5 -Compress) + "`n")
}
