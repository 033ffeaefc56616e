# Whether this is Windows; 5.1 has no $IsWindows.
function TestWindows {
    [CmdletBinding()]
    [OutputType([bool])]
    param()

    [System.Environment]::OSVersion.Platform -eq [System.PlatformID]::Win32NT
}
