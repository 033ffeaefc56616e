using System.Globalization;
using System.Management.Automation;

namespace PsutilAgent.PowerShellHost;

/// <summary>PowerShell's order of values: what compares, compares; the rest by its text. Null comes first.</summary>
internal sealed class ObjectOrder(bool caseSensitive, CultureInfo culture) : IComparer<object?>, IEqualityComparer<object?>
{
    /// <inheritdoc/>
    public int Compare(object? x, object? y)
    {
        if (x is null || y is null)
        {
            return x is null ? y is null ? 0 : -1 : 1;
        }

        var left = x is PSObject wrappedLeft ? wrappedLeft.BaseObject : x;
        var right = y is PSObject wrappedRight ? wrappedRight.BaseObject : y;
        if (left is IComparable && LanguagePrimitives.TryCompare(left, right, !caseSensitive, culture, out var result)
            && Comparable(left, right))
        {
            return result;
        }

        return string.Compare(x.ToString(), y.ToString(), culture, caseSensitive ? CompareOptions.None : CompareOptions.IgnoreCase);
    }

    /// <inheritdoc/>
    public new bool Equals(object? x, object? y) => Compare(x, y) == 0;

    /// <inheritdoc/>
    public int GetHashCode(object? value) => 0;

    // Mixed kinds (a number beside a text that is none) are ordered by their text.
    private static bool Comparable(object left, object right) =>
        left.GetType() == right.GetType() || (IsNumber(left) && IsNumber(right)) || left is string || left is Enum;

    private static bool IsNumber(object value) =>
        value is byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal or System.Numerics.BigInteger;
}
