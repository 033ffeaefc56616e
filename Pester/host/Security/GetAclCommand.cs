using System.Management.Automation;
using System.Security.AccessControl;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Acl: the security descriptor of files, folders and registry keys. -Audit, -InputObject and the central policy switches are refused.</summary>
[Cmdlet(VerbsCommon.Get, "Acl", DefaultParameterSetName = "ByPath")]
public sealed class GetAclCommand : PSCmdlet
{
    /// <summary>The items, wildcards allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = "ByPath", ValueFromPipelineByPropertyName = true, ValueFromPipeline = true)]
    public string[] Path { get; set; } = ["."];

    /// <summary>The items, no character of which is a wildcard.</summary>
    [Parameter(ParameterSetName = "ByLiteralPath", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in ParameterSetName == "ByPath" ? Path : LiteralPath.Select(WildcardPattern.Escape))
        {
            try
            {
                foreach (var found in SessionState.Path.GetResolvedPSPathFromPSPath(path))
                {
                    Write(found);
                }
            }
            catch (ItemNotFoundException exception)
            {
                WriteError(new ErrorRecord(exception, "GetAcl_PathNotFound_Exception", ErrorCategory.ObjectNotFound, path));
            }
        }
    }

    private void Write(PathInfo found)
    {
        const AccessControlSections Sections = AccessControlSections.Access | AccessControlSections.Owner | AccessControlSections.Group;
        foreach (var descriptor in InvokeProvider.SecurityDescriptor.Get(WildcardPattern.Escape(found.Path), Sections))
        {
            if (descriptor.Properties["Path"] is null)
            {
                descriptor.Properties.Add(new PSNoteProperty("Path", found.Path));
            }

            WriteObject(descriptor);
        }
    }
}
