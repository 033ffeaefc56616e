using System.Management.Automation;
using System.ServiceProcess;

namespace Microsoft.PowerShell.Commands;

/// <summary>Start-Service: starts services and waits until they run.</summary>
[Cmdlet(VerbsLifecycle.Start, "Service", DefaultParameterSetName = "InputObject", SupportsShouldProcess = true)]
[OutputType(typeof(ServiceController))]
public sealed class StartServiceCommand : ServiceControlCommand
{
    /// <inheritdoc/>
    protected override string ErrorId => "CouldNotStartService";

    /// <inheritdoc/>
    protected override string Participle => "started";

    /// <inheritdoc/>
    protected override void Control(ServiceController service)
    {
        if (service.Status is not (ServiceControllerStatus.Running or ServiceControllerStatus.StartPending))
        {
            service.Start();
        }

        service.WaitForStatus(ServiceControllerStatus.Running, TimeSpan.FromSeconds(60));
    }
}
