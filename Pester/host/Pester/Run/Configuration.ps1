# New-PesterConfiguration: the settings that this stand-in knows. Any other is refused by name.

function NewConfiguration {
    [pscustomobject]@{
        Run    = [pscustomobject]@{ Path = @('.'); PassThru = $false; Exit = $false; Throw = $false; TestExtension = '.Tests.ps1'; ExcludePath = @() }
        Output = [pscustomobject]@{ Verbosity = 'Normal' }
        Filter = [pscustomobject]@{ Tag = @(); ExcludeTag = @(); FullName = @() }
    }
}

function New-PesterConfiguration {
    [CmdletBinding()]
    param([System.Collections.IDictionary] $Hashtable = @{})

    $configuration = NewConfiguration
    foreach ($section in @($Hashtable.Keys)) {
        if ($section -in 'TestResult', 'CodeCoverage') {
            if ($Hashtable[$section].Contains('Enabled') -and $Hashtable[$section]['Enabled']) { ThrowRefusal "$section.Enabled of New-PesterConfiguration" }
            continue
        }
        if ($null -eq $configuration.PSObject.Properties["$section"]) { ThrowRefusal "$section of New-PesterConfiguration" }
        foreach ($key in @($Hashtable[$section].Keys)) {
            $target = $configuration.$section
            if ($null -eq $target.PSObject.Properties["$key"]) { ThrowRefusal "$section.$key of New-PesterConfiguration" }
            if ($target.$key -is [array]) { $target.$key = @($Hashtable[$section][$key]) } else { $target.$key = $Hashtable[$section][$key] }
        }
    }
    $configuration
}

function ThrowRefusal {
    param($What)

    $exception = [System.NotImplementedException]::new("the PsutilAgent test host does not implement $What")
    throw [System.Management.Automation.ErrorRecord]::new($exception, 'NotImplementedByTestHost', 'NotImplemented', $What)
}
