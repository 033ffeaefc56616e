using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-ExecutionPolicy: the policy that counts; off Windows there is none, which is Unrestricted. -List and -Scope are refused.</summary>
[Cmdlet(VerbsCommon.Get, "ExecutionPolicy")]
public sealed class GetExecutionPolicyCommand : PSCmdlet
{
    /// <inheritdoc/>
    protected override void BeginProcessing() => WriteObject(OperatingSystem.IsWindows() ? OfWindows() : ExecutionPolicy.Unrestricted);

    private static object? OfWindows()
    {
        var support = Internals.TypeOf("System.Management.Automation.Internal.SecuritySupport");
        return Internals.CallOn(support, null, "GetExecutionPolicy", "Microsoft.PowerShell");
    }
}
