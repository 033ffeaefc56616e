using System.Collections;
using System.Management.Automation;
using System.Numerics;
using Newtonsoft.Json;

namespace PsutilAgent.PowerShellHost;

/// <summary>Turns objects into what ConvertTo-Json gives: to a depth, with the properties of objects, extended ones too.</summary>
internal sealed class JsonWriting(int depth, bool compress, bool enumsAsStrings)
{
    /// <summary>Something was deeper than the depth.</summary>
    public bool Truncated { get; private set; }

    /// <summary>The text of a value.</summary>
    public string Write(object? value)
    {
        using var text = new StringWriter();
        using (var writer = new JsonTextWriter(text) { Formatting = compress ? Formatting.None : Formatting.Indented })
        {
            Put(writer, value, 0);
        }

        return text.ToString();
    }

    private void Put(JsonTextWriter writer, object? value, int level)
    {
        var item = value as PSObject;
        var plain = item is null ? value : item.BaseObject;
        switch (plain)
        {
            case null or DBNull or System.Management.Automation.Language.NullString:
                writer.WriteNull();
                return;
            case string or char or Guid or Uri or Version or SemanticVersion when Extended(item) is { Count: 0 }:
                writer.WriteValue(plain.ToString());
                return;
            case bool flag:
                writer.WriteValue(flag);
                return;
            case DateTime or DateTimeOffset:
                writer.WriteRawValue(JsonConvert.SerializeObject(plain));
                return;
            case double or float or decimal or BigInteger or sbyte or byte or short or ushort or int or uint or long or ulong:
                writer.WriteRawValue(JsonConvert.SerializeObject(plain));
                return;
            case Enum name:
                PutEnum(writer, name);
                return;
        }

        // A PSObject with nothing inside is null's cousin, and AutomationNull is one.
        if (ReferenceEquals(item, System.Management.Automation.Internal.AutomationNull.Value))
        {
            writer.WriteNull();
        }
        else if (level > depth)
        {
            Truncated = true;
            writer.WriteValue(plain is PSCustomObject ? LanguagePrimitives.ConvertTo<string>(item) : LanguagePrimitives.ConvertTo<string>(plain));
        }
        else
        {
            PutComposite(writer, item, plain, level);
        }
    }

    private void PutEnum(JsonTextWriter writer, Enum name)
    {
        if (enumsAsStrings)
        {
            writer.WriteValue(name.ToString());
        }
        else
        {
            writer.WriteRawValue(name.ToString("d"));
        }
    }

    private void PutComposite(JsonTextWriter writer, PSObject? item, object plain, int level)
    {
        switch (plain)
        {
            case IDictionary map:
                writer.WriteStartObject();
                foreach (DictionaryEntry pair in map)
                {
                    PutMember(writer, LanguagePrimitives.ConvertTo<string>(pair.Key), pair.Value, level);
                }

                PutNotes(writer, Extended(item), level, []);
                writer.WriteEndObject();
                return;
            case IEnumerable list when plain is not string && Extended(item) is { Count: 0 }:
                PutList(writer, list, level);
                return;
            case IEnumerable or Guid or Uri or Version or SemanticVersion or char:
                writer.WriteStartObject();
                writer.WritePropertyName("value");
                if (plain is IEnumerable values and not string)
                {
                    PutList(writer, values, level + 1);
                }
                else
                {
                    writer.WriteValue(plain.ToString());
                }

                PutNotes(writer, Extended(item), level, ["value"]);
                writer.WriteEndObject();
                return;
            default:
                PutObject(writer, item, plain, level);
                return;
        }
    }

    private void PutList(JsonTextWriter writer, IEnumerable list, int level)
    {
        writer.WriteStartArray();
        foreach (var entry in list)
        {
            Put(writer, entry, level + 1);
        }

        writer.WriteEndArray();
    }

    private void PutObject(JsonTextWriter writer, PSObject? item, object plain, int level)
    {
        writer.WriteStartObject();
        var own = plain is PSCustomObject ? item!.Properties.Where(p => p.IsGettable) : Native(plain);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in own)
        {
            if (names.Add(property.Name))
            {
                PutMember(writer, property.Name, Read(property), level);
            }
        }

        if (plain is not PSCustomObject)
        {
            PutNotes(writer, Extended(item), level, names);
        }

        writer.WriteEndObject();
    }

    private void PutNotes(JsonTextWriter writer, List<PSPropertyInfo> notes, int level, HashSet<string> known)
    {
        foreach (var note in notes)
        {
            if (known.Add(note.Name))
            {
                PutMember(writer, note.Name, Read(note), level);
            }
        }
    }

    private void PutMember(JsonTextWriter writer, string name, object? value, int level)
    {
        writer.WritePropertyName(name);
        Put(writer, value, level + 1);
    }

    private static IEnumerable<PSPropertyInfo> Native(object plain) =>
        new PSObject(plain).Properties.Where(property => property is PSProperty && property.IsGettable);

    // What was added to an object: notes always, what its type's data adds for other things than text and dates.
    private static List<PSPropertyInfo> Extended(PSObject? item)
    {
        if (item is null || item.BaseObject is PSCustomObject)
        {
            return [];
        }

        var notesOnly = item.BaseObject is string or IEnumerable or DateTime;
        return item.Properties
            .Where(property => notesOnly
                ? property is PSNoteProperty && property.IsInstance
                : property is not PSProperty && property.IsGettable && (property.IsInstance || property.MemberType != PSMemberTypes.AliasProperty))
            .ToList();
    }

    private static object? Read(PSPropertyInfo property)
    {
        try
        {
            return property.Value;
        }
        catch (GetValueException)
        {
            return null;
        }
    }
}
