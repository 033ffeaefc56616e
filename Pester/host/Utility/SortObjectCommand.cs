using System.Globalization;
using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Sort-Object: puts objects in order, equal ones as they came.</summary>
[Cmdlet("Sort", "Object", DefaultParameterSetName = "Default")]
public sealed class SortObjectCommand : PSCmdlet
{
    private readonly List<PSObject?> items = [];

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>By which properties.</summary>
    [Parameter(Position = 0)]
    public object?[]? Property { get; set; }

    /// <summary>The greatest first.</summary>
    [Parameter]
    public SwitchParameter Descending { get; set; }

    /// <summary>Each only once.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <summary>Capitals differ from small letters.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <summary>The culture whose order counts.</summary>
    [Parameter]
    public string Culture { get; set; } = string.Empty;

    /// <summary>Equal ones stay as they came; here they always do.</summary>
    [Parameter(ParameterSetName = "Default")]
    public SwitchParameter Stable { get; set; }

    /// <summary>So many from the start of the order.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Top")]
    [ValidateRange(1, int.MaxValue)]
    public int Top { get; set; }

    /// <summary>So many from its end.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Bottom")]
    [ValidateRange(1, int.MaxValue)]
    public int Bottom { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is not null)
        {
            items.Add(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var culture = Culture.Length > 0 ? new CultureInfo(Culture) : CultureInfo.CurrentCulture;
        var order = new ObjectOrder(CaseSensitive, culture);
        var specs = PropertySpec.Read(this, Property, "expression", "ascending", "descending");
        var keyed = items.Select(item => (Item: item, Keys: Keys(item, specs))).ToList();
        var comparer = Comparer<object?[]>.Create((left, right) => Compare(left, right, specs, order));
        var sorted = keyed.OrderBy(pair => pair.Keys, comparer).ToList();
        if (Unique)
        {
            sorted = sorted.Where((pair, i) => i == 0 || comparer.Compare(sorted[i - 1].Keys, pair.Keys) != 0).ToList();
        }

        var result = Top > 0 ? sorted.Take(Top) : Bottom > 0 ? sorted.TakeLast(Bottom) : sorted;
        foreach (var (item, _) in result)
        {
            WriteObject(item);
        }
    }

    private static object?[] Keys(PSObject? item, List<PropertySpec> specs) =>
        specs.Count == 0 ? [item] : specs.Select(spec => spec.Value(item)).ToArray();

    private int Compare(object?[] left, object?[] right, List<PropertySpec> specs, ObjectOrder order)
    {
        for (var i = 0; i < left.Length; i++)
        {
            var result = order.Compare(left[i], right[i]);
            if (result != 0)
            {
                return (specs.Count > i ? specs[i].Descending : null) ?? Descending ? -result : result;
            }
        }

        return 0;
    }
}
