using System.Management.Automation;
using System.ServiceProcess;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stop-Service: stops services and waits until they have stopped, unless -NoWait.</summary>
[Cmdlet(VerbsLifecycle.Stop, "Service", DefaultParameterSetName = "InputObject", SupportsShouldProcess = true)]
[OutputType(typeof(ServiceController))]
public sealed class StopServiceCommand : ServiceControlCommand
{
    /// <summary>Also those that depend on them.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Does not wait.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <inheritdoc/>
    protected override string ErrorId => "CouldNotStopService";

    /// <inheritdoc/>
    protected override string Participle => "stopped";

    /// <inheritdoc/>
    protected override void Control(ServiceController service)
    {
        if (service.Status is not (ServiceControllerStatus.Stopped or ServiceControllerStatus.StopPending))
        {
            service.Stop(stopDependentServices: Force);
        }

        if (!NoWait)
        {
            service.WaitForStatus(ServiceControllerStatus.Stopped, TimeSpan.FromSeconds(60));
        }
    }
}
