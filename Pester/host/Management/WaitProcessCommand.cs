using System.Diagnostics;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Wait-Process: waits until processes have ended, by id or object. -Any is refused.</summary>
[Cmdlet(VerbsLifecycle.Wait, "Process", DefaultParameterSetName = "Id")]
public sealed class WaitProcessCommand : PSCmdlet
{
    private readonly List<Process> waited = [];

    /// <summary>Which ones.</summary>
    [Parameter(Position = 0, ParameterSetName = "Id", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public int[] Id { get; set; } = [];

    /// <summary>These.</summary>
    [Parameter(Position = 0, ParameterSetName = "InputObject", Mandatory = true, ValueFromPipeline = true)]
    public Process[] InputObject { get; set; } = [];

    /// <summary>Seconds at most.</summary>
    [Parameter(Position = 1)]
    [ValidateRange(0, 32767)]
    public int Timeout { get; set; } = -1;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        waited.AddRange(InputObject);
        foreach (var id in Id)
        {
            try
            {
                waited.Add(Process.GetProcessById(id));
            }
            catch (ArgumentException exception)
            {
                WriteError(new ErrorRecord(
                    new ProcessCommandException($"Cannot find a process with the process identifier {id}.", exception),
                    "NoProcessFoundForGivenId", ErrorCategory.ObjectNotFound, id));
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var clock = Stopwatch.StartNew();
        foreach (var process in waited)
        {
            var left = Timeout < 0 ? -1 : Math.Max(0, (Timeout * 1000) - (int)clock.ElapsedMilliseconds);
            if (!process.WaitForExit(left))
            {
                WriteError(new ErrorRecord(
                    new TimeoutException($"This command stopped operation because process \"{process.ProcessName} ({process.Id})\" is not stopped in the specified time-out."),
                    "ProcessNotTerminated", ErrorCategory.CloseError, process));
            }
        }
    }
}
