using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Set-Variable: gives variables a value, and makes those that are not there.</summary>
[Cmdlet(VerbsCommon.Set, "Variable", SupportsShouldProcess = true)]
public sealed class SetVariableCommand : PSCmdlet
{
    private readonly List<object?> piped = [];

    /// <summary>Which ones.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, Mandatory = true)]
    public string[] Name { get; set; } = [];

    /// <summary>The value; several of a pipeline become a list.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public object? Value { get; set; }

    /// <summary>What it is for.</summary>
    [Parameter]
    public string? Description { get; set; }

    /// <summary>ReadOnly, Constant, Private, AllScope.</summary>
    [Parameter]
    public ScopedItemOptions Option { get; set; }

    /// <summary>Also one that is read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the variables.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Global, Local, Script, or how many scopes up.</summary>
    [Parameter]
    public string? Scope { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => piped.Add(Value);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var value = piped.Count == 1 ? piped[0] : piped.ToArray();
        foreach (var name in Name)
        {
            if (ShouldProcess($"Name: {name} Value: {value}", "Set variable"))
            {
                SetOne(name, value);
            }
        }
    }

    private void SetOne(string name, object? value)
    {
        var known = VariableScope.Find(this, name, Scope ?? "Local");
        var option = MyInvocation.BoundParameters.ContainsKey(nameof(Option)) ? Option : known?.Options ?? ScopedItemOptions.None;
        var variable = new PSVariable(name, value, option) { Description = Description ?? known?.Description ?? string.Empty };
        VariableScope.Put(this, variable, Scope ?? "Local", Force, create: false, PassThru);
    }
}
