using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>A path cmdlet with -Filter, -Include, -Exclude and -Force.</summary>
public abstract class FilterPathCommand : PathCommand
{
    /// <summary>A filter in the provider's own language.</summary>
    [Parameter]
    public string? Filter { get; set; }

    /// <summary>Wildcards of which one must match.</summary>
    [Parameter]
    public string[] Include { get; set; } = [];

    /// <summary>Wildcards of which none may match.</summary>
    [Parameter]
    public string[] Exclude { get; set; } = [];

    /// <summary>Also what is hidden or read-only.</summary>
    [Parameter]
    public virtual SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override bool ForceValue => Force;

    /// <inheritdoc/>
    protected override string? FilterValue => Filter;

    /// <inheritdoc/>
    protected override string[] IncludeValue => Include;

    /// <inheritdoc/>
    protected override string[] ExcludeValue => Exclude;
}
