using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>A provider cmdlet with the usual pair -Path (wildcards, pipeline) and -LiteralPath (as it is written).</summary>
public abstract class PathCommand : ProviderCommand
{
    private string[]? literalPath;

    /// <summary>The paths, wildcards allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Path", Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public virtual string[] Path { get; set; } = [];

    /// <summary>The paths, no character of which is a wildcard.</summary>
    [Parameter(ParameterSetName = "LiteralPath", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath
    {
        get => literalPath ?? [];
        set => literalPath = value;
    }

    /// <inheritdoc/>
    protected override bool IsLiteral => literalPath is not null;

    /// <summary>The paths of whichever parameter was used.</summary>
    protected string[] Paths => literalPath ?? Path;

    /// <summary>The path that decides which provider adds parameters.</summary>
    protected string FirstPath => Paths is [{ Length: > 0 } first, ..] ? first : ".";
}
