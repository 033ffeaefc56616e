# The path of the collector's main.js: bundled in a packaged module, built by `npm run build` in a clone.
function FindCollector {
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $root = GetModuleRoot
    foreach ($place in @('collector', 'main.js'), @('dist', 'cli', 'main.js')) {
        $path = [System.IO.Path]::Combine([string[]](@($root) + $place))
        if ([System.IO.File]::Exists($path)) { return $path }
    }
    throw (NewErrorRecord -Id CollectorNotFound -TargetObject $root -Message (
            "The collector is missing from the module folder '$root': expected collector/main.js or dist/cli/main.js. " +
            'Install the complete module; in a clone run: npm ci, then npm run build.'))
}
