using System.Management.Automation;
using System.Reflection;

namespace PsutilAgent.PowerShellHost;

/// <summary>
/// Reaches members of System.Management.Automation that only PowerShell's own cmdlet assemblies may name. The package's version is
/// pinned, and a member that is missing is an error that names it.
/// </summary>
internal static class Internals
{
    private const BindingFlags Any =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.FlattenHierarchy;

    private static readonly Assembly Engine = typeof(PSObject).Assembly;

    /// <summary>An internal type by its full name.</summary>
    public static Type TypeOf(string fullName) => Engine.GetType(fullName, throwOnError: true)!;

    /// <summary>Makes an object of an internal type by the constructor that takes these arguments.</summary>
    public static object Create(string fullName, params object?[] arguments)
    {
        var type = TypeOf(fullName);
        foreach (var constructor in type.GetConstructors(Any))
        {
            if (Takes(constructor, arguments))
            {
                return constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
            }
        }

        throw Missing(fullName + " constructor");
    }

    /// <summary>Calls a member by name with these arguments; what it throws arrives unwrapped.</summary>
    public static object? Call(object target, string name, params object?[] arguments) => CallOn(target.GetType(), target, name, arguments);

    /// <summary>Calls a member, static where target is null, that a given type declares.</summary>
    public static object? CallOn(Type type, object? target, string name, params object?[] arguments)
    {
        for (var level = type; level is not null; level = level.BaseType)
        {
            foreach (var method in level.GetMethods(Any | BindingFlags.DeclaredOnly))
            {
                if (method.Name == name && Takes(method, arguments))
                {
                    return method.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
                }
            }
        }

        throw Missing($"{type.FullName}.{name}");
    }

    /// <summary>Reads a property or field.</summary>
    public static object? Get(object target, string name) => Find(target.GetType(), name) switch
    {
        PropertyInfo property => property.GetValue(target),
        FieldInfo field => field.GetValue(target),
        _ => throw Missing($"{target.GetType().FullName}.{name}"),
    };

    /// <summary>Writes a property or field.</summary>
    public static void Set(object target, string name, object? value)
    {
        switch (Find(target.GetType(), name))
        {
            case PropertyInfo property: property.SetValue(target, value); break;
            case FieldInfo field: field.SetValue(target, value); break;
            default: throw Missing($"{target.GetType().FullName}.{name}");
        }
    }

    private static MemberInfo? Find(Type type, string name)
    {
        for (var level = type; level is not null; level = level.BaseType)
        {
            var found = level.GetMember(name, MemberTypes.Property | MemberTypes.Field, Any | BindingFlags.DeclaredOnly);
            if (found.Length > 0)
            {
                return found[0];
            }
        }

        return null;
    }

    private static bool Takes(MethodBase method, object?[] arguments)
    {
        var parameters = method.GetParameters();
        return parameters.Length == arguments.Length
            && parameters.Zip(arguments).All(pair => pair.Second is null
                ? !pair.First.ParameterType.IsValueType
                : pair.First.ParameterType.IsInstanceOfType(pair.Second));
    }

    private static MissingMemberException Missing(string what) =>
        new($"the PsutilAgent test host needs {what}, which this version of System.Management.Automation does not have");
}
