using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Text;

namespace PsutilAgent.PowerShellHost;

/// <summary>Runs scripts and commands in one runspace and gives pwsh's exit codes.</summary>
public sealed class Session(TestHost host, Runspace runspace)
{
    // `exit` in a script ends the host with that code, and not only the script.
    private readonly object context = Prepare(runspace);

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

            return Execute(command) ? 0 : 1;
        }

        if (line.Command is not null)
        {
            var done = Execute(new Command(line.Command, isScript: true, useLocalScope: false));
            return done && LastCommandSucceeded() ? 0 : 1;
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
        return string.IsNullOrWhiteSpace(command)
            || (Execute(new Command(command, isScript: true, useLocalScope: false)) && LastCommandSucceeded());
    }

    private static bool IsIncomplete(string text)
    {
        Parser.ParseInput(text, out _, out var errors);
        return errors.Any(error => error.IncompleteInput);
    }

    private bool Execute(Command command)
    {
        using var pipeline = runspace.CreatePipeline();
        command.MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(command);
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

    private static object Prepare(Runspace runspace)
    {
        var context = Internals.Get(runspace, "ExecutionContext")!;
        Internals.Set(context, "ScriptCommandProcessorShouldRethrowExit", true);
        return context;
    }

    private bool LastCommandSucceeded() => Internals.Get(context, "QuestionMarkVariableValue") is not false;

    private void Report(RuntimeException exception)
    {
        var record = exception is ParseException or IncompleteParseException
            ? new ErrorRecord(exception.ErrorRecord, exception)
            : exception.ErrorRecord;
        var item = new PSObject(record);
        item.Properties.Add(new PSNoteProperty("writeErrorStream", true));
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
