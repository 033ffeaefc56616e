# Notes a step that undoes what is about to be done: a command of this module and its parameters.
function PushUndo {
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.Stack[psobject]] $Undo,
        [Parameter(Mandatory)] [string] $Command,
        [Parameter(Mandatory)] [hashtable] $Parameter
    )

    $Undo.Push([pscustomobject]@{ Command = $Command; Parameter = $Parameter })
}
