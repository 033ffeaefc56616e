using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Rename-Item: gives one item another name.</summary>
[Cmdlet(VerbsCommon.Rename, "Item", SupportsShouldProcess = true, DefaultParameterSetName = "ByPath")]
public sealed class RenameItemCommand : ProviderCommand
{
    private string? literalPath;

    /// <summary>The item.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ByPath")]
    public string Path { get; set; } = string.Empty;

    /// <summary>The item, no character of which is a wildcard.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ByLiteralPath")]
    [Alias("PSPath", "LP")]
    public string LiteralPath
    {
        get => literalPath ?? string.Empty;
        set => literalPath = value;
    }

    /// <summary>Its new name.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string NewName { get; set; } = string.Empty;

    /// <summary>Also what is hidden or read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the renamed item.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override bool ForceValue => Force;

    /// <inheritdoc/>
    protected override bool IsLiteral => literalPath is not null;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var context = NewContext();
        Internals.Set(context, "PassThru", (bool)PassThru);
        Guard(() => Internals.Call(InvokeProvider.Item, "Rename", literalPath ?? Path, NewName, context));
    }
}
