using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Copy-Item: copies items within one provider. Sessions to other machines are not there.</summary>
[Cmdlet(VerbsCommon.Copy, "Item", SupportsShouldProcess = true, DefaultParameterSetName = "Path")]
public sealed class CopyItemCommand : FilterPathCommand
{
    /// <summary>Where to.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string Destination { get; set; } = string.Empty;

    /// <summary>Whether the folder itself is copied, or only what it holds.</summary>
    [Parameter]
    public SwitchParameter Container { get; set; } = true;

    /// <summary>With everything below.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Writes the copies.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var kind = Container ? CopyContainers.CopyTargetContainer : CopyContainers.CopyChildrenOfTargetContainer;
        foreach (var path in Paths)
        {
            var context = NewContext();
            Internals.Set(context, "PassThru", (bool)PassThru);
            Guard(() => Internals.Call(InvokeProvider.Item, "Copy", path, Destination, (bool)Recurse, kind, context));
        }
    }
}
