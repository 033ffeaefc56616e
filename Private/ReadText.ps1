# The text of a file that another program may be writing, replacing or deleting meanwhile; from offset, bytes; '' where
# there is none that this session may read.
function ReadText {
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [string] $Path,
        [long] $Offset = 0
    )

    if (-not [System.IO.File]::Exists($Path)) { return '' }
    try {
        $stream = [System.IO.FileStream]::new($Path, 'Open', 'Read', 'ReadWrite, Delete')
    }
    catch {
        Write-Debug "Not read: $($_.Exception.GetBaseException().Message)"
        return ''
    }
    try {
        # A file shorter than the offset was rotated meanwhile: what is there is all new.
        if ($Offset -le $stream.Length) { [void]$stream.Seek($Offset, 'Begin') }
        $reader = [System.IO.StreamReader]::new($stream, [System.Text.Encoding]::UTF8)
        $reader.ReadToEnd()
    }
    finally {
        $stream.Dispose()
    }
}
