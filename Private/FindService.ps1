# The service manager's object for one service, the name taken literally; nothing where there is none.
function FindService {
    [CmdletBinding()]
    [OutputType([object])]
    param([Parameter(Mandatory)] [string] $Name)

    Get-Service -Name ([System.Management.Automation.WildcardPattern]::Escape($Name)) -ErrorAction SilentlyContinue
}
