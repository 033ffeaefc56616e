using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-ChildItem: what containers of any provider hold.</summary>
[Cmdlet(VerbsCommon.Get, "ChildItem", DefaultParameterSetName = "Items")]
public sealed class GetChildItemCommand : FilteringCommand
{
    private string[]? literalPath;

    /// <summary>The containers, wildcards allowed; the current location when absent.</summary>
    [Parameter(Position = 0, ParameterSetName = "Items", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Path { get; set; } = [];

    /// <summary>The containers, no character of which is a wildcard.</summary>
    [Parameter(ParameterSetName = "LiteralItems", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath
    {
        get => literalPath ?? [];
        set => literalPath = value;
    }

    /// <summary>A filter in the provider's own language.</summary>
    [Parameter(Position = 1)]
    public override string? Filter { get; set; }

    /// <summary>Containers within containers too.</summary>
    [Parameter]
    [Alias("s", "r")]
    public SwitchParameter Recurse { get; set; }

    /// <summary>How deep -Recurse goes; it implies -Recurse.</summary>
    [Parameter]
    public uint Depth { get; set; } = uint.MaxValue;

    /// <summary>Also what is hidden.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Names only.</summary>
    [Parameter]
    public SwitchParameter Name { get; set; }

    /// <inheritdoc/>
    protected override bool ForceValue => Force;

    /// <inheritdoc/>
    protected override bool IsLiteral => literalPath is not null;

    private string[] Paths => (literalPath ?? Path) is { Length: > 0 } given ? given : [string.Empty];

    private bool Deep => Recurse || MyInvocation.BoundParameters.ContainsKey(nameof(Depth));

    /// <inheritdoc/>
    protected override object? DynamicParametersFor(object context) =>
        Internals.Call(InvokeProvider.ChildItem, "GetChildItemsDynamicParameters", Paths[0] is { Length: > 0 } path ? path : ".", (bool)Recurse, context);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Paths)
        {
            Guard(() =>
            {
                if (Name)
                {
                    Internals.Call(InvokeProvider.ChildItem, "GetNames", path, ReturnContainers.ReturnMatchingContainers, Deep, Depth, NewContext());
                }
                else
                {
                    Internals.Call(InvokeProvider.ChildItem, "Get", path, Deep, Depth, NewContext());
                }
            });
        }
    }
}
