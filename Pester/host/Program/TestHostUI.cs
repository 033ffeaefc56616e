using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PsutilAgent.PowerShellHost;

/// <summary>Writes what a script says to stdout and stderr without colours; asks nobody anything.</summary>
public sealed class TestHostUI(bool nonInteractive) : PSHostUserInterface
{
    private readonly TestHostRawUI raw = new();

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI => raw;

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => false;

    /// <inheritdoc/>
    public override void Write(string value) => Console.Out.Write(Plain(value));

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

    /// <inheritdoc/>
    public override void WriteLine(string value) => Console.Out.WriteLine(Plain(value));

    /// <inheritdoc/>
    public override void WriteErrorLine(string value) => Console.Error.WriteLine(Plain(value));

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => WriteLine("DEBUG: " + message);

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => WriteLine("VERBOSE: " + message);

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => WriteLine("WARNING: " + message);

    /// <summary>Progress is drawn on a terminal only, and there is none here.</summary>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
    }

    /// <inheritdoc/>
    public override string ReadLine()
    {
        Refuse("Read-Host");
        return Console.In.ReadLine() ?? string.Empty;
    }

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString()
    {
        var result = new SecureString();
        foreach (var character in ReadLine())
        {
            result.AppendChar(character);
        }

        return result;
    }

    /// <inheritdoc/>
    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        throw Interactive(caption);

    /// <inheritdoc/>
    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        throw Interactive(caption);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        throw Interactive(caption);

    /// <inheritdoc/>
    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw Interactive(caption);

    private static string Plain(string? value) => PSHostUserInterface.GetOutputString(value ?? string.Empty, supportsVirtualTerminal: false);

    private void Refuse(string command)
    {
        if (nonInteractive)
        {
            throw Interactive(command);
        }
    }

    private static HostException Interactive(string what) => new(
        "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available. (" + what + ")");
}
