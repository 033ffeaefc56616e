using System.Management.Automation.Runspaces;
using System.Text;

namespace PsutilAgent.PowerShellHost;

/// <summary>The command line of pwsh-host, read by pwsh's documented rules. What pwsh-host lacks is refused by name.</summary>
public sealed class CommandLine
{
    /// <summary>Why the command line cannot be used, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>-Version was given.</summary>
    public bool ShowVersion { get; private set; }

    /// <summary>-NonInteractive was given.</summary>
    public bool NonInteractive { get; private set; }

    /// <summary>The value of -ExecutionPolicy, or null.</summary>
    public string? ExecutionPolicy { get; private set; }

    /// <summary>The value of -WorkingDirectory, or null.</summary>
    public string? WorkingDirectory { get; private set; }

    /// <summary>The script of -File, or null.</summary>
    public string? File { get; private set; }

    /// <summary>The text of -Command, or null.</summary>
    public string? Command { get; private set; }

    /// <summary>Commands come from standard input (-Command -, -File -, or nothing at all).</summary>
    public bool ReadStandardInput { get; private set; }

    /// <summary>What follows the script of -File.</summary>
    public List<CommandParameter> Parameters { get; } = [];

    private static readonly string[] Policies =
        ["AllSigned", "Bypass", "Default", "RemoteSigned", "Restricted", "Undefined", "Unrestricted"];

    // Full name and the shortest form that pwsh accepts.
    private static readonly (string Name, string Shortest)[] Switches =
    [
        ("version", "v"), ("noexit", "noe"), ("noprofile", "nop"), ("nologo", "nol"), ("noninteractive", "noni"),
        ("noprofileloadtime", "noprofileloadtime"), ("command", "c"), ("file", "f"), ("executionpolicy", "ex"), ("ep", "ep"),
        ("encodedcommand", "e"), ("ec", "ec"), ("workingdirectory", "wo"), ("wd", "wd"), ("outputformat", "o"), ("of", "of"),
        ("inputformat", "inp"), ("if", "if"),
    ];

    /// <summary>Reads <paramref name="args"/>.</summary>
    public static CommandLine Parse(string[] args)
    {
        var line = new CommandLine();
        line.Read(args);
        return line;
    }

    private void Read(string[] args)
    {
        for (var i = 0; i < args.Length && Error is null; i++)
        {
            var name = SwitchName(args[i]);
            switch (name)
            {
                case "version": ShowVersion = true; return;
                case "noexit" or "noprofile" or "nologo" or "noprofileloadtime": break;
                case "noninteractive": NonInteractive = true; break;
                case "executionpolicy" or "ep": ExecutionPolicy = Policy(Value(args, ref i)); break;
                case "workingdirectory" or "wd": WorkingDirectory = Value(args, ref i); break;
                case "outputformat" or "of" or "inputformat" or "if": TextOnly(args[i], Value(args, ref i)); break;
                case "encodedcommand" or "ec": Command = Decode(Value(args, ref i)); return;
                case "command": ReadCommand(args, i + 1); return;
                case "file": ReadFile(args, i + 1); return;
                case null when args[i].StartsWith('-') && args[i].Length > 1:
                    Error = $"The argument '{args[i]}' is not recognized by the PsutilAgent test host, which accepts -NoProfile, -NoLogo, "
                        + "-NonInteractive, -NoExit, -ExecutionPolicy, -WorkingDirectory, -InputFormat, -OutputFormat, -File, -Command, "
                        + "-EncodedCommand and -Version.";
                    return;
                default: ReadFile(args, i); return;
            }
        }

        ReadStandardInput = Error is null;
    }

    private static string? SwitchName(string argument)
    {
        if (argument.Length < 2 || argument[0] is not ('-' or '/') || (argument[0] == '/' && !OperatingSystem.IsWindows()))
        {
            return null;
        }

        var key = argument.TrimStart('-', '/').ToLowerInvariant();
        foreach (var (name, shortest) in Switches)
        {
            if (name.StartsWith(key, StringComparison.Ordinal) && key.StartsWith(shortest, StringComparison.Ordinal))
            {
                return name;
            }
        }

        return null;
    }

    private string Value(string[] args, ref int i)
    {
        if (i + 1 < args.Length)
        {
            return args[++i];
        }

        Error = $"The argument '{args[i]}' needs a value.";
        return string.Empty;
    }

    private string? Policy(string value)
    {
        if (Error is null && !Policies.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            Error = $"Invalid ExecutionPolicy value '{value}'.";
        }

        return value;
    }

    private void TextOnly(string option, string value)
    {
        if (Error is null && !value.Equals("Text", StringComparison.OrdinalIgnoreCase))
        {
            Error = $"The PsutilAgent test host does not implement {option} {value}.";
        }
    }

    private string? Decode(string value)
    {
        try
        {
            return Encoding.Unicode.GetString(Convert.FromBase64String(value));
        }
        catch (FormatException)
        {
            Error ??= "Cannot process the command because the value specified with -EncodedCommand is not properly encoded.";
            return null;
        }
    }

    private void ReadCommand(string[] args, int first)
    {
        if (first >= args.Length)
        {
            Error = "Cannot process the command because of a missing parameter. A command must follow -Command.";
        }
        else if (args[first] == "-")
        {
            ReadStandardInput = true;
            Error = first + 1 < args.Length ? "'-' was specified with the -Command parameter; no other arguments to -Command are permitted." : null;
        }
        else
        {
            Command = string.Join(' ', args[first..]);
        }
    }

    private void ReadFile(string[] args, int first)
    {
        if (first >= args.Length)
        {
            Error = "Cannot process the command because of a missing parameter. A file path must follow -File.";
            return;
        }

        if (args[first] == "-")
        {
            ReadStandardInput = true;
            return;
        }

        File = Path.GetFullPath(args[first]);
        if (!System.IO.File.Exists(File))
        {
            Error = $"The argument '{args[first]}' is not recognized as the name of a script file. Check the spelling of the name, or if a "
                + "path was included, verify that the path is correct and try again.";
            return;
        }

        foreach (var argument in args[(first + 1)..])
        {
            Parameters.Add(ScriptParameter(argument));
        }
    }

    private static CommandParameter ScriptParameter(string argument)
    {
        var colon = argument.IndexOf(':');
        if (argument.Length < 2 || argument[0] != '-' || char.IsDigit(argument[1]))
        {
            return new CommandParameter(null, argument);
        }

        if (colon < 0 || colon == argument.Length - 1)
        {
            return new CommandParameter(argument.TrimEnd(':'));
        }

        var value = argument[(colon + 1)..];
        return new CommandParameter(argument[..colon], value.ToLowerInvariant() switch
        {
            "$true" => true,
            "$false" => false,
            _ => value,
        });
    }
}
