using System.Management.Automation;
using System.ServiceProcess;

namespace Microsoft.PowerShell.Commands;

/// <summary>Start-Service: starts services and waits until they run.</summary>
[Cmdlet(VerbsLifecycle.Start, "Service", DefaultParameterSetName = "InputObject", SupportsShouldProcess = true)]
[OutputType(typeof(ServiceController))]
public sealed class StartServiceCommand : ServiceCommand
{
    /// <summary>Which ones, wildcards allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Default", Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ServiceName")]
    public string[] Name { get; set; } = [];

    /// <summary>These.</summary>
    [Parameter(Position = 0, ParameterSetName = "InputObject", Mandatory = true, ValueFromPipeline = true)]
    public ServiceController[] InputObject { get; set; } = [];

    /// <summary>Writes them.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var service in ParameterSetName == "Default" ? Find(Name) : InputObject)
        {
            if (!ShouldProcess($"{service.DisplayName} ({service.ServiceName})", "Start-Service"))
            {
                continue;
            }

            var done = Try(service, "CouldNotStartService", "started", () =>
            {
                if (service.Status is not (ServiceControllerStatus.Running or ServiceControllerStatus.StartPending))
                {
                    service.Start();
                }

                service.WaitForStatus(ServiceControllerStatus.Running, TimeSpan.FromSeconds(60));
            });
            if (done && PassThru)
            {
                WriteObject(service);
            }
        }
    }
}
