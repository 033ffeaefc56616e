using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Remove-Variable: takes variables away.</summary>
[Cmdlet(VerbsCommon.Remove, "Variable", SupportsShouldProcess = true)]
public sealed class RemoveVariableCommand : PSCmdlet
{
    /// <summary>Which ones, wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, Mandatory = true)]
    public string[] Name { get; set; } = [];

    /// <summary>Also one that is read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Global, Local, Script, or how many scopes up.</summary>
    [Parameter]
    public string? Scope { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var variable in VariableScope.Match(this, Name, Scope, "VariableNotFound"))
        {
            if (!ShouldProcess($"Name: {variable.Name}", "Remove variable"))
            {
                continue;
            }

            try
            {
                VariableScope.Remove(this, variable, Scope, Force);
            }
            catch (SessionStateException exception)
            {
                WriteError(new ErrorRecord(exception.ErrorRecord, exception));
            }
        }
    }
}
