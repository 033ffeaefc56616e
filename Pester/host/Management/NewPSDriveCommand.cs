using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>New-PSDrive: a name for a place, for this session. -Persist and -Credential are refused.</summary>
[Cmdlet(VerbsCommon.New, "PSDrive", SupportsShouldProcess = true)]
[OutputType(typeof(PSDriveInfo))]
public sealed class NewPSDriveCommand : PSCmdlet
{
    /// <summary>The drive's name.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = string.Empty;

    /// <summary>Whose drive it is.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string PSProvider { get; set; } = string.Empty;

    /// <summary>The place.</summary>
    [Parameter(Position = 2, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    public string Root { get; set; } = string.Empty;

    /// <summary>What the place is for.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Description { get; set; }

    /// <summary>Global, Local, Script, or how many scopes up.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public string? Scope { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var provider = SessionState.Provider.GetOne(PSProvider);
        var drive = new PSDriveInfo(Name, provider, Root, Description ?? string.Empty, null);
        if (ShouldProcess($"Name: {Name} Provider: {provider} Root: {Root}", "New drive"))
        {
            // The cmdlet itself is one scope; the drive belongs to its caller.
            WriteObject(SessionState.Drive.New(drive, Scope ?? "0"));
        }
    }
}
