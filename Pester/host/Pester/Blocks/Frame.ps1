# One scope of a test run: it lives in the session state of the test file, so that what setup defines is seen by what runs inside.

$script:FrameScript = {
    param($PesterFrame)
    if ($PesterFrame.IsFile) { [PsutilAgent.PowerShellHost.ScriptScopes]::BeginScript($ExecutionContext.SessionState) }
    foreach ($PesterPair in $PesterFrame.Variables.GetEnumerator()) {
        $ExecutionContext.SessionState.PSVariable.Set($PesterPair.Key, $PesterPair.Value)
    }
    try {
        foreach ($PesterBlock in $PesterFrame.Setup) { . $PesterBlock }
        & $PesterFrame.Inner
    }
    finally {
        foreach ($PesterBlock in $PesterFrame.Teardown) { . $PesterBlock }
    }
}

function InvokeFrame {
    param($SessionState, $Variables = @{}, $Setup = @(), $Inner = {}, $Teardown = @(), [switch] $IsFile)

    $frame = [PsutilAgent.PowerShellHost.ScriptScopes]::Bind($script:FrameScript, $SessionState)
    & $frame @{ Variables = $Variables; Setup = $Setup; Inner = $Inner; Teardown = $Teardown; IsFile = [bool]$IsFile }
}

# Runs a script block in a session state with variables of its own, and hands on what it puts out.
$script:CallScript = {
    param($PesterFrame)
    foreach ($PesterPair in $PesterFrame.Variables.GetEnumerator()) {
        $ExecutionContext.SessionState.PSVariable.Set($PesterPair.Key, $PesterPair.Value)
    }
    $PesterNamed = $PesterFrame.Named
    $PesterPlain = $PesterFrame.Plain
    & $PesterFrame.Body @PesterNamed @PesterPlain
}

function InvokeWith {
    param($SessionState, [scriptblock] $Body, $Variables = @{}, $Named = @{}, $Plain = @())

    $call = [PsutilAgent.PowerShellHost.ScriptScopes]::Bind($script:CallScript, $SessionState)
    & $call @{ Variables = $Variables; Named = $Named; Plain = @($Plain); Body = $Body }
}
