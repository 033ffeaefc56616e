using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Internal;
using Microsoft.PowerShell.Commands;

namespace PsutilAgent.PowerShellHost;

/// <summary>The part of Select-Object that makes new objects from properties.</summary>
internal sealed class PropertySelector(PSCmdlet cmdlet, object?[]? property, string[]? exclude, string? expand)
{
    private readonly List<PropertySpec> specs = PropertySpec.Read(
        cmdlet, property ?? (expand is null ? ["*"] : null), "expression", "name", "label");

    private readonly WildcardPattern[] excluded =
        (exclude ?? []).Select(pattern => WildcardPattern.Get(pattern, WildcardOptions.IgnoreCase)).ToArray();

    /// <summary>Whether two results are the same for -Unique.</summary>
    public static bool Same(PSObject? left, PSObject? right, bool caseSensitive)
    {
        if (left is null || right is null)
        {
            return left is null && right is null;
        }

        if (left.BaseObject is PSCustomObject && right.BaseObject is PSCustomObject)
        {
            var mine = left.Properties.ToList();
            return mine.Count == right.Properties.Count() && mine.All(item =>
                right.Properties[item.Name] is { } other && SameValue(item.Value, other.Value, caseSensitive));
        }

        return SameValue(left, right, caseSensitive);
    }

    /// <summary>What comes out for one object.</summary>
    public IEnumerable<PSObject?> Select(PSObject? item)
    {
        if (item is null)
        {
            return [];
        }

        return expand is null ? [Project(item)] : Expand(item);
    }

    private static bool SameValue(object? left, object? right, bool caseSensitive)
    {
        var x = left is PSObject a ? a.BaseObject : left;
        var y = right is PSObject b ? b.BaseObject : right;
        return x is string || y is string
            ? string.Compare(x?.ToString(), y?.ToString(), CultureInfo.CurrentCulture, caseSensitive ? CompareOptions.None : CompareOptions.IgnoreCase) == 0
            : new ObjectOrder(caseSensitive, CultureInfo.CurrentCulture).Compare(x, y) == 0;
    }

    private PSObject Project(PSObject item)
    {
        var result = new PSObject();
        foreach (var note in Notes(item))
        {
            if (result.Properties[note.Name] is not null)
            {
                Report(item, "AlreadyExistingUserSpecifiedPropertyNoExpand", $"The property cannot be processed because the property \"{note.Name}\" already exists.");
                continue;
            }

            result.Properties.Add(note);
        }

        // The new object says where it comes from: its format and its type name keep "Selected.".
        var origin = item.TypeNames.Count > 0 ? item.TypeNames[0] : item.BaseObject.GetType().FullName!;
        result.TypeNames.Insert(0, origin.StartsWith("Selected.", StringComparison.Ordinal) ? origin : "Selected." + origin);
        return result;
    }

    private IEnumerable<PSNoteProperty> Notes(PSObject item)
    {
        foreach (var spec in specs)
        {
            if (spec.Expression.Script is not null)
            {
                var outcome = spec.Expression.GetValues(item);
                var value = outcome is [{ Exception: null } first, ..] ? first.Result : null;
                var name = spec.Name ?? spec.Expression.ToString();
                if (!IsExcluded(name))
                {
                    yield return new PSNoteProperty(name, value);
                }

                continue;
            }

            var resolved = spec.Expression.ResolveNames(item);
            if (resolved.Count == 0)
            {
                var name = spec.Name ?? spec.Expression.ToString();
                if (!spec.Expression.HasWildCardCharacters && !IsExcluded(name))
                {
                    yield return new PSNoteProperty(name, null);
                }

                continue;
            }

            foreach (var expression in resolved)
            {
                var outcome = expression.GetValues(item);
                var name = spec.Name ?? expression.ToString();
                if (!IsExcluded(name))
                {
                    yield return new PSNoteProperty(name, outcome is [{ Exception: null } first, ..] ? first.Result : null);
                }
            }
        }
    }

    private IEnumerable<PSObject?> Expand(PSObject item)
    {
        var found = new PSPropertyExpression(expand!).GetValues(item);
        if (found.Count == 0)
        {
            Report(item, "ExpandPropertyNotFound", $"Property \"{expand}\" cannot be found.");
            yield break;
        }

        var notes = Notes(item).ToList();
        foreach (var outcome in found)
        {
            if (outcome.Exception is not null)
            {
                Report(item, "PropertyEvaluationExpand", outcome.Exception.Message);
                continue;
            }

            var values = LanguagePrimitives.GetEnumerable(outcome.Result) ?? new[] { outcome.Result };
            foreach (var value in values)
            {
                if (value is null)
                {
                    yield return notes.Count == 0 ? null : With(new PSObject(), notes);
                    continue;
                }

                yield return With(PSObject.AsPSObject(value), notes);
            }
        }
    }

    private static PSObject With(PSObject target, List<PSNoteProperty> notes)
    {
        foreach (var note in notes)
        {
            target.Properties.Add(new PSNoteProperty(note.Name, note.Value));
        }

        return target;
    }

    private bool IsExcluded(string name) => excluded.Any(pattern => pattern.IsMatch(name));

    private void Report(PSObject item, string id, string message) =>
        cmdlet.WriteError(new ErrorRecord(new PSArgumentException(message), id, ErrorCategory.InvalidArgument, item));
}
