using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Write-Output: passes objects on.</summary>
[Cmdlet(VerbsCommunications.Write, "Output")]
public sealed class WriteOutputCommand : PSCmdlet
{
    /// <summary>The objects.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true, ValueFromRemainingArguments = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public PSObject?[]? InputObject { get; set; }

    /// <summary>Collections stay whole.</summary>
    [Parameter]
    public SwitchParameter NoEnumerate { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            WriteObject(null);
        }
        else if (NoEnumerate && InputObject.Length == 1)
        {
            WriteObject(InputObject[0], enumerateCollection: false);
        }
        else if (NoEnumerate)
        {
            WriteObject(InputObject, enumerateCollection: false);
        }
        else
        {
            WriteObject(InputObject, enumerateCollection: true);
        }
    }
}
