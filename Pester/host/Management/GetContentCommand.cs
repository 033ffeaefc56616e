using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Provider;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Content: what items hold, line by line. -Raw, -Encoding, -Delimiter and -AsByteStream are the file system provider's own.</summary>
[Cmdlet(VerbsCommon.Get, "Content", DefaultParameterSetName = "Path")]
public sealed class GetContentCommand : FilterPathCommand
{
    /// <summary>How many lines each array that is written holds; 0 is all.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public long ReadCount { get; set; } = 1;

    /// <summary>Only so many from the start.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, long.MaxValue)]
    [Alias("First", "Head")]
    public long TotalCount { get; set; } = -1;

    /// <summary>Only so many from the end.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateRange(0, int.MaxValue)]
    [Alias("Last")]
    public int Tail { get; set; } = -1;

    /// <inheritdoc/>
    protected override object? DynamicParametersFor(object context) =>
        Internals.Call(InvokeProvider.Content, "GetContentReaderDynamicParameters", FirstPath, context);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        this.RefuseIf(RetrievedDynamicParameters is FileSystemContentReaderDynamicParameters { Wait.IsPresent: true }, "-Wait");
        if (TotalCount != -1 && Tail != -1)
        {
            WriteError(new ErrorRecord(
                new InvalidOperationException("The parameters TotalCount and Tail cannot be used in the same command. Please specify only one parameter."),
                "TailAndHeadCannotCoexist", ErrorCategory.InvalidOperation, null));
            return;
        }

        if (TotalCount == 0)
        {
            return;
        }

        foreach (var path in Paths)
        {
            Guard(() =>
            {
                foreach (var (item, resolved) in Resolve(path))
                {
                    Guard(() => ReadItem(item, resolved));
                }
            });
        }
    }

    private IEnumerable<(string Item, PathInfo? Resolved)> Resolve(string path)
    {
        var found = (Collection<PathInfo>)Internals.Call(SessionState.Path, "GetResolvedPSPathFromPSPath", path, NewContext())!;
        return found.Select(info => (info.Path, (PathInfo?)info)).ToList();
    }

    private void ReadItem(string path, PathInfo? resolved)
    {
        var context = NewContext();
        Internals.Set(context, "SuppressWildcardExpansion", true);
        var readers = (Collection<IContentReader>)Internals.Call(InvokeProvider.Content, "GetReader", path, context)!;
        foreach (var reader in readers)
        {
            try
            {
                Copy(reader, resolved);
            }
            finally
            {
                reader.Close();
                reader.Dispose();
            }
        }
    }

    private void Copy(IContentReader reader, PathInfo? resolved)
    {
        var last = Tail >= 0 ? new Queue<object?>() : null;
        long count = 0;
        while (TotalCount == -1 || count < TotalCount)
        {
            var wanted = TotalCount > 0 && ReadCount == 0 ? TotalCount : TotalCount > 0 ? Math.Min(ReadCount, TotalCount - count) : ReadCount;
            var lines = reader.Read(wanted);
            if (lines is null || lines.Count == 0)
            {
                break;
            }

            count += lines.Count;
            if (last is null)
            {
                Emit(ReadCount == 1 ? lines[0] : lines, count, resolved);
                continue;
            }

            foreach (var line in lines)
            {
                last.Enqueue(line);
                if (last.Count > Tail)
                {
                    last.Dequeue();
                }
            }
        }

        count = 0;
        foreach (var line in last ?? [])
        {
            Emit(line, ++count, resolved);
        }
    }

    // The real cmdlet's lines carry where they come from; scripts use ReadCount and PSPath.
    private void Emit(object? line, long count, PathInfo? from)
    {
        var result = PSObject.AsPSObject(line ?? string.Empty);
        if (from is not null)
        {
            AddNote(result, "PSPath", from.Provider is null ? from.Path : $"{from.Provider.ModuleName}\\{from.Provider.Name}::{from.ProviderPath}");
            AddNote(result, "PSDrive", from.Drive);
            AddNote(result, "PSProvider", from.Provider);
        }

        AddNote(result, "ReadCount", count);
        WriteObject(result);
    }

    private static void AddNote(PSObject target, string name, object? value)
    {
        if (value is not null)
        {
            target.Properties.Add(new PSNoteProperty(name, value), preValidated: true);
        }
    }
}
