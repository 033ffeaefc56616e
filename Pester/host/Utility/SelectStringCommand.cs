using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Select-String: lines that a pattern matches. -Context, -Include, -Exclude and -Culture are refused.</summary>
[Cmdlet(VerbsCommon.Select, "String", DefaultParameterSetName = "File")]
[OutputType(typeof(MatchInfo), typeof(bool), typeof(string))]
public sealed class SelectStringCommand : PSCmdlet
{
    private readonly List<Regex> expressions = [];
    private ulong inputLines;
    private bool any;

    /// <summary>The texts.</summary>
    [Parameter(ValueFromPipeline = true, Mandatory = true, ParameterSetName = "Object")]
    [AllowNull]
    [AllowEmptyString]
    public PSObject? InputObject { get; set; }

    /// <summary>What to look for.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public string[] Pattern { get; set; } = [];

    /// <summary>In which files, wildcards allowed.</summary>
    [Parameter(Position = 1, Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "File")]
    public string[] Path { get; set; } = [];

    /// <summary>In which files, no character of which is a wildcard.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = "LiteralFile")]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The lines instead of objects.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>As it is written, not as an expression.</summary>
    [Parameter]
    public SwitchParameter SimpleMatch { get; set; }

    /// <summary>Capitals differ from small letters.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <summary>Only whether there is any.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>The first of each file.</summary>
    [Parameter]
    public SwitchParameter List { get; set; }

    /// <summary>Lines that do not match.</summary>
    [Parameter]
    public SwitchParameter NotMatch { get; set; }

    /// <summary>All places in a line.</summary>
    [Parameter]
    public SwitchParameter AllMatches { get; set; }

    /// <summary>How bytes become characters.</summary>
    [Parameter]
    [TextEncoding]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        foreach (var pattern in Pattern)
        {
            try
            {
                expressions.Add(new Regex(SimpleMatch ? Regex.Escape(pattern) : pattern, CaseSensitive ? RegexOptions.None : RegexOptions.IgnoreCase));
            }
            catch (ArgumentException exception)
            {
                ThrowTerminatingError(new ErrorRecord(
                    new ArgumentException($"The string {pattern} is not a valid regular expression: {exception.Message}", exception),
                    "InvalidRegex", ErrorCategory.InvalidArgument, pattern));
            }
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Quiet && any)
        {
            return;
        }

        if (ParameterSetName == "Object")
        {
            inputLines++;
            Look(LanguagePrimitives.ConvertTo<string>(InputObject) ?? string.Empty, "InputStream", inputLines);
            return;
        }

        var files = ParameterSetName == "File"
            ? Path.SelectMany(path => SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _))
            : LiteralPath.Select(path => SessionState.Path.GetUnresolvedProviderPathFromPSPath(path));
        foreach (var file in files.Where(file => !Directory.Exists(file)))
        {
            ulong number = 0;
            foreach (var line in File.ReadLines(file, Encoding))
            {
                if (Look(line, file, ++number) && List)
                {
                    break;
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Quiet)
        {
            WriteObject(any);
        }
    }

    private bool Look(string line, string path, ulong number)
    {
        var (expression, found) = expressions
            .Select(e => (e, AllMatches ? e.Matches(line).ToArray() : e.Match(line) is { Success: true } one ? new[] { one } : []))
            .FirstOrDefault(pair => pair.Item2.Length > 0);
        if ((expression is not null) == NotMatch)
        {
            return false;
        }

        any = true;
        if (Raw)
        {
            WriteObject(line);
        }
        else if (!Quiet)
        {
            WriteObject(new MatchInfo
            {
                IgnoreCase = !CaseSensitive,
                Line = line,
                LineNumber = number,
                Path = path,
                Pattern = expression is null ? Pattern[0] : Pattern[expressions.IndexOf(expression)],
                Matches = SimpleMatch && !AllMatches ? [] : found ?? [],
            });
        }

        return true;
    }
}
