using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Set-ItemProperty: writes one property by -Name and -Value. -InputObject is refused.</summary>
[Cmdlet(VerbsCommon.Set, "ItemProperty", SupportsShouldProcess = true, DefaultParameterSetName = "Path")]
public sealed class SetItemPropertyCommand : FilterPathCommand
{
    /// <summary>Which property.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSProperty")]
    public string Name { get; set; } = string.Empty;

    /// <summary>Its new value.</summary>
    [Parameter(Position = 2, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    public object? Value { get; set; }

    /// <summary>Writes the changed property.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override object? DynamicParametersFor(object context) => Internals.Call(
        InvokeProvider.Property, "SetPropertyDynamicParameters", FirstPath, Named(), context);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Paths)
        {
            var context = NewContext();
            Internals.Set(context, "PassThru", (bool)PassThru);
            Guard(() => Internals.Call(InvokeProvider.Property, "Set", path, Named(), context));
        }
    }

    private PSObject Named()
    {
        var result = new PSObject();
        if (Name.Length > 0)
        {
            result.Properties.Add(new PSNoteProperty(Name, Value));
        }

        return result;
    }
}
