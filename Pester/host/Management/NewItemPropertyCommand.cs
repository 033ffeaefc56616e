using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>New-ItemProperty: makes one property of items (a registry value).</summary>
[Cmdlet(VerbsCommon.New, "ItemProperty", SupportsShouldProcess = true, DefaultParameterSetName = "Path")]
public sealed class NewItemPropertyCommand : FilterPathCommand
{
    /// <summary>Which property.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSProperty")]
    public string Name { get; set; } = string.Empty;

    /// <summary>Its type in the provider's words.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Type")]
    public string? PropertyType { get; set; }

    /// <summary>Its value.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Paths)
        {
            Guard(() => Internals.Call(InvokeProvider.Property, "New", path, Name, PropertyType, Value, NewContext()));
        }
    }
}
