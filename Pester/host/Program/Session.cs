using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;

namespace PsutilAgent.PowerShellHost;

/// <summary>Runs scripts and commands in one runspace and gives pwsh's exit codes.</summary>
public sealed class Session(TestHost host, Runspace runspace)
{
    /// <summary>Runs what the command line asks for; the result counts where no `exit` set another.</summary>
    public int Run(CommandLine line)
    {
        if (line.File is not null)
        {
            var command = new Command(line.File, isScript: false, useLocalScope: false);
            foreach (var parameter in line.Parameters)
            {
                command.Parameters.Add(parameter);
            }

            using var file = runspace.CreatePipeline();
            file.Commands.Add(command);
            return Execute(file) && LastCommandSucceeded() ? 0 : 1;
        }

        if (line.Command is not null)
        {
            return ExecuteText(line.Command) ? 0 : 1;
        }

        return ReadStandardInput();
    }

    // One line, one command; a line that is not complete opens a block that an empty line ends, as at pwsh's prompt.
    private int ReadStandardInput()
    {
        var block = new StringBuilder();
        var succeeded = true;
        while (host.ExitCode is null && Console.In.ReadLine() is { } line)
        {
            var inBlock = block.Length > 0;
            block.AppendLine(line);
            if (inBlock ? line.Length > 0 : IsIncomplete(block.ToString()))
            {
                continue;
            }

            succeeded = RunText(block);
        }

        return (host.ExitCode is not null || RunText(block)) && succeeded ? 0 : 1;
    }

    private bool RunText(StringBuilder text)
    {
        var command = text.ToString();
        text.Clear();
        return string.IsNullOrWhiteSpace(command) || ExecuteText(command);
    }

    private static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out var errors);
        return errors.Any(error => error.IncompleteInput);
    }

    private bool ExecuteText(string text)
    {
        using var pipeline = runspace.CreatePipeline(text, addToHistory: true);
        return Execute(pipeline) && LastCommandSucceeded();
    }

    private bool Execute(Pipeline pipeline)
    {
        pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(new Command("Out-Default"));
        try
        {
            pipeline.Input.Close();
            pipeline.Invoke();
            return true;
        }
        catch (ExitException)
        {
            return true;
        }
        catch (RuntimeException exception)
        {
            Report(exception);
            return false;
        }
    }

    /// <summary>Makes `exit` in a script end the host with that code, and not only the script.</summary>
    public static void LetScriptsExit(Runspace runspace) =>
        Internals.Set(Internals.Get(runspace, "ExecutionContext")!, "ScriptCommandProcessorShouldRethrowExit", true);

    private bool LastCommandSucceeded()
    {
        using var pipeline = runspace.CreatePipeline("$global:?");
        return pipeline.Invoke() is [{ BaseObject: true }, ..];
    }

    private void Report(RuntimeException exception)
    {
        var record = exception is ParseException or IncompleteParseException
            ? new ErrorRecord(exception.ErrorRecord, exception)
            : exception.ErrorRecord;
        var item = new PSObject(record);
        Internals.Set(item, "WriteStream", Enum.Parse(Internals.TypeOf("System.Management.Automation.WriteStreamType"), "Error"));
        using var pipeline = runspace.CreatePipeline();
        pipeline.Commands.Add(new Command("Out-Default"));
        try
        {
            pipeline.Input.Write(item);
            pipeline.Input.Close();
            pipeline.Invoke();
        }
        catch (RuntimeException)
        {
            host.UI.WriteErrorLine(exception.Message);
        }
    }
}
