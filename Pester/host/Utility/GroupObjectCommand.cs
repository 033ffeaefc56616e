using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Group-Object: objects with the same property values together, groups in the order of their values.</summary>
[Cmdlet(VerbsData.Group, "Object", DefaultParameterSetName = "HashTable")]
[OutputType(typeof(GroupInfo), typeof(Hashtable))]
public sealed class GroupObjectCommand : PSCmdlet
{
    private readonly List<GroupInfo> groups = [];
    private List<PropertySpec> specs = [];

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>By which properties.</summary>
    [Parameter(Position = 0)]
    public object?[]? Property { get; set; }

    /// <summary>Without the objects.</summary>
    [Parameter]
    public SwitchParameter NoElement { get; set; }

    /// <summary>As a hashtable of value to objects.</summary>
    [Parameter(ParameterSetName = "HashTable")]
    [Alias("AHT")]
    public SwitchParameter AsHashTable { get; set; }

    /// <summary>The hashtable's keys are text.</summary>
    [Parameter(ParameterSetName = "HashTable")]
    public SwitchParameter AsString { get; set; }

    /// <summary>Capitals differ from small letters.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <summary>The culture whose order counts.</summary>
    [Parameter]
    public string Culture { get; set; } = string.Empty;

    private ObjectOrder Order => new(CaseSensitive, Culture.Length > 0 ? new CultureInfo(Culture) : CultureInfo.CurrentCulture);

    /// <inheritdoc/>
    protected override void BeginProcessing() => specs = PropertySpec.Read(this, Property, "expression");

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        var values = specs.Count == 0 ? [InputObject] : specs.Select(spec => spec.Value(InputObject)).ToArray();
        var order = Order;
        var group = groups.Find(known => known.Values.Cast<object?>().SequenceEqual(values, order));
        if (group is null)
        {
            var name = string.Join(", ", values.Select(value => LanguagePrimitives.ConvertTo<string>(value)));
            group = NoElement ? new GroupInfoNoElement(name, values) : new GroupInfo(name, values);
            groups.Add(group);
        }

        group.Count++;
        if (!NoElement || AsHashTable)
        {
            group.Group.Add(InputObject);
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!AsHashTable)
        {
            var order = Comparer<GroupInfo>.Create((left, right) => Compare(left, right, Order));
            WriteObject(groups.OrderBy(group => group, order).ToList(), enumerateCollection: true);
            return;
        }

        var table = new Hashtable(CaseSensitive ? StringComparer.CurrentCulture : StringComparer.CurrentCultureIgnoreCase);
        foreach (var group in groups)
        {
            var key = AsString ? group.Name : group.Values[0] is PSObject wrapped ? wrapped.BaseObject : group.Values[0];
            table[key ?? string.Empty] = group.Group;
        }

        WriteObject(table);
    }

    private static int Compare(GroupInfo left, GroupInfo right, ObjectOrder order)
    {
        for (var i = 0; i < left.Values.Count; i++)
        {
            var result = order.Compare(left.Values[i], right.Values[i]);
            if (result != 0)
            {
                return result;
            }
        }

        return 0;
    }
}
