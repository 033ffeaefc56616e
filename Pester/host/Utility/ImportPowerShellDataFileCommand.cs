using System.Management.Automation;
using System.Management.Automation.Language;

namespace Microsoft.PowerShell.Commands;

/// <summary>Import-PowerShellDataFile: the hashtable of a .psd1 file, read without running anything.</summary>
[Cmdlet(VerbsData.Import, "PowerShellDataFile", DefaultParameterSetName = "ByPath")]
[OutputType(typeof(System.Collections.Hashtable))]
public sealed class ImportPowerShellDataFileCommand : PSCmdlet
{
    /// <summary>The files, wildcards allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ByPath")]
    public string[] Path { get; set; } = [];

    /// <summary>The files, no character of which is a wildcard.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "ByLiteralPath")]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>Without the limit of 500 entries; there is none here.</summary>
    [Parameter]
    public SwitchParameter SkipLimitCheck { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var files = ParameterSetName == "ByPath"
            ? Path.SelectMany(path => SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _))
            : LiteralPath.Select(path => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path));
        foreach (var file in files)
        {
            var ast = Parser.ParseFile(file, out _, out var errors);
            if (errors.Length > 0)
            {
                Fail(file, "CouldNotParseAsPowerShellDataFile", "The file could not be parsed as a PowerShell Data File.");
            }

            if (ast.Find(node => node is HashtableAst, searchNestedScriptBlocks: false) is not HashtableAst data)
            {
                Fail(file, "CouldNotParseAsPowerShellDataFileNoHashtableRoot",
                    "The file could not be parsed as a PowerShell Data File because it has no hashtable at its root.");
                return;
            }

            WriteObject(data.SafeGetValue());
        }
    }

    private void Fail(string file, string id, string message) =>
        WriteError(new ErrorRecord(new InvalidOperationException(message), id, ErrorCategory.ParserError, file));
}
