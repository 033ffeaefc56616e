using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Clear-Content: empties items and leaves them there.</summary>
[Cmdlet(VerbsCommon.Clear, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class ClearContentCommand : FilterPathCommand
{
    /// <inheritdoc/>
    protected override object? DynamicParametersFor(object context) =>
        Internals.Call(InvokeProvider.Content, "ClearContentDynamicParameters", FirstPath, context);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Paths)
        {
            Guard(() => Internals.Call(InvokeProvider.Content, "Clear", path, NewContext()));
        }
    }
}
