using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Pop-Location: goes back to the location that was pushed last.</summary>
[Cmdlet(VerbsCommon.Pop, "Location")]
[OutputType(typeof(PathInfo))]
public sealed class PopLocationCommand : ProviderCommand
{
    /// <summary>Writes the new location.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Which stack.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? StackName { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(() =>
    {
        var now = SessionState.Path.PopLocation(StackName);
        if (PassThru)
        {
            WriteObject(now);
        }
    });
}
