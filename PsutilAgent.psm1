Set-StrictMode -Version Latest

foreach ($folder in 'Private', 'Public') {
    foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($PSScriptRoot, $folder), '*.ps1')) {
        . $file
    }
}

# Completers get command, parameter, word, syntax tree and the parameters bound so far. As attributes they would run
# outside the module and not find these functions.
Register-ArgumentCompleter -CommandName Get-PsutilMethod -ParameterName Name -ScriptBlock { CompleteMethod $args[2] }
Register-ArgumentCompleter -CommandName Get-PsutilSample, Watch-PsutilSample -ParameterName Method -ScriptBlock { CompleteMethod $args[2] }
Register-ArgumentCompleter -CommandName Get-PsutilSample, Watch-PsutilSample -ParameterName ResultArgument -ScriptBlock {
    CompleteField $args[2] $args[4]['Method']
}
Register-ArgumentCompleter -CommandName Get-PsutilCounter -ParameterName Name -ScriptBlock { CompleteCounter $args[2] }
Register-ArgumentCompleter -CommandName Export-PsutilReport, Get-PsutilMonitor, Receive-PsutilSample, Restart-PsutilMonitor, Stop-PsutilMonitor, Test-PsutilMonitor, Watch-PsutilSample -ParameterName Name -ScriptBlock {
    CompleteMonitor $args[2]
}

# What the manifest exports; private functions have no hyphen, and -Verbose need not name them all.
Export-ModuleMember -Function *-*
