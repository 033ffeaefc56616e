using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>New-Guid: a new one, the empty one, or one from text.</summary>
[Cmdlet(VerbsCommon.New, "Guid", DefaultParameterSetName = "Default")]
[OutputType(typeof(Guid))]
public sealed class NewGuidCommand : PSCmdlet
{
    /// <summary>The empty one.</summary>
    [Parameter(ParameterSetName = "Empty")]
    public SwitchParameter Empty { get; set; }

    /// <summary>The text of one.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = "InputObject")]
    public string InputObject { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName != "InputObject")
        {
            WriteObject(Empty ? Guid.Empty : Guid.NewGuid());
            return;
        }

        try
        {
            WriteObject(new Guid(InputObject));
        }
        catch (FormatException exception)
        {
            WriteError(new ErrorRecord(exception, "StringNotRecognizedAsGuid", ErrorCategory.InvalidArgument, null));
        }
    }
}
