using System.Collections.Concurrent;
using System.Management.Automation;

namespace PsutilAgent.PowerShellHost;

/// <summary>
/// What a test framework needs of the engine's scopes and script cannot reach: binding a script block to another session state,
/// a script scope for each test file, and commands put into and taken out of a scope.
/// </summary>
public static class ScriptScopes
{
    private static readonly ConcurrentDictionary<string, ScriptBlock> Kept = new();

    /// <summary>A copy of a script block that runs in a session state: a module's, or the caller's.</summary>
    public static ScriptBlock Bind(ScriptBlock script, SessionState state)
    {
        var copy = ((System.Management.Automation.Language.ScriptBlockAst)script.Ast).GetScriptBlock();
        Internals.Set(copy, "SessionStateInternal", Internals.Get(state, "Internal"));
        return copy;
    }

    /// <summary>The session state that a script block was written in, or another where it has none.</summary>
    public static SessionState StateOf(ScriptBlock script, SessionState otherwise) =>
        Internals.Get(script, "SessionStateInternal") is { } inner ? (SessionState)Internals.Get(inner, "PublicSessionState")! : otherwise;

    /// <summary>Makes the scope that a session state is in now its own script scope.</summary>
    public static void BeginScript(SessionState state)
    {
        var scope = Internals.Get(Internals.Get(state, "Internal")!, "CurrentScope")!;
        Internals.Set(scope, "ScriptScope", scope);
    }

    /// <summary>Defines a function in the script scope of a session state.</summary>
    public static void SetFunction(SessionState state, string name, ScriptBlock script)
    {
        var inner = Internals.Get(state, "Internal")!;
        var context = Internals.Get(inner, "ExecutionContext")!;
        var scope = Internals.Get(Internals.Get(inner, "CurrentScope")!, "ScriptScope")!;
        Internals.Call(scope, "SetFunction", name, Bind(script, state), true, CommandOrigin.Internal, context);
    }

    /// <summary>Defines an alias in the script scope of a session state.</summary>
    public static void SetAlias(SessionState state, string name, string definition)
    {
        var inner = Internals.Get(state, "Internal")!;
        var context = Internals.Get(inner, "ExecutionContext")!;
        var alias = Internals.Create("System.Management.Automation.AliasInfo", name, definition, context, ScopedItemOptions.None);
        var scope = Internals.Get(Internals.Get(inner, "CurrentScope")!, "ScriptScope")!;
        Internals.Call(scope, "SetAliasItem", alias, true, CommandOrigin.Internal);
    }

    /// <summary>Takes such an alias and its function away.</summary>
    public static void Remove(SessionState state, string alias, string function)
    {
        var inner = Internals.Get(state, "Internal")!;
        var scope = Internals.Get(Internals.Get(inner, "CurrentScope")!, "ScriptScope")!;
        Internals.Call(scope, "RemoveAlias", alias, true);
        Internals.Call(scope, "RemoveFunction", function, true);
    }

    /// <summary>Keeps a script block under a name, for code that runs in another session state.</summary>
    public static void Keep(string name, ScriptBlock script) => Kept[name] = script;

    /// <summary>The script block kept under a name.</summary>
    public static ScriptBlock Recall(string name) => Kept[name];
}
