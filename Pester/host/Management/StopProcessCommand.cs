using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stop-Process: ends processes at once.</summary>
[Cmdlet(VerbsLifecycle.Stop, "Process", DefaultParameterSetName = "Id", SupportsShouldProcess = true)]
[OutputType(typeof(Process))]
public sealed class StopProcessCommand : PSCmdlet
{
    /// <summary>Which ones.</summary>
    [Parameter(Position = 0, ParameterSetName = "Id", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public int[] Id { get; set; } = [];

    /// <summary>Which ones, wildcards allowed.</summary>
    [Parameter(ParameterSetName = "Name", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ProcessName")]
    public string[] Name { get; set; } = [];

    /// <summary>These.</summary>
    [Parameter(Position = 0, ParameterSetName = "InputObject", Mandatory = true, ValueFromPipeline = true)]
    public Process[] InputObject { get; set; } = [];

    /// <summary>Writes what was ended.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Without the question about other people's processes, which this host never asks.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var process in Chosen().ToList())
        {
            if (!ShouldProcess($"{process.ProcessName} ({process.Id})", "Stop-Process"))
            {
                continue;
            }

            try
            {
                process.Kill();
                if (PassThru)
                {
                    WriteObject(process);
                }
            }
            catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
            {
                WriteError(new ErrorRecord(
                    new ProcessCommandException($"Cannot stop process \"{process.Id}\" because of the following error: {exception.Message}", exception),
                    "CouldNotStopProcess", ErrorCategory.CloseError, process));
            }
        }
    }

    private IEnumerable<Process> Chosen()
    {
        foreach (var process in InputObject)
        {
            yield return process;
        }

        foreach (var id in Id)
        {
            Process? found = null;
            try
            {
                found = Process.GetProcessById(id);
            }
            catch (ArgumentException exception)
            {
                Missing($"Cannot find a process with the process identifier {id}.", "NoProcessFoundForGivenId", id, exception);
            }

            if (found is not null)
            {
                yield return found;
            }
        }

        foreach (var name in Name)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var found = Process.GetProcesses().Where(process => pattern.IsMatch(process.ProcessName)).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                Missing($"Cannot find a process with the name \"{name}\". Verify the process name and call the cmdlet again.", "NoProcessFoundForGivenName", name, null);
            }

            foreach (var process in found)
            {
                yield return process;
            }
        }
    }

    private void Missing(string message, string id, object target, Exception? cause) =>
        WriteError(new ErrorRecord(new ProcessCommandException(message, cause!), id, ErrorCategory.ObjectNotFound, target));
}
