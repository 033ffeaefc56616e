using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Location: where this session is. Of the stacks, one by its name.</summary>
[Cmdlet(VerbsCommon.Get, "Location", DefaultParameterSetName = "Location")]
[OutputType(typeof(PathInfo))]
public sealed class GetLocationCommand : PSCmdlet
{
    /// <summary>The location stack instead.</summary>
    [Parameter(ParameterSetName = "Stack")]
    public SwitchParameter Stack { get; set; }

    /// <summary>Which stacks.</summary>
    [Parameter(ParameterSetName = "Stack", ValueFromPipelineByPropertyName = true)]
    public string[]? StackName { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (ParameterSetName == "Location")
        {
            WriteObject(SessionState.Path.CurrentLocation);
            return;
        }

        foreach (var name in StackName ?? [string.Empty])
        {
            WriteObject(SessionState.Path.LocationStack(name), enumerateCollection: false);
        }
    }
}
