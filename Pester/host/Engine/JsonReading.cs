using System.Globalization;
using System.Management.Automation;
using System.Numerics;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace PsutilAgent.PowerShellHost;

/// <summary>Turns JSON text into what ConvertFrom-Json gives: objects, arrays, long, double, text, dates.</summary>
internal static class JsonReading
{
    /// <summary>Whether a text is JSON by itself.</summary>
    public static bool TryRead(string text, bool asHashtable, int depth, out object? result)
    {
        try
        {
            result = Read(text, asHashtable, depth);
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            result = null;
            return false;
        }
    }

    /// <summary>Reads a text; what is no JSON is an ArgumentException.</summary>
    public static object? Read(string text, bool asHashtable, int depth)
    {
        var settings = new JsonSerializerSettings { MaxDepth = depth, MetadataPropertyHandling = MetadataPropertyHandling.Ignore };
        try
        {
            var token = JsonConvert.DeserializeObject(text, settings);
            return token switch
            {
                JObject map when asHashtable => Table(map),
                JObject map => Map(map),
                JArray list => List(list, asHashtable),
                _ => token,
            };
        }
        catch (JsonException exception)
        {
            throw new ArgumentException(
                string.Format(CultureInfo.CurrentCulture, "Conversion from JSON failed with error: {0}", exception.Message), exception);
        }
    }

    private static object? Value(JToken token, bool asHashtable) => token switch
    {
        JObject map => asHashtable ? Table(map) : Map(map),
        JArray list => List(list, asHashtable),
        JValue { Value: BigInteger big } => big,
        JValue value => value.Value,
        _ => throw new ArgumentException($"JSON has a {token.Type} that cannot be converted."),
    };

    private static object?[] List(JArray list, bool asHashtable) => list.Select(item => Value(item, asHashtable)).ToArray();

    private static PSObject Map(JObject map)
    {
        var result = new PSObject();
        var names = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, token) in map)
        {
            if (name.Length == 0)
            {
                throw new InvalidOperationException(
                    "The provided JSON includes a property whose name is an empty string, this is only supported using the -AsHashTable switch.");
            }

            if (!names.TryAdd(name, name))
            {
                throw new InvalidOperationException(
                    $"Cannot convert the JSON string because it contains keys with different casing. Please use the -AsHashTable switch instead. "
                    + $"The key that was attempted to be added to the existing key '{names[name]}' was '{name}'.");
            }

            result.Properties.Add(new PSNoteProperty(name, Value(token!, asHashtable: false)));
        }

        return result;
    }

    // An ordered table whose keys tell capitals apart, as since PowerShell 7.3.
    private static object Table(JObject map)
    {
        var result = (System.Collections.IDictionary)Internals.Create("System.Management.Automation.OrderedHashtable", map.Count);
        foreach (var (name, token) in map)
        {
            result[name] = Value(token!, asHashtable: true);
        }

        return result;
    }
}
