using System.Globalization;
using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Measure-Object: counts, adds up and compares values, or counts lines, words and characters.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "Object", DefaultParameterSetName = "GenericMeasure")]
[OutputType(typeof(GenericMeasureInfo), typeof(TextMeasureInfo))]
public sealed class MeasureObjectCommand : PSCmdlet
{
    private readonly Dictionary<string, List<object>> values = [];
    private int objects;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Which properties; the objects themselves when absent.</summary>
    [Parameter(Position = 0)]
    public string[]? Property { get; set; }

    /// <summary>Their standard deviation.</summary>
    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter StandardDeviation { get; set; }

    /// <summary>Their sum.</summary>
    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Sum { get; set; }

    /// <summary>All of it.</summary>
    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter AllStats { get; set; }

    /// <summary>Their mean.</summary>
    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Average { get; set; }

    /// <summary>The greatest.</summary>
    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Maximum { get; set; }

    /// <summary>The least.</summary>
    [Parameter(ParameterSetName = "GenericMeasure")]
    public SwitchParameter Minimum { get; set; }

    /// <summary>How many lines.</summary>
    [Parameter(ParameterSetName = "TextMeasure")]
    public SwitchParameter Line { get; set; }

    /// <summary>How many words.</summary>
    [Parameter(ParameterSetName = "TextMeasure")]
    public SwitchParameter Word { get; set; }

    /// <summary>How many characters.</summary>
    [Parameter(ParameterSetName = "TextMeasure")]
    public SwitchParameter Character { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null)
        {
            return;
        }

        objects++;
        if (Property is null)
        {
            Add(string.Empty, InputObject);
            return;
        }

        foreach (var name in Property)
        {
            foreach (var found in new PSPropertyExpression(name).ResolveNames(InputObject))
            {
                if (found.GetValues(InputObject) is [{ Exception: null, Result: not null } first, ..])
                {
                    Add(found.ToString(), first.Result);
                }
            }
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (Property is null && values.Count == 0)
        {
            WriteObject(Measure(null, []));
        }

        foreach (var name in Property?.Where(name => !WildcardPattern.ContainsWildcardCharacters(name) && !Has(name)) ?? [])
        {
            WriteError(new ErrorRecord(
                new PSArgumentException($"The property \"{name}\" cannot be found in the input for any objects."),
                "GenericMeasurePropertyNotFound", ErrorCategory.InvalidArgument, null));
        }

        foreach (var (name, list) in values)
        {
            WriteObject(Measure(Property is null ? null : name, list));
        }
    }

    private bool Has(string name) => objects == 0 || values.Keys.Any(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));

    private void Add(string name, object value)
    {
        if (!values.TryGetValue(name, out var list))
        {
            values[name] = list = [];
        }

        list.Add(value is PSObject wrapped ? wrapped.BaseObject : value);
    }

    private MeasureInfo Measure(string? name, List<object> list)
    {
        if (Line || Word || Character)
        {
            var texts = list.Select(value => LanguagePrimitives.ConvertTo<string>(value)).ToList();
            return new TextMeasureInfo
            {
                Property = name,
                Lines = Line ? texts.Sum(text => text.Length == 0 ? 0 : text.TrimEnd('\n').Count(c => c == '\n') + 1) : null,
                Words = Word ? texts.Sum(text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length) : null,
                Characters = Character ? texts.Sum(text => text.Length) : null,
            };
        }

        var order = new ObjectOrder(caseSensitive: false, CultureInfo.CurrentCulture);
        var numbers = Sum || Average || StandardDeviation || AllStats ? Numbers(list) : [];
        return new GenericMeasureInfo
        {
            Property = name,
            Count = list.Count,
            Sum = (Sum || AllStats) && list.Count > 0 ? numbers.Sum() : null,
            Average = (Average || AllStats) && numbers.Count > 0 ? numbers.Average() : null,
            Maximum = (Maximum || AllStats) && list.Count > 0 ? Plain(list.Max(order)) : null,
            Minimum = (Minimum || AllStats) && list.Count > 0 ? Plain(list.Min(order)) : null,
            StandardDeviation = (StandardDeviation || AllStats) && numbers.Count > 1 ? Deviation(numbers) : null,
        };
    }

    private List<double> Numbers(List<object> list)
    {
        var numbers = new List<double>();
        foreach (var value in list)
        {
            if (LanguagePrimitives.TryConvertTo<double>(value, CultureInfo.InvariantCulture, out var number))
            {
                numbers.Add(number);
                continue;
            }

            WriteError(new ErrorRecord(
                new PSInvalidOperationException($"Input object \"{value}\" is not numeric."),
                "NonNumericInputObject", ErrorCategory.InvalidType, value));
        }

        return numbers;
    }

    // The real cmdlet gives the extremes of numbers as doubles.
    private static object? Plain(object? value) =>
        value is byte or sbyte or short or ushort or int or uint or long or ulong or float or double or decimal
            ? Convert.ToDouble(value, CultureInfo.InvariantCulture)
            : value;

    private static double Deviation(List<double> numbers)
    {
        var mean = numbers.Average();
        return Math.Sqrt(numbers.Sum(number => (number - mean) * (number - mean)) / (numbers.Count - 1));
    }
}
