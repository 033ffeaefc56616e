using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Provider;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>What Set-Content and Add-Content share: writers opened once, values written as they come down the pipeline.</summary>
public abstract class ContentWriterCommand : FilterPathCommand
{
    private readonly List<IContentWriter> writers = [];
    private bool opened;

    /// <summary>What is written.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? Value { get; set; }

    /// <summary>Passes on what is written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The paths; here they do not come from the pipeline, values do.</summary>
    [Parameter(Position = 0, ParameterSetName = "Path", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    public override string[] Path { get; set; } = [];

    /// <summary>What ShouldProcess calls it.</summary>
    protected abstract string Action { get; }

    /// <inheritdoc/>
    protected override object? DynamicParametersFor(object context) =>
        Internals.Call(InvokeProvider.Content, "GetContentWriterDynamicParameters", FirstPath, context);

    /// <summary>What happens before a path is opened.</summary>
    protected virtual void Before(string path)
    {
    }

    /// <summary>What happens to a writer that was just opened.</summary>
    protected virtual void Opened(IContentWriter writer)
    {
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (!opened)
        {
            opened = true;
            Open();
        }

        var values = Value ?? [];
        foreach (var writer in writers)
        {
            var written = writer.Write(values);
            if (PassThru && written is not null)
            {
                WriteObject(written, enumerateCollection: true);
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing() => Close();

    private void Open()
    {
        foreach (var path in Paths)
        {
            Guard(() =>
            {
                if (!ShouldProcess($"Path: {path}", Action))
                {
                    return;
                }

                Before(path);
                foreach (var writer in (Collection<IContentWriter>)Internals.Call(InvokeProvider.Content, "GetWriter", path, NewContext())!)
                {
                    writers.Add(writer);
                    Opened(writer);
                }
            });
        }
    }

    private void Close()
    {
        foreach (var writer in writers)
        {
            writer.Close();
            writer.Dispose();
        }

        writers.Clear();
    }

    /// <inheritdoc/>
    protected override void StopProcessing() => Close();
}
