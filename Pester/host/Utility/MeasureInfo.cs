namespace Microsoft.PowerShell.Commands;

/// <summary>What Measure-Object tells of any property.</summary>
public abstract class MeasureInfo
{
    /// <summary>Of which property.</summary>
    public string? Property { get; set; }
}

/// <summary>What Measure-Object tells of values.</summary>
public sealed class GenericMeasureInfo : MeasureInfo
{
    /// <summary>How many.</summary>
    public int Count { get; set; }

    /// <summary>Their mean.</summary>
    public double? Average { get; set; }

    /// <summary>Their sum.</summary>
    public double? Sum { get; set; }

    /// <summary>The greatest.</summary>
    public object? Maximum { get; set; }

    /// <summary>The least.</summary>
    public object? Minimum { get; set; }

    /// <summary>How far they lie apart.</summary>
    public double? StandardDeviation { get; set; }
}

/// <summary>What Measure-Object tells of text.</summary>
public sealed class TextMeasureInfo : MeasureInfo
{
    /// <summary>How many lines.</summary>
    public int? Lines { get; set; }

    /// <summary>How many words.</summary>
    public int? Words { get; set; }

    /// <summary>How many characters.</summary>
    public int? Characters { get; set; }
}
