using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Push-Location: remembers the current location and moves.</summary>
[Cmdlet(VerbsCommon.Push, "Location", DefaultParameterSetName = "Path")]
[OutputType(typeof(PathInfo))]
public sealed class PushLocationCommand : ProviderCommand
{
    private string? literalPath;

    /// <summary>Where to; nowhere when absent.</summary>
    [Parameter(Position = 0, ParameterSetName = "Path", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string? Path { get; set; }

    /// <summary>Where to, no character of which is a wildcard.</summary>
    [Parameter(ParameterSetName = "LiteralPath", ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string? LiteralPath
    {
        get => literalPath;
        set => literalPath = value;
    }

    /// <summary>Writes the new location.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Which stack.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? StackName { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        SessionState.Path.PushCurrentLocation(StackName);
        var target = literalPath ?? Path;
        if (target is null)
        {
            return;
        }

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
