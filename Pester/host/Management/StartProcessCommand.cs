using System.Collections;
using System.ComponentModel;
using System.Diagnostics;
using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>
/// Start-Process: starts a program. Redirection to files, -Verb, -Credential and -LoadUserProfile are refused; -WindowStyle takes Hidden and Normal.
/// </summary>
[Cmdlet(VerbsLifecycle.Start, "Process", SupportsShouldProcess = true)]
[OutputType(typeof(Process))]
public sealed class StartProcessCommand : PSCmdlet
{
    /// <summary>The program.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("PSPath", "Path")]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = string.Empty;

    /// <summary>What it gets, put together with spaces as the real cmdlet does.</summary>
    [Parameter(Position = 1)]
    [Alias("Args")]
    public string[] ArgumentList { get; set; } = [];

    /// <summary>Where it runs.</summary>
    [Parameter]
    public string? WorkingDirectory { get; set; }

    /// <summary>How its window looks.</summary>
    [Parameter]
    public ProcessWindowStyle WindowStyle { get; set; }

    /// <summary>In this console.</summary>
    [Parameter]
    [Alias("nnw")]
    public SwitchParameter NoNewWindow { get; set; }

    /// <summary>Environment variables of its own.</summary>
    [Parameter]
    public Hashtable? Environment { get; set; }

    /// <summary>Writes the process.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Waits until it ends.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        this.RefuseIf(WindowStyle is ProcessWindowStyle.Minimized or ProcessWindowStyle.Maximized, $"-WindowStyle {WindowStyle}");
        var program = InvokeCommand.GetCommand(FilePath, CommandTypes.Application) is ApplicationInfo found ? found.Path : FilePath;
        var start = new ProcessStartInfo(program, string.Join(' ', ArgumentList))
        {
            UseShellExecute = false,
            WorkingDirectory = WorkingDirectory is null
                ? SessionState.Path.CurrentFileSystemLocation.ProviderPath
                : SessionState.Path.GetUnresolvedProviderPathFromPSPath(WorkingDirectory),
            CreateNoWindow = WindowStyle == ProcessWindowStyle.Hidden,
        };
        foreach (DictionaryEntry pair in Environment ?? [])
        {
            start.Environment[LanguagePrimitives.ConvertTo<string>(pair.Key)] = pair.Value?.ToString();
        }

        if (!ShouldProcess(start.FileName, "Start-Process"))
        {
            return;
        }

        try
        {
            var process = Process.Start(start)!;
            if (PassThru)
            {
                WriteObject(process);
            }

            if (Wait)
            {
                process.WaitForExit();
            }
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            ThrowTerminatingError(new ErrorRecord(
                new InvalidOperationException($"This command cannot be run due to the error: {exception.Message}", exception),
                "InvalidOperationException", ErrorCategory.InvalidOperation, null));
        }
    }
}
