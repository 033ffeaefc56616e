using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>One group of Group-Object.</summary>
public class GroupInfo
{
    internal GroupInfo(string name, object?[] values)
    {
        Name = name;
        Values = new ArrayList(values);
    }

    /// <summary>The values it was grouped by.</summary>
    public ArrayList Values { get; }

    /// <summary>How many objects it has.</summary>
    public int Count { get; internal set; }

    /// <summary>Its objects.</summary>
    public Collection<PSObject> Group { get; } = [];

    /// <summary>Its values as text.</summary>
    public string Name { get; }
}

/// <summary>One group of Group-Object -NoElement.</summary>
public sealed class GroupInfoNoElement : GroupInfo
{
    internal GroupInfoNoElement(string name, object?[] values)
        : base(name, values)
    {
    }
}
