using System.Management.Automation;
using System.ServiceProcess;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Service: the services of this machine. -DependentServices, -RequiredServices, -Include and -Exclude are refused.</summary>
[Cmdlet(VerbsCommon.Get, "Service", DefaultParameterSetName = "Default")]
[OutputType(typeof(ServiceController))]
public sealed class GetServiceCommand : ServiceCommand
{
    /// <summary>Which ones, wildcards allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Default", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("ServiceName")]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Which ones, by the name that people see.</summary>
    [Parameter(ParameterSetName = "DisplayName", Mandatory = true)]
    public string[] DisplayName { get; set; } = [];

    /// <summary>These again.</summary>
    [Parameter(ParameterSetName = "InputObject", ValueFromPipeline = true)]
    public ServiceController[] InputObject { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var services = ParameterSetName switch
        {
            "InputObject" => InputObject,
            "DisplayName" => Find(DisplayName, byDisplayName: true),
            _ => Find(Name),
        };
        foreach (var service in services)
        {
            WriteObject(service);
        }
    }
}
