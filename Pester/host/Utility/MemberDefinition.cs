using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>One member that Get-Member tells of.</summary>
public sealed class MemberDefinition(string typeName, string name, PSMemberTypes memberType, string definition)
{
    /// <summary>Whose.</summary>
    public string TypeName { get; } = typeName;

    /// <summary>Its name.</summary>
    public string Name { get; } = name;

    /// <summary>Which kind.</summary>
    public PSMemberTypes MemberType { get; } = memberType;

    /// <summary>How it is declared.</summary>
    public string Definition { get; } = definition;

    /// <inheritdoc/>
    public override string ToString() => Definition;
}
