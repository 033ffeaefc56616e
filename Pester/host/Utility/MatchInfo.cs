using System.Text.RegularExpressions;

namespace Microsoft.PowerShell.Commands;

/// <summary>One line that Select-String found.</summary>
public sealed class MatchInfo
{
    /// <summary>Without regard to case.</summary>
    public bool IgnoreCase { get; init; }

    /// <summary>Which line of its file or input.</summary>
    public ulong LineNumber { get; init; }

    /// <summary>The line.</summary>
    public string Line { get; init; } = string.Empty;

    /// <summary>The file, or InputStream.</summary>
    public string Path { get; init; } = "InputStream";

    /// <summary>The file without its folders.</summary>
    public string Filename => Path == "InputStream" ? Path : System.IO.Path.GetFileName(Path);

    /// <summary>What was looked for.</summary>
    public string Pattern { get; init; } = string.Empty;

    /// <summary>Where in the line.</summary>
    public Match[] Matches { get; init; } = [];

    /// <inheritdoc/>
    public override string ToString() => Path == "InputStream" ? Line : $"{Path}:{LineNumber}:{Line}";

    /// <summary>As text for the screen; no emphasis here. The engine's view calls it.</summary>
    public string ToEmphasizedString(string directory)
    {
        var start = directory.TrimEnd('/', '\\') + System.IO.Path.DirectorySeparatorChar;
        return Path.StartsWith(start, StringComparison.OrdinalIgnoreCase) ? $"{Path[start.Length..]}:{LineNumber}:{Line}" : ToString();
    }
}
