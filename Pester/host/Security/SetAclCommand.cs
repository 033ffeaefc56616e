using System.Management.Automation;
using System.Security.AccessControl;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Set-Acl: gives files, folders and registry keys a security descriptor. Filters, -InputObject and central policies are refused.</summary>
[Cmdlet(VerbsCommon.Set, "Acl", SupportsShouldProcess = true, DefaultParameterSetName = "ByPath")]
public sealed class SetAclCommand : PSCmdlet
{
    /// <summary>The items, wildcards allowed.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ByPath")]
    public string[] Path { get; set; } = [];

    /// <summary>The items, no character of which is a wildcard.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ByLiteralPath")]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The descriptor.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipeline = true)]
    public object? AclObject { get; set; }

    /// <summary>Writes the descriptor.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var descriptor = (AclObject is PSObject wrapped ? wrapped.BaseObject : AclObject) as ObjectSecurity;
        this.RefuseIf(descriptor is null, "-AclObject that is no security descriptor");
        foreach (var path in ParameterSetName == "ByPath" ? Path : LiteralPath.Select(WildcardPattern.Escape))
        {
            foreach (var found in SessionState.Path.GetResolvedPSPathFromPSPath(path))
            {
                if (ShouldProcess(found.Path, "Set-Acl"))
                {
                    InvokeProvider.SecurityDescriptor.Set(WildcardPattern.Escape(found.Path), descriptor!);
                }
            }
        }

        if (PassThru)
        {
            WriteObject(AclObject);
        }
    }
}
