using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Join-Path: puts paths together with the provider's separator.</summary>
[Cmdlet(VerbsCommon.Join, "Path")]
[OutputType(typeof(string))]
public sealed class JoinPathCommand : ProviderCommand
{
    /// <summary>The beginning.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    public string[] Path { get; set; } = [];

    /// <summary>What follows it.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string[]? ChildPath { get; set; }

    /// <summary>What follows that.</summary>
    [Parameter(Position = 2, ValueFromPipelineByPropertyName = true, ValueFromRemainingArguments = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public string[]? AdditionalChildPath { get; set; }

    /// <summary>Resolves the result against what exists.</summary>
    [Parameter]
    public SwitchParameter Resolve { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var rest = (ChildPath ?? []).Concat(AdditionalChildPath ?? []).ToList();
        foreach (var path in Path)
        {
            Guard(() =>
            {
                var joined = rest.Aggregate(path, (left, right) => SessionState.Path.Combine(left, right ?? string.Empty));
                if (!Resolve)
                {
                    WriteObject(joined);
                    return;
                }

                foreach (var found in SessionState.Path.GetResolvedPSPathFromPSPath(joined))
                {
                    WriteObject(found.Drive is null ? found.ProviderPath : found.Path);
                }
            });
        }
    }
}
