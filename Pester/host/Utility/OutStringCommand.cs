using System.Management.Automation;
using System.Text;
using Microsoft.PowerShell.Commands.Internal.Format;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Out-String: what would be shown, as one text or line by line.</summary>
[Cmdlet(VerbsData.Out, "String", DefaultParameterSetName = "NoNewLineFormatting")]
[OutputType(typeof(string))]
public sealed class OutStringCommand : FrontEndCommandBase
{
    private readonly LineWriter writer = new();

    /// <summary>Hooks up the engine's formatter.</summary>
    public OutStringCommand() => FormatShapes.UseOutput(this);

    /// <summary>A string for each line.</summary>
    [Parameter(ParameterSetName = "StreamFormatting")]
    public SwitchParameter Stream { get; set; }

    /// <summary>How wide; the host's width when absent.</summary>
    [ValidateRange(2, int.MaxValue)]
    [Parameter]
    public int Width { get; set; }

    /// <summary>Leaves the line ends out.</summary>
    [Parameter(ParameterSetName = "NoNewLineFormatting")]
    public SwitchParameter NoNewline { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        var width = Width > 0 ? Width : Host.UI.RawUI.BufferSize.Width - 1;
        FormatShapes.WriteTo(this, writer, width, NoNewline);
        base.BeginProcessing();
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        base.ProcessRecord();
        Drain(last: false);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        base.EndProcessing();
        Drain(last: true);
    }

    private void Drain(bool last)
    {
        if (Stream)
        {
            foreach (var line in writer.Take(last))
            {
                WriteObject(line);
            }
        }
        else if (last)
        {
            WriteObject(writer.ToString());
        }
    }

    private sealed class LineWriter : StringWriter
    {
        private int taken;

        public IEnumerable<string> Take(bool last)
        {
            var text = GetStringBuilder().ToString(taken, GetStringBuilder().Length - taken);
            var end = last ? text.Length : text.LastIndexOf('\n') + 1;
            taken += end;
            var lines = text[..end].Split('\n').ToList();
            if (lines[^1].Length == 0)
            {
                lines.RemoveAt(lines.Count - 1);
            }

            return lines.Select(line => line.TrimEnd('\r'));
        }
    }
}
