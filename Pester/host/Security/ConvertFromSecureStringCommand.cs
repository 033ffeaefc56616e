using System.Management.Automation;
using System.Net;
using System.Security;

namespace Microsoft.PowerShell.Commands;

/// <summary>ConvertFrom-SecureString: to plain text (-AsPlainText). Encrypted text and -Key are refused.</summary>
[Cmdlet(VerbsData.ConvertFrom, "SecureString", DefaultParameterSetName = "Secure")]
[OutputType(typeof(string))]
public sealed class ConvertFromSecureStringCommand : PSCmdlet
{
    /// <summary>The secret.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, Mandatory = true)]
    public SecureString SecureString { get; set; } = new();

    /// <summary>As plain text.</summary>
    [Parameter(ParameterSetName = "AsPlainText")]
    public SwitchParameter AsPlainText { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!AsPlainText)
        {
            ThrowTerminatingError(PsutilAgent.PowerShellHost.Refusal.Record("encrypted text", "ConvertFrom-SecureString"));
        }

        WriteObject(new NetworkCredential(string.Empty, SecureString).Password);
    }
}
