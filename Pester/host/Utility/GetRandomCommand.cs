using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Random: a number in a range, or objects out of those that come in.</summary>
[Cmdlet(VerbsCommon.Get, "Random", DefaultParameterSetName = "RandomNumberParameterSet")]
public sealed class GetRandomCommand : PSCmdlet
{
    private readonly List<object?> items = [];

    /// <summary>Makes the numbers repeat.</summary>
    [Parameter]
    public int? SetSeed { get; set; }

    /// <summary>Below this.</summary>
    [Parameter(Position = 0, ParameterSetName = "RandomNumberParameterSet")]
    public object? Maximum { get; set; }

    /// <summary>Not below this.</summary>
    [Parameter(ParameterSetName = "RandomNumberParameterSet")]
    public object? Minimum { get; set; }

    /// <summary>Out of these.</summary>
    [Parameter(ParameterSetName = "RandomListItemParameterSet", ValueFromPipeline = true, Position = 0, Mandatory = true)]
    [Parameter(ParameterSetName = "ShuffleParameterSet", ValueFromPipeline = true, Position = 0, Mandatory = true)]
    [AllowNull]
    public object?[]? InputObject { get; set; }

    /// <summary>How many.</summary>
    [Parameter(ParameterSetName = "RandomNumberParameterSet")]
    [Parameter(ParameterSetName = "RandomListItemParameterSet")]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    /// <summary>All of them in another order.</summary>
    [Parameter(ParameterSetName = "ShuffleParameterSet", Mandatory = true)]
    public SwitchParameter Shuffle { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => items.AddRange(ParameterSetName == "RandomNumberParameterSet" ? [] : InputObject ?? [null]);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var random = SetSeed is { } seed ? new Random(seed) : Random.Shared;
        if (ParameterSetName != "RandomNumberParameterSet")
        {
            var all = items.ToArray();
            random.Shuffle(all);
            WriteObject(Shuffle ? all : all.Take(Count).ToArray(), enumerateCollection: true);
            return;
        }

        for (var i = 0; i < Count; i++)
        {
            WriteObject(Number(random));
        }
    }

    private object Number(Random random)
    {
        var low = Plain(Minimum) ?? 0;
        var high = Plain(Maximum) ?? int.MaxValue;
        if (Convert.ToDouble(low, CultureInfo.InvariantCulture) >= Convert.ToDouble(high, CultureInfo.InvariantCulture))
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"The Minimum value ({low}) cannot be greater than or equal to the Maximum value ({high})."),
                "MinGreaterThanOrEqualMax", ErrorCategory.InvalidArgument, null));
        }

        return (low, high) switch
        {
            (int from, int to) => random.Next(from, to),
            (int or long, int or long) => random.NextInt64(
                Convert.ToInt64(low, CultureInfo.InvariantCulture), Convert.ToInt64(high, CultureInfo.InvariantCulture)),
            _ => Convert.ToDouble(low, CultureInfo.InvariantCulture) + (random.NextDouble()
                * (Convert.ToDouble(high, CultureInfo.InvariantCulture) - Convert.ToDouble(low, CultureInfo.InvariantCulture))),
        };
    }

    private static object? Plain(object? value)
    {
        var plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain is string text ? LanguagePrimitives.ConvertTo<double>(text) is var number && number == Math.Floor(number)
            && number is >= int.MinValue and <= int.MaxValue ? (int)number : number : plain;
    }
}
