using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;

namespace PsutilAgent.PowerShellHost;

/// <summary>The entry point of pwsh-host: reads the command line, opens a runspace and runs the file or command.</summary>
public static class Program
{
    /// <summary>Exit code for a command line that pwsh would not accept either.</summary>
    public const int BadCommandLine = 64;

    /// <summary>Runs pwsh-host.</summary>
    public static int Main(string[] args)
    {
        UseUtf8();
        UseCulture();
        var line = CommandLine.Parse(args);
        if (line.Error is not null)
        {
            Console.Error.WriteLine(line.Error);
            return BadCommandLine;
        }

        if (line.ShowVersion)
        {
            Console.Out.WriteLine("PowerShell " + EngineVersion);
            return 0;
        }

        if (line.WorkingDirectory is not null)
        {
            Directory.SetCurrentDirectory(line.WorkingDirectory);
        }

        return Run(line);
    }

    /// <summary>The version of the engine package, as pwsh -Version prints it.</summary>
    public static string EngineVersion =>
        FileVersionInfo.GetVersionInfo(typeof(PSObject).Assembly.Location) is var v ? $"{v.FileMajorPart}.{v.FileMinorPart}.{v.FileBuildPart}" : string.Empty;

    private static int Run(CommandLine line)
    {
        var host = new TestHost(line.NonInteractive);
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows() && line.ExecutionPolicy is { } policy)
        {
            state.ExecutionPolicy = Enum.Parse<Microsoft.PowerShell.ExecutionPolicy>(policy, ignoreCase: true);
        }

        using var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        host.Runspace = runspace;
        Session.LetScriptsExit(runspace);
        var code = new Session(host, runspace).Run(line);
        Console.Out.Flush();
        Console.Error.Flush();
        // Threads that a script left behind do not hold the process.
        Environment.Exit(host.ExitCode ?? code);
        return code;
    }

    private static void UseUtf8()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        try
        {
            Console.OutputEncoding = utf8;
            Console.InputEncoding = utf8;
        }
        catch (IOException)
        {
            // No console behind the standard handles: the writers below are UTF-8 all the same.
        }

        Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true });
        Console.SetError(new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true });
        Console.SetIn(new StreamReader(Console.OpenStandardInput(), utf8));
    }

    // The build carries no ICU data, so that it runs the same everywhere; en-US is written out here.
    private static void UseCulture()
    {
        var culture = new CultureInfo("en-US");
        culture.DateTimeFormat.ShortDatePattern = "M/d/yyyy";
        culture.DateTimeFormat.LongDatePattern = "dddd, MMMM d, yyyy";
        culture.DateTimeFormat.ShortTimePattern = "h:mm tt";
        culture.DateTimeFormat.LongTimePattern = "h:mm:ss tt";
        culture.DateTimeFormat.FullDateTimePattern = "dddd, MMMM d, yyyy h:mm:ss tt";
        culture.NumberFormat.CurrencySymbol = "$";
        culture.NumberFormat.PercentPositivePattern = 1;
        culture.NumberFormat.PercentNegativePattern = 1;
        CultureInfo.DefaultThreadCurrentCulture = culture;
        CultureInfo.DefaultThreadCurrentUICulture = culture;
        CultureInfo.CurrentCulture = culture;
        CultureInfo.CurrentUICulture = culture;
    }
}
