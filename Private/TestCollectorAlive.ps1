# Whether the process that wrote a status lives: its number may by now be another program's, so the name counts too.
function TestCollectorAlive {
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)] [AllowNull()] [object] $Status)

    $id = GetValue $Status 'pid'
    if ($null -eq $id -or (GetValue $Status 'state') -eq 'stopped') { return $false }
    $process = Get-Process -Id $id -ErrorAction SilentlyContinue
    [bool]($process -and $process.ProcessName -like 'node*')
}
