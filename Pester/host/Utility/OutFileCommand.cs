using System.Management.Automation;
using System.Text;
using Microsoft.PowerShell.Commands.Internal.Format;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Out-File: what would be shown, to a file.</summary>
[Cmdlet(VerbsData.Out, "File", SupportsShouldProcess = true, DefaultParameterSetName = "ByPath")]
public sealed class OutFileCommand : FrontEndCommandBase
{
    private StreamWriter? writer;

    /// <summary>Hooks up the engine's formatter.</summary>
    public OutFileCommand() => FormatShapes.UseOutput(this);

    /// <summary>The file.</summary>
    [Alias("Path")]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "ByPath")]
    public string FilePath { get; set; } = string.Empty;

    /// <summary>The file, no character of which is a wildcard.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ByLiteralPath")]
    [Alias("PSPath", "LP")]
    public string LiteralPath { get; set; } = string.Empty;

    /// <summary>How characters become bytes; UTF-8 without a mark when absent.</summary>
    [Parameter(Position = 1)]
    [TextEncoding]
    [ValidateNotNullOrEmpty]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <summary>Behind what is there.</summary>
    [Parameter]
    public SwitchParameter Append { get; set; }

    /// <summary>Also where the file is read-only.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Never replaces a file.</summary>
    [Parameter]
    [Alias("NoOverwrite")]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>How wide; no limit when absent.</summary>
    [ValidateRange(2, int.MaxValue)]
    [Parameter]
    public int Width { get; set; }

    /// <summary>Leaves the line ends out.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        var given = ParameterSetName == "ByPath" ? FilePath : WildcardPattern.Escape(LiteralPath);
        if (!ShouldProcess(given, "Output to File"))
        {
            return;
        }

        writer = Open(given);
        FormatShapes.WriteTo(this, writer, Width > 0 ? Width : int.MaxValue, NoNewline);
        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (writer is not null)
        {
            base.ProcessRecord();
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (writer is not null)
        {
            base.EndProcessing();
            writer.Dispose();
        }
    }

    private StreamWriter Open(string path)
    {
        try
        {
            var file = Locate(path);
            if (Force && File.Exists(file))
            {
                File.SetAttributes(file, File.GetAttributes(file) & ~FileAttributes.ReadOnly);
            }

            var mode = Append ? FileMode.Append : NoClobber ? FileMode.CreateNew : FileMode.Create;
            return new StreamWriter(new FileStream(file, mode, FileAccess.Write, FileShare.Read), Encoding);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var noClobber = exception is IOException && NoClobber;
            ThrowTerminatingError(new ErrorRecord(
                exception, noClobber ? "NoClobber" : "FileOpenFailure",
                noClobber ? ErrorCategory.ResourceExists : ErrorCategory.OpenError, path));
            throw;
        }
    }

    private string Locate(string path)
    {
        if (WildcardPattern.ContainsWildcardCharacters(path))
        {
            try
            {
                var found = SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _);
                if (found.Count == 1)
                {
                    return found[0];
                }
            }
            catch (ItemNotFoundException)
            {
                // A new file: its name is taken as it is written.
            }
        }

        return SessionState.Path.GetUnresolvedProviderPathFromPSPath(WildcardPattern.Unescape(path));
    }
}
