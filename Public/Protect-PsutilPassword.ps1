function Protect-PsutilPassword {
    <#
    .SYNOPSIS
        Seals a password for the key password_dpapi of a settings file.

    .DESCRIPTION
        Gives the password as text that this host alone can open (DPAPI, machine scope), for broker.password_dpapi. Without
        a parameter it asks for the password and shows nothing of it. Start-PsutilMonitor does the same by itself with a
        password that it is given; this is for settings files that are written by hand or by another program.

        Whoever may read the file on this host can open the password with it: close the file to all but administrators and
        the account that the collector runs as. On another host, or after Windows was installed anew, it is no password any more.

    .INPUTS
        Secure strings, or credentials from Get-Credential.

    .OUTPUTS
        System.String

    .EXAMPLE
        Protect-PsutilPassword | Set-Clipboard

        Asks for a password, and puts what stands for it into the clipboard, to be pasted behind password_dpapi: in a settings file.

    .EXAMPLE
        $settings = @{ broker = @{ hostnames = @('rabbit.example'); username = 'sampler'; password_dpapi = Protect-PsutilPassword }
            psutil_config = @(@{ method = 'cpu_percent'; interval = 5 }) }
        $settings | ConvertTo-Json -Depth 5 | Set-Content -Path .\settings.json

        Writes a settings file with a sealed password.

    .NOTES
        Needs Windows. Error ids: ConfigInvalid, UnsupportedPlatform.

    .LINK
        Start-PsutilMonitor

    .LINK
        Test-PsutilConfiguration
    #>
    [CmdletBinding(DefaultParameterSetName = 'Password')]
    [OutputType([string])]
    param(
        # The password.
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ParameterSetName = 'Password')]
        [securestring] $Password,

        # User name and password, of which the password is taken.
        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'Credential')]
        [System.Management.Automation.PSCredential] $Credential
    )

    process {
        try {
            if (-not (TestWindows)) {
                throw (NewErrorRecord -Id UnsupportedPlatform -TargetObject Protect-PsutilPassword -Message (
                        'Protect-PsutilPassword needs Windows, for DPAPI is a part of it. Elsewhere keep the password in a file that others may not read (password_file), or in a variable (password_env).'))
            }
            $secret = if ($PSCmdlet.ParameterSetName -eq 'Credential') { $Credential.Password } else { $Password }
            if ($secret.Length -eq 0) {
                throw (NewErrorRecord -Id ConfigInvalid -TargetObject Protect-PsutilPassword -Message 'The password is empty: expected at least one character.')
            }
            ProtectSecret $secret
        }
        catch {
            $PSCmdlet.ThrowTerminatingError($_)
        }
    }
}
