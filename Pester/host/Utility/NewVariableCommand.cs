using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>New-Variable: makes a variable that is not there yet.</summary>
[Cmdlet(VerbsCommon.New, "Variable", SupportsShouldProcess = true)]
public sealed class NewVariableCommand : PSCmdlet
{
    /// <summary>Its name.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = string.Empty;

    /// <summary>Its value.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    /// <summary>What it is for.</summary>
    [Parameter]
    public string Description { get; set; } = string.Empty;

    /// <summary>ReadOnly, Constant, Private, AllScope.</summary>
    [Parameter]
    public ScopedItemOptions Option { get; set; }

    /// <summary>Public or private.</summary>
    [Parameter]
    public SessionStateEntryVisibility Visibility { get; set; }

    /// <summary>Replaces one that is read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the variable.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Global, Local, Script, or how many scopes up.</summary>
    [Parameter]
    public string? Scope { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess($"Name: {Name} Value: {Value}", "New variable"))
        {
            return;
        }

        if (!Force && VariableScope.Find(this, Name, Scope ?? "Local") is not null)
        {
            WriteError(new ErrorRecord(
                new SessionStateException($"A variable with name '{Name}' already exists."), "VariableAlreadyExists", ErrorCategory.ResourceExists, Name));
            return;
        }

        var variable = new PSVariable(Name, Value, Option) { Visibility = Visibility, Description = Description };
        VariableScope.Put(this, variable, Scope ?? "Local", Force, create: true, PassThru);
    }
}
