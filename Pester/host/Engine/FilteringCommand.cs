using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>A provider cmdlet with -Filter, -Include and -Exclude whose paths are its own affair.</summary>
public abstract class FilteringCommand : ProviderCommand
{
    /// <summary>A filter in the provider's own language.</summary>
    [Parameter]
    public virtual string? Filter { get; set; }

    /// <summary>Wildcards of which one must match.</summary>
    [Parameter]
    public string[] Include { get; set; } = [];

    /// <summary>Wildcards of which none may match.</summary>
    [Parameter]
    public string[] Exclude { get; set; } = [];

    /// <inheritdoc/>
    protected override string? FilterValue => Filter;

    /// <inheritdoc/>
    protected override string[] IncludeValue => Include;

    /// <inheritdoc/>
    protected override string[] ExcludeValue => Exclude;
}
