using System.Management.Automation;
using System.ServiceProcess;

namespace Microsoft.PowerShell.Commands;

/// <summary>Stop-Service: stops services and waits until they have stopped, unless -NoWait.</summary>
[Cmdlet(VerbsLifecycle.Stop, "Service", DefaultParameterSetName = "InputObject", SupportsShouldProcess = true)]
[OutputType(typeof(ServiceController))]
public sealed class StopServiceCommand : ServiceCommand
{
    /// <summary>Which ones, wildcards allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Default", Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ServiceName")]
    public string[] Name { get; set; } = [];

    /// <summary>These.</summary>
    [Parameter(Position = 0, ParameterSetName = "InputObject", Mandatory = true, ValueFromPipeline = true)]
    public ServiceController[] InputObject { get; set; } = [];

    /// <summary>Also those that depend on them.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Does not wait.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Writes them.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var service in ParameterSetName == "Default" ? Find(Name) : InputObject)
        {
            if (!ShouldProcess($"{service.DisplayName} ({service.ServiceName})", "Stop-Service"))
            {
                continue;
            }

            var done = Try(service, "CouldNotStopService", "stopped", () =>
            {
                if (service.Status is not (ServiceControllerStatus.Stopped or ServiceControllerStatus.StopPending))
                {
                    service.Stop(stopDependentServices: Force);
                }

                if (!NoWait)
                {
                    service.WaitForStatus(ServiceControllerStatus.Stopped, TimeSpan.FromSeconds(60));
                }
            });
            if (done && PassThru)
            {
                WriteObject(service);
            }
        }
    }
}
