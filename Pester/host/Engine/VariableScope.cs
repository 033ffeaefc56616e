using System.Management.Automation;

namespace PsutilAgent.PowerShellHost;

/// <summary>Variables by scope name, as the Variable cmdlets see them: the caller's scope is 0.</summary>
internal static class VariableScope
{
    /// <summary>All variables of a scope, or all that can be seen.</summary>
    public static IEnumerable<PSVariable> All(PSCmdlet cmdlet, string? scope)
    {
        var state = Internals.Get(cmdlet.SessionState, "Internal")!;
        var table = scope is null
            ? Internals.Call(state, "GetVariableTable")
            : Internals.Call(state, "GetVariableTableAtScope", scope);
        return ((IDictionary<string, PSVariable>)table!).Values;
    }

    /// <summary>One variable of a scope, or the nearest that can be seen.</summary>
    public static PSVariable? Find(PSCmdlet cmdlet, string name, string? scope) => scope is null
        ? cmdlet.SessionState.PSVariable.Get(name)
        : Internals.Call(Internals.Get(cmdlet.SessionState, "Internal")!, "GetVariableAtScope", name, scope) as PSVariable;

    /// <summary>Puts a variable into a scope and, with passThru, writes it; what the session refuses is an error of the cmdlet.</summary>
    public static void Put(PSCmdlet cmdlet, PSVariable variable, string? scope, bool force, bool create, bool passThru)
    {
        var state = Internals.Get(cmdlet.SessionState, "Internal")!;
        var origin = cmdlet.MyInvocation.CommandOrigin;
        try
        {
            _ = (create, scope) switch
            {
                (true, null) => Internals.Call(state, "NewVariable", variable, force),
                (true, _) => Internals.Call(state, "NewVariableAtScope", variable, scope, force),
                (false, null) => Internals.Call(state, "SetVariable", variable, force, origin),
                (false, _) => Internals.Call(state, "SetVariableAtScope", variable, scope, force, origin),
            };
        }
        catch (SessionStateException exception)
        {
            cmdlet.WriteError(new ErrorRecord(exception.ErrorRecord, exception));
            return;
        }

        if (passThru)
        {
            cmdlet.WriteObject(variable);
        }
    }

    /// <summary>Takes a variable out of its scope.</summary>
    public static void Remove(PSCmdlet cmdlet, PSVariable variable, string? scope, bool force)
    {
        var state = Internals.Get(cmdlet.SessionState, "Internal")!;
        _ = scope is null
            ? Internals.Call(state, "RemoveVariable", variable, force)
            : Internals.Call(state, "RemoveVariableAtScope", variable, scope, force);
    }

    /// <summary>The variables that names with wildcards match; a plain name that matches none is an error.</summary>
    public static List<PSVariable> Match(PSCmdlet cmdlet, string[] names, string? scope, string errorId, bool report = true)
    {
        var result = new List<PSVariable>();
        foreach (var name in names)
        {
            if (WildcardPattern.ContainsWildcardCharacters(name))
            {
                var pattern = WildcardPattern.Get(name, WildcardOptions.IgnoreCase);
                result.AddRange(All(cmdlet, scope).Where(variable => pattern.IsMatch(variable.Name))
                    .OrderBy(variable => variable.Name, StringComparer.OrdinalIgnoreCase));
            }
            else if (Find(cmdlet, name, scope) is { } found)
            {
                result.Add(found);
            }
            else if (report)
            {
                var missing = new ItemNotFoundException($"Cannot find a variable with the name '{name}'.");
                cmdlet.WriteError(new ErrorRecord(missing, errorId, ErrorCategory.ObjectNotFound, name));
            }
        }

        return result;
    }
}
