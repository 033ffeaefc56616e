using System.Globalization;
using System.Management.Automation;

namespace Microsoft.PowerShell.Commands;

/// <summary>Get-Date: a moment, as a date or as text.</summary>
[Cmdlet(VerbsCommon.Get, "Date", DefaultParameterSetName = "DateAndFormat")]
[OutputType(typeof(string), typeof(DateTime))]
public sealed class GetDateCommand : PSCmdlet
{
    /// <summary>The moment; now when absent.</summary>
    [Parameter(Position = 0, ParameterSetName = "DateAndFormat", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Position = 0, ParameterSetName = "DateAndUFormat", ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("LastWriteTime")]
    public DateTime Date { get; set; }

    /// <summary>The moment in seconds since 1970.</summary>
    [Parameter(ParameterSetName = "UnixTimeSecondsAndFormat", Mandatory = true)]
    [Alias("UnixTime")]
    public long UnixTimeSeconds { get; set; }

    /// <summary>Another year.</summary>
    [Parameter]
    [ValidateRange(1, 9999)]
    public int Year { get; set; }

    /// <summary>Another month.</summary>
    [Parameter]
    [ValidateRange(1, 12)]
    public int Month { get; set; }

    /// <summary>Another day.</summary>
    [Parameter]
    [ValidateRange(1, 31)]
    public int Day { get; set; }

    /// <summary>Another hour.</summary>
    [Parameter]
    [ValidateRange(0, 23)]
    public int Hour { get; set; }

    /// <summary>Another minute.</summary>
    [Parameter]
    [ValidateRange(0, 59)]
    public int Minute { get; set; }

    /// <summary>Another second.</summary>
    [Parameter]
    [ValidateRange(0, 59)]
    public int Second { get; set; }

    /// <summary>Other milliseconds.</summary>
    [Parameter]
    [ValidateRange(0, 999)]
    public int Millisecond { get; set; }

    /// <summary>As text: a .NET format, or FileDate, FileDateTime and their Universal kinds.</summary>
    [Parameter(ParameterSetName = "DateAndFormat")]
    [Parameter(ParameterSetName = "UnixTimeSecondsAndFormat")]
    public string? Format { get; set; }

    /// <summary>As text: a few of the formats of UNIX (%s %Y %m %d %H %M %S).</summary>
    [Parameter(ParameterSetName = "DateAndUFormat", Mandatory = true)]
    public string? UFormat { get; set; }

    /// <summary>In universal time.</summary>
    [Parameter]
    public SwitchParameter AsUTC { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var moment = Adjust(Moment());
        if (AsUTC)
        {
            moment = moment.ToUniversalTime();
        }

        if (UFormat is not null)
        {
            WriteObject(Unix(moment));
        }
        else if (Format is not null)
        {
            WriteObject(Text(moment));
        }
        else
        {
            WriteObject(moment);
        }
    }

    private DateTime Moment() => ParameterSetName == "UnixTimeSecondsAndFormat"
        ? DateTimeOffset.FromUnixTimeSeconds(UnixTimeSeconds).LocalDateTime
        : MyInvocation.BoundParameters.ContainsKey(nameof(Date)) ? Date : DateTime.Now;

    private DateTime Adjust(DateTime from)
    {
        var given = MyInvocation.BoundParameters;
        var result = given.ContainsKey(nameof(Year)) ? from.AddYears(Year - from.Year) : from;
        result = given.ContainsKey(nameof(Month)) ? result.AddMonths(Month - result.Month) : result;
        result = given.ContainsKey(nameof(Day)) ? result.AddDays(Day - result.Day) : result;
        result = given.ContainsKey(nameof(Hour)) ? result.AddHours(Hour - result.Hour) : result;
        result = given.ContainsKey(nameof(Minute)) ? result.AddMinutes(Minute - result.Minute) : result;
        result = given.ContainsKey(nameof(Second)) ? result.AddSeconds(Second - result.Second) : result;
        return given.ContainsKey(nameof(Millisecond))
            ? result.AddTicks(-(result.Ticks % TimeSpan.TicksPerSecond)).AddMilliseconds(Millisecond)
            : result;
    }

    private string Text(DateTime moment) => Format!.ToLowerInvariant() switch
    {
        "filedate" => moment.ToString("yyyyMMdd", CultureInfo.InvariantCulture),
        "filedateuniversal" => moment.ToUniversalTime().ToString("yyyyMMddZ", CultureInfo.InvariantCulture),
        "filedatetime" => moment.ToString("yyyyMMddTHHmmssffff", CultureInfo.InvariantCulture),
        "filedatetimeuniversal" => moment.ToUniversalTime().ToString("yyyyMMddTHHmmssffffZ", CultureInfo.InvariantCulture),
        _ => moment.ToString(Format, CultureInfo.CurrentCulture),
    };

    private string Unix(DateTime moment)
    {
        var result = new System.Text.StringBuilder();
        for (var i = 0; i < UFormat!.Length; i++)
        {
            if (UFormat[i] != '%' || i + 1 == UFormat.Length)
            {
                result.Append(UFormat[i]);
                continue;
            }

            var field = UFormat[++i];
            result.Append(field switch
            {
                's' => new DateTimeOffset(moment.ToUniversalTime()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                'Y' => moment.ToString("yyyy", CultureInfo.InvariantCulture),
                'm' => moment.ToString("MM", CultureInfo.InvariantCulture),
                'd' => moment.ToString("dd", CultureInfo.InvariantCulture),
                'H' => moment.ToString("HH", CultureInfo.InvariantCulture),
                'M' => moment.ToString("mm", CultureInfo.InvariantCulture),
                'S' => moment.ToString("ss", CultureInfo.InvariantCulture),
                '%' => "%",
                _ => throw new PSNotImplementedException($"the PsutilAgent test host does not implement -UFormat %{field} of Get-Date"),
            });
        }

        return result.ToString();
    }
}
