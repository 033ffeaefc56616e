using System.Management.Automation;
using System.ServiceProcess;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Set-Service: sets -Status of a service (Running, Stopped, Paused). All that changes its configuration is refused.</summary>
[Cmdlet(VerbsCommon.Set, "Service", SupportsShouldProcess = true, DefaultParameterSetName = "Name")]
[OutputType(typeof(ServiceController))]
public sealed class SetServiceCommand : ServiceCommand
{
    /// <summary>Which one.</summary>
    [Parameter(Position = 0, ParameterSetName = "Name", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ServiceName", "SN")]
    public string Name { get; set; } = string.Empty;

    /// <summary>This one.</summary>
    [Parameter(Position = 0, ParameterSetName = "InputObject", Mandatory = true, ValueFromPipeline = true)]
    public ServiceController? InputObject { get; set; }

    /// <summary>What it shall be.</summary>
    [Parameter]
    [ValidateSet("Running", "Stopped", "Paused")]
    public string? Status { get; set; }

    /// <summary>Refused.</summary>
    [Parameter]
    public string? StartupType { get; set; }

    /// <summary>Refused.</summary>
    [Parameter]
    public string? Description { get; set; }

    /// <summary>Refused.</summary>
    [Parameter]
    public string? DisplayName { get; set; }

    /// <summary>Writes it.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        this.RefuseIf(StartupType is not null, "-StartupType");
        this.RefuseIf(Description is not null, "-Description");
        this.RefuseIf(DisplayName is not null, "-DisplayName");
        foreach (var service in InputObject is null ? Find([Name]) : [InputObject])
        {
            if (!ShouldProcess($"{service.DisplayName} ({service.ServiceName})", "Set-Service"))
            {
                continue;
            }

            var done = Status is null || Try(service, "CouldNotSetService", "configured", () => Apply(service));
            if (done && PassThru)
            {
                WriteObject(service);
            }
        }
    }

    private void Apply(ServiceController service)
    {
        var wanted = Enum.Parse<ServiceControllerStatus>(Status!);
        if (service.Status == wanted)
        {
            return;
        }

        switch (wanted)
        {
            case ServiceControllerStatus.Running when service.Status == ServiceControllerStatus.Paused: service.Continue(); break;
            case ServiceControllerStatus.Running: service.Start(); break;
            case ServiceControllerStatus.Stopped: service.Stop(); break;
            default: service.Pause(); break;
        }

        service.WaitForStatus(wanted, TimeSpan.FromSeconds(60));
    }
}
