using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Set-Alias: another name for a command, in the caller's scope or a named one.</summary>
[Cmdlet(VerbsCommon.Set, "Alias", SupportsShouldProcess = true)]
[OutputType(typeof(AliasInfo))]
public sealed class SetAliasCommand : PSCmdlet
{
    /// <summary>The new name.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Name { get; set; } = string.Empty;

    /// <summary>The command.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public string Value { get; set; } = string.Empty;

    /// <summary>What it is for.</summary>
    [Parameter]
    public string Description { get; set; } = string.Empty;

    /// <summary>ReadOnly, Constant, Private, AllScope.</summary>
    [Parameter]
    public ScopedItemOptions Option { get; set; }

    /// <summary>Writes the alias.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Global, Local, Script, or how many scopes up.</summary>
    [Parameter]
    public string Scope { get; set; } = "Local";

    /// <summary>Also one that is read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!ShouldProcess($"Name: {Name} Value: {Value}", "Set Alias"))
        {
            return;
        }

        var state = Internals.Get(SessionState, "Internal")!;
        var alias = Internals.Create("System.Management.Automation.AliasInfo", Name, Value, Internals.Get(this, "Context"), Option);
        Internals.Set(alias, "Description", Description);
        try
        {
            var made = Internals.Call(state, "SetAliasItemAtScope", alias, Scope, (bool)Force, MyInvocation.CommandOrigin);
            if (PassThru)
            {
                WriteObject(made);
            }
        }
        catch (SessionStateException exception)
        {
            WriteError(new ErrorRecord(exception.ErrorRecord, exception));
        }
    }
}
