using System.Management.Automation;
using System.ServiceProcess;

namespace Microsoft.PowerShell.Commands;

/// <summary>The base of the service cmdlets: services by name with wildcards, by display name, or as objects. Windows only.</summary>
public abstract class ServiceCommand : PSCmdlet
{
    /// <summary>The services that names match; a plain name that matches none is an error.</summary>
    protected IEnumerable<ServiceController> Find(string[] names, bool byDisplayName = false)
    {
        var all = ServiceController.GetServices();
        foreach (var name in names)
        {
            var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
            var found = all.Where(service => pattern.IsMatch(byDisplayName ? service.DisplayName : service.ServiceName))
                .OrderBy(service => service.ServiceName, StringComparer.OrdinalIgnoreCase).ToList();
            if (found.Count == 0 && !WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteError(new ErrorRecord(
                    new ServiceCommandException($"Cannot find any service with service name '{name}'."),
                    byDisplayName ? "NoServiceFoundForGivenDisplayName" : "NoServiceFoundForGivenName", ErrorCategory.ObjectNotFound, name));
            }

            foreach (var service in found)
            {
                yield return service;
            }
        }
    }

    /// <summary>Does something to a service; what fails is a non-terminating error with this id.</summary>
    protected bool Try(ServiceController service, string errorId, string verb, Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception or System.ServiceProcess.TimeoutException)
        {
            var cause = exception.InnerException?.Message ?? exception.Message;
            WriteError(new ErrorRecord(
                new ServiceCommandException($"Service '{service.DisplayName} ({service.ServiceName})' cannot be {verb} due to the following error: {cause}", exception),
                errorId, exception is System.ServiceProcess.TimeoutException ? ErrorCategory.OperationTimeout : ErrorCategory.CloseError, service));
            return false;
        }
    }
}

/// <summary>What the service cmdlets could not do.</summary>
public sealed class ServiceCommandException : SystemException
{
    /// <summary>Without a text.</summary>
    public ServiceCommandException()
    {
    }

    /// <summary>With a text.</summary>
    public ServiceCommandException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public ServiceCommandException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
