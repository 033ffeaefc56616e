using System.Management.Automation;
using System.Security;

namespace Microsoft.PowerShell.Commands;

/// <summary>ConvertTo-SecureString: from plain text (-AsPlainText). Encrypted text and -Key are refused.</summary>
[Cmdlet(VerbsData.ConvertTo, "SecureString", DefaultParameterSetName = "Secure")]
[OutputType(typeof(SecureString))]
public sealed class ConvertToSecureStringCommand : PSCmdlet
{
    /// <summary>The text.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, Mandatory = true)]
    [Alias("s")]
    public string String { get; set; } = string.Empty;

    /// <summary>The text is plain.</summary>
    [Parameter(Position = 1, ParameterSetName = "PlainText")]
    public SwitchParameter AsPlainText { get; set; }

    /// <summary>Yes, plain; needed in 5.1 and of no meaning since.</summary>
    [Parameter(Position = 2, ParameterSetName = "PlainText")]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!AsPlainText)
        {
            ThrowTerminatingError(PsutilAgent.PowerShellHost.Refusal.Record("encrypted text", "ConvertTo-SecureString"));
        }

        var result = new SecureString();
        foreach (var character in String)
        {
            result.AppendChar(character);
        }

        result.MakeReadOnly();
        WriteObject(result);
    }
}
