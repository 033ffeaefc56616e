using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Item: the items at paths of any provider.</summary>
[Cmdlet(VerbsCommon.Get, "Item", DefaultParameterSetName = "Path")]
public sealed class GetItemCommand : FilterPathCommand
{
    /// <inheritdoc/>
    protected override object? DynamicParametersFor(object context) =>
        Internals.Call(InvokeProvider.Item, "GetItemDynamicParameters", FirstPath, context);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Paths)
        {
            Guard(() => Internals.Call(InvokeProvider.Item, "Get", path, NewContext()));
        }
    }
}
