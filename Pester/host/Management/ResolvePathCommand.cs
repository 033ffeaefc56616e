using System.Collections.ObjectModel;
using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Resolve-Path: the items that paths name, as path objects, or relative to here.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "Path", DefaultParameterSetName = "Path")]
[OutputType(typeof(PathInfo), typeof(string))]
public sealed class ResolvePathCommand : PathCommand
{
    /// <summary>As text, relative to the current location.</summary>
    [Parameter]
    public SwitchParameter Relative { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Paths)
        {
            Guard(() =>
            {
                var found = (Collection<PathInfo>)Internals.Call(SessionState.Path, "GetResolvedPSPathFromPSPath", path, NewContext())!;
                foreach (var item in found)
                {
                    WriteObject(Relative ? RelativeTo(item.Path) : item);
                }
            });
        }
    }

    private string RelativeTo(string path)
    {
        var here = SessionState.Path.CurrentLocation.Path;
        var result = SessionState.Path.NormalizeRelativePath(path, here);
        var dot = "." + System.IO.Path.DirectorySeparatorChar;
        return result.StartsWith("..", StringComparison.Ordinal) || result == path ? result : dot + result;
    }
}
