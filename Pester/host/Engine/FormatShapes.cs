namespace PsutilAgent.PowerShellHost;

/// <summary>Gives a Format-* cmdlet the engine's formatter for one shape.</summary>
internal static class FormatShapes
{
    private const string Prefix = "Microsoft.PowerShell.Commands.Internal.Format.";

    /// <summary>Sets the formatter of a command.</summary>
    public static void Use(object command, string shape)
    {
        var kind = Enum.Parse(Internals.TypeOf(Prefix + "FormatShape"), shape);
        Internals.Set(command, "implementation", Internals.Create(Prefix + "InnerFormatShapeCommand", kind));
    }

    /// <summary>Makes a command send formatted lines to a writer.</summary>
    public static void WriteTo(object command, TextWriter writer, int width, bool suppressNewline)
    {
        var lines = Internals.Create(Prefix + "TextWriterLineOutput", writer, width, suppressNewline);
        Internals.Set(Internals.Get(command, "implementation")!, "LineOutput", lines);
    }

    /// <summary>Sets the output manager of a command.</summary>
    public static void UseOutput(object command) =>
        Internals.Set(command, "implementation", Internals.Create(Prefix + "OutputManagerInner"));
}
