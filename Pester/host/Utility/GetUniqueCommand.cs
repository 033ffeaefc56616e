using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Unique: leaves out an object that is the same as the one before.</summary>
[Cmdlet(VerbsCommon.Get, "Unique", DefaultParameterSetName = "AsString")]
public sealed class GetUniqueCommand : PSCmdlet
{
    private string? last;
    private bool any;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Objects by their text.</summary>
    [Parameter(ParameterSetName = "AsString")]
    public SwitchParameter AsString { get; set; }

    /// <summary>One of each type.</summary>
    [Parameter(ParameterSetName = "UniqueByType")]
    public SwitchParameter OnType { get; set; }

    /// <summary>Without regard to case.</summary>
    [Parameter]
    public SwitchParameter CaseInsensitive { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var key = OnType ? InputObject?.TypeNames.FirstOrDefault() : InputObject?.ToString();
        var comparison = CaseInsensitive || OnType ? StringComparison.CurrentCultureIgnoreCase : StringComparison.CurrentCulture;
        if (!any || !string.Equals(key, last, comparison))
        {
            WriteObject(InputObject);
        }

        any = true;
        last = key;
    }
}
