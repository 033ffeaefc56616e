# The collector's catalog of methods as PsutilAgent.Method objects, asked for once a session.
function GetCatalog {
    [CmdletBinding()]
    [OutputType('PsutilAgent.Method')]
    param([string] $NodePath)

    if (-not (Test-Path -Path variable:script:Catalog)) {
        $reply = InvokeCollector -ArgumentList methods -NodePath $NodePath
        $script:Catalog = @(
            foreach ($method in $reply) {
                [pscustomobject]@{
                    PSTypeName = 'PsutilAgent.Method'
                    Name       = $method.name
                    Group      = $method.group
                    Meaning    = $method.meaning
                    Platforms  = @($method.platforms)
                    Shape      = $method.shape
                    Arguments  = @($method.arguments)
                    Fields     = @($method.fields)
                }
            }
        )
    }
    $script:Catalog
}
