using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Remove-PSDrive: forgets drives of this session by name.</summary>
[Cmdlet(VerbsCommon.Remove, "PSDrive", SupportsShouldProcess = true)]
public sealed class RemovePSDriveCommand : PSCmdlet
{
    /// <summary>Which drives.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = [];

    /// <summary>Also the drive one stands on.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Global, Local, Script, or how many scopes up.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Scope { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            try
            {
                if (ShouldProcess($"Name: {name}", "Remove Drive"))
                {
                    SessionState.Drive.Remove(name, Force, Scope);
                }
            }
            catch (DriveNotFoundException exception)
            {
                WriteError(new ErrorRecord(exception.ErrorRecord, exception));
            }
        }
    }
}
