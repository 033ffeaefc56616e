using System.Diagnostics;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Measure-Command: how long a script block takes.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Command")]
[OutputType(typeof(TimeSpan))]
public sealed class MeasureCommandCommand : PSCmdlet
{
    private readonly Stopwatch watch = new();

    /// <summary>What the block gets as $_.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The block.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public ScriptBlock? Expression { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        watch.Start();
        Expression!.InvokeWithContext(null, [new PSVariable("_", InputObject)]);
        watch.Stop();
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => WriteObject(watch.Elapsed);
}
