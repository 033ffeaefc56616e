using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Alias: other names of commands, by name or by command. -Exclude and -Scope are refused.</summary>
[Cmdlet(VerbsCommon.Get, "Alias", DefaultParameterSetName = "Default")]
[OutputType(typeof(AliasInfo))]
public sealed class GetAliasCommand : PSCmdlet
{
    /// <summary>Which ones, wildcards allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Default", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Of which commands, wildcards allowed.</summary>
    [Parameter(ParameterSetName = "Definition")]
    public string[] Definition { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var byName = ParameterSetName == "Default";
        foreach (var wanted in byName ? Name : Definition)
        {
            var pattern = WildcardPattern.Get(wanted, WildcardOptions.IgnoreCase);
            var found = InvokeCommand.GetCommands("*", CommandTypes.Alias, nameIsPattern: true).Cast<AliasInfo>()
                .Where(alias => pattern.IsMatch(byName ? alias.Name : alias.Definition))
                .OrderBy(alias => alias.Name, StringComparer.OrdinalIgnoreCase).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(wanted))
            {
                var message = byName
                    ? $"This command cannot find a matching alias because an alias with the name '{wanted}' does not exist."
                    : $"This command cannot find a matching alias because an alias with the definition '{wanted}' does not exist.";
                WriteError(new ErrorRecord(new ItemNotFoundException(message), "ItemNotFoundException", ErrorCategory.ObjectNotFound, wanted));
            }

            WriteObject(found, enumerateCollection: true);
        }
    }
}
