using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Convert-Path: the provider's own form of paths that exist.</summary>
[Cmdlet(VerbsData.Convert, "Path", DefaultParameterSetName = "Path")]
[OutputType(typeof(string))]
public sealed class ConvertPathCommand : PathCommand
{
    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Paths)
        {
            Guard(() =>
            {
                var found = SessionState.Path.GetResolvedProviderPathFromPSPath(IsLiteral ? WildcardPattern.Escape(path) : path, out _);
                WriteObject(found, enumerateCollection: true);
            });
        }
    }
}
