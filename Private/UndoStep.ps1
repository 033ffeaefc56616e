# Runs steps back, the last one first; one that fails does not keep the others from running.
function UndoStep {
    [CmdletBinding()]
    param([Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Step)

    while ($Step.Count -gt 0) {
        try {
            $one = $Step.Pop()
            $parameter = $one.Parameter
            Write-Verbose "Undoing: $($one.Command)"
            & $one.Command @parameter
        }
        catch {
            Write-Warning "Not everything could be undone: $($_.Exception.Message)"
        }
    }
}
