using System.Management.Automation;

namespace PsutilAgent.PowerShellHost;

/// <summary>How a supplied cmdlet says that it lacks something of the real one.</summary>
internal static class Refusal
{
    /// <summary>The terminating error for a feature that is missing.</summary>
    public static ErrorRecord Record(string what, string command) => new(
        new PSNotImplementedException($"the PsutilAgent test host does not implement {what} of {command}"),
        "NotImplementedByTestHost",
        ErrorCategory.NotImplemented,
        what);

    /// <summary>Ends the cmdlet with that error.</summary>
    public static void Refuse(this PSCmdlet cmdlet, string what) =>
        cmdlet.ThrowTerminatingError(Record(what, cmdlet.MyInvocation.MyCommand.Name));

    /// <summary>Ends the cmdlet with that error when the condition holds.</summary>
    public static void RefuseIf(this PSCmdlet cmdlet, bool condition, string what)
    {
        if (condition)
        {
            cmdlet.Refuse(what);
        }
    }
}
