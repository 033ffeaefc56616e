using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>ConvertFrom-Json: objects from JSON text; the lines of a pipeline are one text unless the first is JSON by itself.</summary>
[Cmdlet(VerbsData.ConvertFrom, "Json")]
public sealed class ConvertFromJsonCommand : PSCmdlet
{
    private readonly List<string> lines = [];

    /// <summary>The text.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = string.Empty;

    /// <summary>Ordered hashtables instead of objects.</summary>
    [Parameter]
    public SwitchParameter AsHashtable { get; set; }

    /// <summary>How deep the text may go.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Depth { get; set; } = 1024;

    /// <summary>A top-level list stays whole.</summary>
    [Parameter]
    public SwitchParameter NoEnumerate { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => lines.Add(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (lines.Count == 0)
        {
            return;
        }

        if (lines.Count > 1 && JsonReading.TryRead(lines[0], AsHashtable, Depth, out _))
        {
            lines.ForEach(Convert);
        }
        else
        {
            Convert(string.Join(Environment.NewLine, lines));
        }
    }

    private void Convert(string text)
    {
        try
        {
            if (!string.IsNullOrWhiteSpace(text))
            {
                WriteObject(JsonReading.Read(text, AsHashtable, Depth), enumerateCollection: !NoEnumerate);
            }
        }
        catch (ArgumentException exception)
        {
            ThrowTerminatingError(new ErrorRecord(exception, exception.GetType().FullName!, ErrorCategory.NotSpecified, null));
        }
        catch (InvalidOperationException exception)
        {
            ThrowTerminatingError(new ErrorRecord(exception, exception.Message.Contains("empty string", StringComparison.Ordinal)
                ? "EmptyKeyInJsonString" : "DuplicateKeysInJsonString", ErrorCategory.InvalidOperation, null));
        }
    }
}
