using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Split-Path: one part of paths.</summary>
[Cmdlet(VerbsCommon.Split, "Path", DefaultParameterSetName = "ParentSet")]
[OutputType(typeof(string), typeof(bool))]
public sealed class SplitPathCommand : ProviderCommand
{
    private string[]? literalPath;

    /// <summary>The paths.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ParentSet")]
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "LeafSet")]
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "LeafBaseSet")]
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ExtensionSet")]
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "QualifierSet")]
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "NoQualifierSet")]
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "IsAbsoluteSet")]
    public string[] Path { get; set; } = [];

    /// <summary>The paths, no character of which is a wildcard.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "LiteralPathSet")]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath
    {
        get => literalPath ?? [];
        set => literalPath = value;
    }

    /// <summary>The drive.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "QualifierSet")]
    public SwitchParameter Qualifier { get; set; }

    /// <summary>All but the drive.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "NoQualifierSet")]
    public SwitchParameter NoQualifier { get; set; }

    /// <summary>All but the last part; what it does without any switch.</summary>
    [Parameter(ParameterSetName = "ParentSet")]
    public SwitchParameter Parent { get; set; }

    /// <summary>The last part.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LeafSet")]
    public SwitchParameter Leaf { get; set; }

    /// <summary>The last part without its extension.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LeafBaseSet")]
    public SwitchParameter LeafBase { get; set; }

    /// <summary>The extension of the last part.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "ExtensionSet")]
    public SwitchParameter Extension { get; set; }

    /// <summary>Resolves the paths first.</summary>
    [Parameter]
    public SwitchParameter Resolve { get; set; }

    /// <summary>Whether the paths are absolute.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "IsAbsoluteSet")]
    public SwitchParameter IsAbsolute { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var paths = (IEnumerable<string>)(literalPath ?? Path);
        if (Resolve)
        {
            paths = paths.SelectMany(path => SessionState.Path.GetResolvedPSPathFromPSPath(path).Select(found => found.Path)).ToList();
        }

        foreach (var path in paths)
        {
            Guard(() => Split(path));
        }
    }

    private void Split(string path)
    {
        switch (ParameterSetName)
        {
            case "LeafSet": WriteObject(LeafOf(path)); break;
            case "LeafBaseSet": WriteObject(System.IO.Path.GetFileNameWithoutExtension(LeafOf(path))); break;
            case "ExtensionSet": WriteObject(System.IO.Path.GetExtension(LeafOf(path))); break;
            case "IsAbsoluteSet": WriteObject(SessionState.Path.IsPSAbsolute(path, out _)); break;
            case "QualifierSet" when QualifierLength(path) is > 0 and var length: WriteObject(path[..length]); break;
            case "QualifierSet":
                WriteError(new ErrorRecord(
                    new FormatException($"Cannot parse path because path '{path}' does not have a qualifier specified."),
                    "ParsePathFormatError", ErrorCategory.InvalidArgument, path));
                break;
            case "NoQualifierSet": WriteObject(path[QualifierLength(path)..]); break;
            default: WriteObject(SessionState.Path.ParseParent(path, string.Empty)); break;
        }
    }

    private string LeafOf(string path) => (string)Internals.Call(SessionState.Path, "ParseChildName", path, NewContext(), true)!;

    private static int QualifierLength(string path)
    {
        var provider = path.IndexOf("::", StringComparison.Ordinal);
        return provider >= 0 ? provider + 2 : path.IndexOf(':') + 1;
    }
}
