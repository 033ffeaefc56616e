using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Set-Location: moves this session. `-` and `+` (the history of locations) are not there.</summary>
[Cmdlet(VerbsCommon.Set, "Location", DefaultParameterSetName = "Path")]
[OutputType(typeof(PathInfo))]
public sealed class SetLocationCommand : ProviderCommand
{
    private string? literalPath;

    /// <summary>Where to; home when absent.</summary>
    [Parameter(Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string Path { get; set; } = string.Empty;

    /// <summary>Where to, no character of which is a wildcard.</summary>
    [Parameter(ParameterSetName = "LiteralPath", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string LiteralPath
    {
        get => literalPath ?? string.Empty;
        set => literalPath = value;
    }

    /// <summary>Writes the new location.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        this.RefuseIf(Path is "-" or "+", $"-Path {Path}");
        var target = literalPath ?? (Path.Length == 0 ? "~" : Path);
        Guard(() =>
        {
            var now = (PathInfo)Internals.Call(SessionState.Path, "SetLocation", target, NewContext(), literalPath is not null)!;
            if (PassThru)
            {
                WriteObject(now);
            }
        });
    }
}
