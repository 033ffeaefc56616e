using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Select-Object: picks objects by place and properties by name, or makes new ones.</summary>
[Cmdlet(VerbsCommon.Select, "Object", DefaultParameterSetName = "DefaultParameter")]
public sealed class SelectObjectCommand : PSCmdlet
{
    private readonly List<PSObject?> seen = [];
    private readonly Queue<PSObject?> window = new();
    private HashSet<int>? indexes;
    private PropertySelector? selector;
    private int count;
    private int passed;

    /// <summary>The objects.</summary>
    [Parameter(ValueFromPipeline = true)]
    public PSObject? InputObject { get; set; }

    /// <summary>Which properties: names, script blocks, hashtables.</summary>
    [Parameter(Position = 0, ParameterSetName = "DefaultParameter")]
    [Parameter(Position = 0, ParameterSetName = "SkipLastParameter")]
    public object?[]? Property { get; set; }

    /// <summary>Which properties not.</summary>
    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "SkipLastParameter")]
    public string[]? ExcludeProperty { get; set; }

    /// <summary>The property whose values are written instead of the objects.</summary>
    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "SkipLastParameter")]
    public string? ExpandProperty { get; set; }

    /// <summary>Each only once.</summary>
    [Parameter]
    public SwitchParameter Unique { get; set; }

    /// <summary>-Unique without regard to case.</summary>
    [Parameter]
    public SwitchParameter CaseInsensitive { get; set; }

    /// <summary>So many from the end.</summary>
    [Parameter(ParameterSetName = "DefaultParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int Last { get; set; }

    /// <summary>So many from the start.</summary>
    [Parameter(ParameterSetName = "DefaultParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int First { get; set; }

    /// <summary>Not so many at the start; with -Last, at the end.</summary>
    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "SkipLastParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int Skip { get; set; }

    /// <summary>Not so many at the end.</summary>
    [Parameter(ParameterSetName = "SkipLastParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int SkipLast { get; set; }

    /// <summary>Does not end the pipeline early.</summary>
    [Parameter(ParameterSetName = "DefaultParameter")]
    [Parameter(ParameterSetName = "IndexParameter")]
    public SwitchParameter Wait { get; set; }

    /// <summary>Those at these places.</summary>
    [Parameter(ParameterSetName = "IndexParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int[]? Index { get; set; }

    /// <summary>All but those at these places.</summary>
    [Parameter(ParameterSetName = "SkipIndexParameter")]
    [ValidateRange(0, int.MaxValue)]
    public int[]? SkipIndex { get; set; }

    private bool HasFirst => MyInvocation.BoundParameters.ContainsKey(nameof(First));

    private bool HasLast => MyInvocation.BoundParameters.ContainsKey(nameof(Last));

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        indexes = (Index ?? SkipIndex)?.ToHashSet();
        if (Property is not null || ExpandProperty is not null || ExcludeProperty is not null)
        {
            selector = new PropertySelector(this, Property, ExcludeProperty, ExpandProperty);
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (InputObject is null || ReferenceEquals(InputObject, System.Management.Automation.Internal.AutomationNull.Value))
        {
            if (!MyInvocation.ExpectingInput && InputObject is null)
            {
                return;
            }
        }

        var place = count++;
        if (indexes is not null)
        {
            if (indexes.Contains(place) == (Index is not null))
            {
                Pass(InputObject);
            }

            return;
        }

        if (HasLast || SkipLast > 0)
        {
            Hold(place);
        }
        else if (place >= Skip && (!HasFirst || passed < First))
        {
            Pass(InputObject);
        }

        if (HasFirst && !HasLast && passed >= First && !Wait && MyInvocation.ExpectingInput && !Unique)
        {
            StopUpstream();
        }
    }

    // -Skip counts from the end together with -Last, from the start otherwise.
    private void Hold(int place)
    {
        if (HasFirst && place < First)
        {
            Pass(InputObject);
            return;
        }

        if (!HasLast && place < Skip)
        {
            return;
        }

        window.Enqueue(InputObject);
        if (!HasLast)
        {
            if (window.Count > SkipLast)
            {
                Pass(window.Dequeue());
            }
        }
        else if (window.Count > Last + Skip)
        {
            window.Dequeue();
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (HasLast)
        {
            var keep = Math.Max(0, Math.Min(Last, window.Count - Skip));
            foreach (var item in window.Take(window.Count - Skip).TakeLast(keep))
            {
                Pass(item);
            }
        }

        foreach (var item in seen)
        {
            WriteObject(item);
        }
    }

    private void Pass(PSObject? item)
    {
        passed++;
        foreach (var result in selector is null ? [item] : selector.Select(item))
        {
            if (!Unique)
            {
                WriteObject(result);
            }
            else if (!seen.Any(other => PropertySelector.Same(other, result, !CaseInsensitive)))
            {
                seen.Add(result);
            }
        }
    }

    // Ends the commands before this one in the pipeline without an error, as the engine does for its own Select-Object.
    private void StopUpstream() =>
        throw (Exception)Internals.Create("System.Management.Automation.StopUpstreamCommandsException", this);
}
