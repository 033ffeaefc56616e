using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Update-FormatData: loads views from .ps1xml files, before or behind those that are there.</summary>
[Cmdlet(VerbsData.Update, "FormatData", SupportsShouldProcess = true)]
public sealed class UpdateFormatDataCommand : PSCmdlet
{
    /// <summary>Files whose views come after.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "Path")]
    public string[] AppendPath { get; set; } = [];

    /// <summary>Files whose views come first.</summary>
    [Parameter]
    public string[] PrependPath { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var context = Internals.Get(this, "Context")!;
        var formats = ((InitialSessionState)Internals.Get(context, "InitialSessionState")!).Formats;
        foreach (var file in PrependPath.SelectMany(Resolve).Reverse())
        {
            if (ShouldProcess(file, "Update-FormatData"))
            {
                formats.Insert(0, file);
            }
        }

        foreach (var file in AppendPath.SelectMany(Resolve))
        {
            if (ShouldProcess(file, "Update-FormatData"))
            {
                formats.Append(file);
            }
        }

        Internals.Call(Internals.Get(context, "InitialSessionState")!, "UpdateFormats", context, false);
    }

    private IEnumerable<string> Resolve(string path) => SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _);
}

file static class FormatEntries
{
    public static void Append(this InitialSessionStateEntryCollection<SessionStateFormatEntry> entries, string file) =>
        entries.Add(new SessionStateFormatEntry(file));

    public static void Insert(this InitialSessionStateEntryCollection<SessionStateFormatEntry> entries, int at, string file)
    {
        var all = entries.ToList();
        all.Insert(at, new SessionStateFormatEntry(file));
        entries.Clear();
        entries.Add(all);
    }
}
