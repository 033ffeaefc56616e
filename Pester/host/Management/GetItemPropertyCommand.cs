using System.Collections.ObjectModel;
using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-ItemProperty: the properties of items, or those that are named (registry values, file attributes).</summary>
[Cmdlet(VerbsCommon.Get, "ItemProperty", DefaultParameterSetName = "Path")]
public sealed class GetItemPropertyCommand : FilterPathCommand
{
    /// <summary>Which properties; wildcards allowed.</summary>
    [Parameter(Position = 1)]
    [Alias("PSProperty")]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Paths)
        {
            Guard(() => Internals.Call(InvokeProvider.Property, "Get", path, new Collection<string>(Name.ToList()), NewContext()));
        }
    }
}
