using System.Collections.ObjectModel;
using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>The base of the cmdlets that hand their work to a provider: item, content, property and path cmdlets.</summary>
public abstract class ProviderCommand : PSCmdlet, IDynamicParameters
{
    private object? dynamicParameters;

    /// <summary>-Force, where the cmdlet has it.</summary>
    protected virtual bool ForceValue => false;

    /// <summary>-LiteralPath was used.</summary>
    protected virtual bool IsLiteral => false;

    /// <summary>-Filter, where the cmdlet has it.</summary>
    protected virtual string? FilterValue => null;

    /// <summary>-Include, where the cmdlet has it.</summary>
    protected virtual string[] IncludeValue => [];

    /// <summary>-Exclude, where the cmdlet has it.</summary>
    protected virtual string[] ExcludeValue => [];

    /// <summary>The provider's own parameters for this cmdlet, for the path that is already bound.</summary>
    protected object? RetrievedDynamicParameters => dynamicParameters;

    /// <inheritdoc/>
    public object? GetDynamicParameters()
    {
        try
        {
            dynamicParameters = DynamicParametersFor(NewContext());
        }
        catch (Exception exception) when (exception is ItemNotFoundException or ProviderNotFoundException or DriveNotFoundException)
        {
            dynamicParameters = null;
        }

        return dynamicParameters;
    }

    /// <summary>Asks the provider which parameters it adds; none unless a cmdlet says so.</summary>
    protected virtual object? DynamicParametersFor(object context) => null;

    /// <summary>The engine's own context object: it carries -Force and the filters, and passes output and errors on to this cmdlet.</summary>
    protected object NewContext()
    {
        var context = Internals.Create("System.Management.Automation.CmdletProviderContext", this);
        Internals.Set(context, "Force", new SwitchParameter(ForceValue));
        Internals.Set(context, "SuppressWildcardExpansion", IsLiteral);
        Internals.Call(context, "SetFilters", new Collection<string>(IncludeValue.ToList()), new Collection<string>(ExcludeValue.ToList()), FilterValue ?? string.Empty);
        if (string.IsNullOrEmpty(FilterValue))
        {
            Internals.Set(context, "Filter", null);
        }

        Internals.Set(context, "DynamicParameters", dynamicParameters);
        return context;
    }

    /// <summary>Runs an action; what the engine says of one path becomes a non-terminating error, as in the real cmdlets.</summary>
    protected void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is PSNotSupportedException or ItemNotFoundException or ProviderNotFoundException
            or DriveNotFoundException or PathTooLongException)
        {
            WriteError(exception is IContainsErrorRecord { ErrorRecord: { } record }
                ? new ErrorRecord(record, exception)
                : new ErrorRecord(exception, exception.GetType().Name, ErrorCategory.InvalidArgument, null));
        }
    }
}
