using System.Diagnostics;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Process: the processes of this machine, by name or id. -Module, -FileVersionInfo and -IncludeUserName are refused.</summary>
[Cmdlet(VerbsCommon.Get, "Process", DefaultParameterSetName = "Name")]
[OutputType(typeof(Process))]
public sealed class GetProcessCommand : PSCmdlet
{
    /// <summary>Which ones, wildcards allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Name", ValueFromPipelineByPropertyName = true)]
    [Alias("ProcessName")]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Which ones.</summary>
    [Parameter(ParameterSetName = "Id", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PID")]
    public int[] Id { get; set; } = [];

    /// <summary>These again.</summary>
    [Parameter(ParameterSetName = "InputObject", Mandatory = true, ValueFromPipeline = true)]
    public Process[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case "Id": Array.ForEach(Id, ById); break;
            case "Name": Array.ForEach(Name, ByName); break;
            default:
                foreach (var process in InputObject)
                {
                    process.Refresh();
                    WriteObject(process);
                }

                break;
        }
    }

    private void ById(int id)
    {
        try
        {
            WriteObject(Process.GetProcessById(id));
        }
        catch (ArgumentException exception)
        {
            WriteError(new ErrorRecord(
                new ProcessCommandException($"Cannot find a process with the process identifier {id}.", exception),
                "NoProcessFoundForGivenId", ErrorCategory.ObjectNotFound, id));
        }
    }

    private void ByName(string name)
    {
        var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
        var found = Process.GetProcesses().Where(process => pattern.IsMatch(NameOf(process)))
            .OrderBy(NameOf, StringComparer.OrdinalIgnoreCase).ThenBy(process => process.Id).ToList();
        if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
        {
            WriteError(new ErrorRecord(
                new ProcessCommandException($"Cannot find a process with the name \"{name}\". Verify the process name and call the cmdlet again."),
                "NoProcessFoundForGivenName", ErrorCategory.ObjectNotFound, name));
        }

        WriteObject(found, enumerateCollection: true);
    }

    // A process can end between the listing and the question.
    private static string NameOf(Process process)
    {
        try
        {
            return process.ProcessName;
        }
        catch (InvalidOperationException)
        {
            return string.Empty;
        }
    }
}
