using System.Globalization;
using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Compare-Object: which objects are in one set and not in the other, whatever their order. -SyncWindow is refused.</summary>
[Cmdlet(VerbsData.Compare, "Object")]
public sealed class CompareObjectCommand : PSCmdlet
{
    private readonly List<PSObject?> differences = [];
    private List<PropertySpec> specs = [];

    /// <summary>The one set.</summary>
    [Parameter(Position = 0, Mandatory = true)]
    [AllowEmptyCollection]
    public PSObject?[] ReferenceObject { get; set; } = [];

    /// <summary>The other set.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true)]
    [AllowEmptyCollection]
    public PSObject?[] DifferenceObject { get; set; } = [];

    /// <summary>Refused.</summary>
    [Parameter]
    public int SyncWindow { get; set; } = int.MaxValue;

    /// <summary>By which properties.</summary>
    [Parameter]
    public object?[]? Property { get; set; }

    /// <summary>Not those that differ.</summary>
    [Parameter]
    public SwitchParameter ExcludeDifferent { get; set; }

    /// <summary>Those that are the same too.</summary>
    [Parameter]
    public SwitchParameter IncludeEqual { get; set; }

    /// <summary>The objects themselves, marked.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The culture whose order counts.</summary>
    [Parameter]
    public string Culture { get; set; } = string.Empty;

    /// <summary>Capitals differ from small letters.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        this.RefuseIf(SyncWindow != int.MaxValue, "-SyncWindow");
        specs = PropertySpec.Read(this, Property, "expression");
    }

    /// <inheritdoc/>
    protected override void ProcessRecord() => differences.AddRange(DifferenceObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var order = new ObjectOrder(CaseSensitive, Culture.Length > 0 ? new CultureInfo(Culture) : CultureInfo.CurrentCulture);
        var left = ReferenceObject.ToList();
        var equal = IncludeEqual || (ExcludeDifferent && !MyInvocation.BoundParameters.ContainsKey(nameof(IncludeEqual)));
        var right = new List<PSObject?>();
        foreach (var item in differences)
        {
            var match = left.FindIndex(other => Keys(other).SequenceEqual(Keys(item), order));
            if (match < 0)
            {
                right.Add(item);
                continue;
            }

            if (equal)
            {
                Emit(left[match], "==");
            }

            left.RemoveAt(match);
        }

        if (!ExcludeDifferent)
        {
            right.ForEach(item => Emit(item, "=>"));
            left.ForEach(item => Emit(item, "<="));
        }
    }

    private object?[] Keys(PSObject? item) => specs.Count == 0 ? [item] : specs.Select(spec => spec.Value(item)).ToArray();

    private void Emit(PSObject? item, string side)
    {
        var result = PassThru && item is not null ? item : new PSObject();
        if (!PassThru && specs.Count == 0)
        {
            result.Properties.Add(new PSNoteProperty("InputObject", item));
        }
        else if (!PassThru)
        {
            specs.ForEach(spec => result.Properties.Add(new PSNoteProperty(spec.Expression.ToString(), spec.Value(item))));
        }

        result.Properties.Remove("SideIndicator");
        result.Properties.Add(new PSNoteProperty("SideIndicator", side));
        WriteObject(result);
    }
}
