using System.Management.Automation;
using System.Text;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Tee-Object: passes objects on and keeps them in a file or a variable.</summary>
[Cmdlet("Tee", "Object", DefaultParameterSetName = "File")]
public sealed class TeeObjectCommand : PSCmdlet
{
    private readonly List<object?> kept = [];
    private SteppablePipeline? sink;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "File")]
    [Alias("Path")]
    public string FilePath { get; set; } = string.Empty;

    /// <summary>The file, no character of which is a wildcard.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "LiteralFile")]
    [Alias("PSPath", "LP")]
    public string LiteralPath { get; set; } = string.Empty;

    /// <summary>Behind what is there.</summary>
    [Parameter(ParameterSetName = "File")]
    [Parameter(ParameterSetName = "Variable")]
    public SwitchParameter Append { get; set; }

    /// <summary>How characters become bytes.</summary>
    [Parameter(ParameterSetName = "File")]
    [Parameter(ParameterSetName = "LiteralFile")]
    [TextEncoding]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <summary>The variable.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Variable")]
    public string Variable { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (ParameterSetName == "Variable")
        {
            this.RefuseIf(Append, "-Append with -Variable");
            return;
        }

        var path = ParameterSetName == "File" ? FilePath : WildcardPattern.Escape(LiteralPath);
        var script = ScriptBlock.Create("param($p, $e, $a) Microsoft.PowerShell.Utility\\Out-File -FilePath $p -Encoding $e -Append:$a");
        sink = script.GetSteppablePipeline(MyInvocation.CommandOrigin, [path, Encoding, (bool)Append]);
        sink.Begin(true);
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        kept.Add(InputObject);
        sink?.Process(InputObject);
        WriteObject(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        sink?.End();
        sink?.Dispose();
        if (ParameterSetName == "Variable")
        {
            SessionState.PSVariable.Set(Variable, kept.Count == 1 ? kept[0] : kept.ToArray());
        }
    }
}
