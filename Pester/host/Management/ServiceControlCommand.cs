using System.Management.Automation;
using System.ServiceProcess;

namespace Microsoft.PowerShell.Commands;

/// <summary>The base of Start-Service and Stop-Service: services, by name or as objects, are brought to a state.</summary>
public abstract class ServiceControlCommand : ServiceCommand
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

    /// <summary>The id of the error where it fails.</summary>
    protected abstract string ErrorId { get; }

    /// <summary>What they cannot be where it fails.</summary>
    protected abstract string Participle { get; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var service in ParameterSetName == "Default" ? Find(Name) : InputObject)
        {
            if (ShouldProcess($"{service.DisplayName} ({service.ServiceName})", MyInvocation.MyCommand.Name)
                && Try(service, ErrorId, Participle, () => Control(service)) && PassThru)
            {
                WriteObject(service);
            }
        }
    }

    /// <summary>Brings one service to the state.</summary>
    protected abstract void Control(ServiceController service);
}
