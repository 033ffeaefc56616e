using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Variable: variables by name, as objects or as their values.</summary>
[Cmdlet(VerbsCommon.Get, "Variable")]
[OutputType(typeof(PSVariable))]
public sealed class GetVariableCommand : PSCmdlet
{
    /// <summary>Which ones, wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only their values.</summary>
    [Parameter]
    public SwitchParameter ValueOnly { get; set; }

    /// <summary>Of those, which ones.</summary>
    [Parameter]
    public string[] Include { get; set; } = [];

    /// <summary>Of those, which ones not.</summary>
    [Parameter]
    public string[] Exclude { get; set; } = [];

    /// <summary>Global, Local, Script, or how many scopes up.</summary>
    [Parameter]
    public string? Scope { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var variable in VariableScope.Match(this, Name, Scope, "VariableNotFound").Where(Wanted))
        {
            WriteObject(ValueOnly ? variable.Value : variable);
        }
    }

    private bool Wanted(PSVariable variable) =>
        (Include.Length == 0 || Include.Any(pattern => Like(variable, pattern))) && !Exclude.Any(pattern => Like(variable, pattern));

    private static bool Like(PSVariable variable, string pattern) => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase).IsMatch(variable.Name);
}
