using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Remove-ItemProperty: deletes properties of items (registry values).</summary>
[Cmdlet(VerbsCommon.Remove, "ItemProperty", SupportsShouldProcess = true, DefaultParameterSetName = "Path")]
public sealed class RemoveItemPropertyCommand : FilterPathCommand
{
    /// <summary>Which properties.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSProperty")]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Paths)
        {
            foreach (var name in Name)
            {
                Guard(() => Internals.Call(InvokeProvider.Property, "Remove", path, name, NewContext()));
            }
        }
    }
}
