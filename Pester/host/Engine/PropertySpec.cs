using System.Collections;
using System.Management.Automation;
using Microsoft.PowerShell.Commands;

namespace PsutilAgent.PowerShellHost;

/// <summary>One entry of a -Property parameter: a name with wildcards, a script block, or a hashtable of Name, Expression and order.</summary>
internal sealed class PropertySpec
{
    private static readonly string[] NameKeys = ["name", "label"];

    private PropertySpec(PSPropertyExpression expression, string? name, bool? descending)
    {
        Expression = expression;
        Name = name;
        Descending = descending;
    }

    /// <summary>What is evaluated.</summary>
    public PSPropertyExpression Expression { get; }

    /// <summary>The name given by a hashtable, or null.</summary>
    public string? Name { get; }

    /// <summary>The order given by a hashtable, or null.</summary>
    public bool? Descending { get; }

    /// <summary>Reads the entries of a parameter; keys outside <paramref name="keys"/> are errors.</summary>
    public static List<PropertySpec> Read(PSCmdlet cmdlet, object?[]? entries, params string[] keys) =>
        (entries ?? []).Select(entry => ReadOne(cmdlet, entry, keys)).ToList();

    /// <summary>The value for an object, or null where it has none.</summary>
    public object? Value(PSObject? item) =>
        item is null ? null : Expression.GetValues(item) is [var first, ..] && first.Exception is null ? first.Result : null;

    private static PropertySpec ReadOne(PSCmdlet cmdlet, object? entry, string[] keys)
    {
        var value = entry is PSObject wrapped ? wrapped.BaseObject : entry;
        return value switch
        {
            string { Length: > 0 } name => new PropertySpec(new PSPropertyExpression(name), null, null),
            ScriptBlock block => new PropertySpec(new PSPropertyExpression(block), null, null),
            IDictionary map => FromMap(cmdlet, map, keys),
            PSPropertyExpression expression => new PropertySpec(expression, null, null),
            null or string => throw Bad(cmdlet, "Cannot convert the property to one of the following types {System.String, System.Management.Automation.ScriptBlock}."),
            IFormattable => new PropertySpec(new PSPropertyExpression(LanguagePrimitives.ConvertTo<string>(value)), null, null),
            _ => throw Bad(cmdlet, $"Cannot convert {value.GetType()} to one of the following types {{System.String, "
                + "System.Management.Automation.ScriptBlock, System.Collections.IDictionary}."),
        };
    }

    private static PropertySpec FromMap(PSCmdlet cmdlet, IDictionary map, string[] keys)
    {
        PSPropertyExpression? expression = null;
        string? name = null;
        bool? descending = null;
        foreach (DictionaryEntry pair in map)
        {
            var given = LanguagePrimitives.ConvertTo<string>(pair.Key).ToLowerInvariant();
            var key = keys.Where(known => given.Length > 0 && known.StartsWith(given, StringComparison.Ordinal)).ToList();
            if (key.Count == 0)
            {
                throw Bad(cmdlet, $"The {pair.Key} key is not valid.", "DictionaryKeyUnknown");
            }

            var value = pair.Value is PSObject wrapped ? wrapped.BaseObject : pair.Value;
            switch (key[0])
            {
                case "expression": expression = value is ScriptBlock block ? new PSPropertyExpression(block) : new PSPropertyExpression((string)value!); break;
                case var k when NameKeys.Contains(k): name = LanguagePrimitives.ConvertTo<string>(value); break;
                case "descending": descending = LanguagePrimitives.IsTrue(value); break;
                case "ascending": descending = !LanguagePrimitives.IsTrue(value); break;
            }
        }

        return new PropertySpec(expression ?? new PSPropertyExpression(name ?? throw Bad(cmdlet, "The Expression key is missing.")), name, descending);
    }

    private static RuntimeException Bad(PSCmdlet cmdlet, string message, string id = "PropertyParameterInvalid")
    {
        cmdlet.ThrowTerminatingError(new ErrorRecord(new PSArgumentException(message), id, ErrorCategory.InvalidArgument, null));
        return new RuntimeException(message);
    }
}
