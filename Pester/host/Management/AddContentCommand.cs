using System.Management.Automation;
using System.Management.Automation.Provider;

namespace Microsoft.PowerShell.Commands;

/// <summary>Add-Content: writes behind what items hold already.</summary>
[Cmdlet(VerbsCommon.Add, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class AddContentCommand : ContentWriterCommand
{
    /// <inheritdoc/>
    protected override string Action => "Add Content";

    /// <inheritdoc/>
    protected override void Opened(IContentWriter writer) => writer.Seek(0, SeekOrigin.End);
}
