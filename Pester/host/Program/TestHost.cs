using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;

namespace PsutilAgent.PowerShellHost;

/// <summary>The host object behind $Host: remembers the exit code, runs native programs in the same process group.</summary>
public sealed class TestHost(bool nonInteractive) : PSHost
{
    private readonly TestHostUI ui = new(nonInteractive);

    /// <summary>The code of the last `exit`, or null.</summary>
    public int? ExitCode { get; private set; }

    /// <summary>The runspace that this host serves.</summary>
    public Runspace? Runspace { get; set; }

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture => CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture => CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <summary>Tells a script which program runs it: pwsh itself says ConsoleHost.</summary>
    public override string Name => "PsutilAgent test host";

    /// <inheritdoc/>
    public override PSObject PrivateData { get; } = new();

    /// <inheritdoc/>
    public override PSHostUserInterface UI => ui;

    /// <inheritdoc/>
    public override Version Version => Version.Parse(Program.EngineVersion);

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    /// <inheritdoc/>
    public override void EnterNestedPrompt() => throw new PSNotSupportedException("The PsutilAgent test host has no nested prompt.");

    /// <inheritdoc/>
    public override void ExitNestedPrompt() => throw new PSNotSupportedException("The PsutilAgent test host has no nested prompt.");

    /// <inheritdoc/>
    public override void NotifyBeginApplication()
    {
    }

    /// <inheritdoc/>
    public override void NotifyEndApplication()
    {
    }
}
