# $TestDrive and TestDrive: a folder for each test file; what a block puts there goes when the block ends.

function NewTestDrive {
    $path = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), [System.IO.Path]::GetRandomFileName().Replace('.', ''))
    $null = [System.IO.Directory]::CreateDirectory($path)
    $script:State.TestDrive = $path
    $null = Microsoft.PowerShell.Management\New-PSDrive -Name TestDrive -PSProvider FileSystem -Root $path -Scope Global
}

function RemoveTestDrive {
    if (@(Microsoft.PowerShell.Management\Get-PSDrive | Where-Object { $_.Name -eq 'TestDrive' }).Count -gt 0) {
        Microsoft.PowerShell.Management\Remove-PSDrive -Name TestDrive -Scope Global -Force
    }
    $path = $script:State.TestDrive
    if ($null -ne $path -and [System.IO.Directory]::Exists($path)) {
        Microsoft.PowerShell.Management\Remove-Item -LiteralPath $path -Recurse -Force -Confirm:$false -WhatIf:$false
    }
}

function GetDriveContent {
    $known = [System.Collections.Generic.HashSet[string]]::new()
    if ($null -ne $script:State.TestDrive) {
        foreach ($item in [System.IO.Directory]::GetFileSystemEntries($script:State.TestDrive, '*', 'AllDirectories')) { $null = $known.Add($item) }
    }
    , $known
}

function RestoreDrive {
    param($Known)

    if ($null -eq $script:State.TestDrive -or -not [System.IO.Directory]::Exists($script:State.TestDrive)) { return }
    foreach ($item in [System.IO.Directory]::GetFileSystemEntries($script:State.TestDrive, '*', 'AllDirectories')) {
        if (-not $Known.Contains($item) -and ([System.IO.File]::Exists($item) -or [System.IO.Directory]::Exists($item))) {
            Microsoft.PowerShell.Management\Remove-Item -LiteralPath $item -Recurse -Force -Confirm:$false -WhatIf:$false
        }
    }
}
