using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>What kind of item Test-Path looks for.</summary>
public enum TestPathType
{
    /// <summary>Any item.</summary>
    Any,

    /// <summary>An item that can hold others.</summary>
    Container,

    /// <summary>An item that cannot.</summary>
    Leaf,
}

/// <summary>Test-Path: whether there is an item at a path.</summary>
[Cmdlet(VerbsDiagnostic.Test, "Path", DefaultParameterSetName = "Path")]
[OutputType(typeof(bool))]
public sealed class TestPathCommand : FilteringCommand
{
    private string[]? literalPath;

    /// <summary>The paths, wildcards allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = "Path", Mandatory = true, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[]? Path { get; set; }

    /// <summary>The paths, no character of which is a wildcard.</summary>
    [Parameter(ParameterSetName = "LiteralPath", Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath", "LP")]
    [AllowNull]
    [AllowEmptyCollection]
    [AllowEmptyString]
    public string[]? LiteralPath
    {
        get => literalPath;
        set => literalPath = value ?? [];
    }

    /// <summary>Which kind of item counts.</summary>
    [Parameter]
    [Alias("Type")]
    public TestPathType PathType { get; set; }

    /// <summary>Asks only whether the path is well formed.</summary>
    [Parameter]
    public SwitchParameter IsValid { get; set; }

    /// <inheritdoc/>
    protected override bool IsLiteral => literalPath is not null;

    /// <inheritdoc/>
    protected override object? DynamicParametersFor(object context) =>
        IsValid ? null : Internals.Call(InvokeProvider.Item, "ItemExistsDynamicParameters", Paths is [{ Length: > 0 } first, ..] ? first : ".", context);

    private string[]? Paths => literalPath ?? Path;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        if (Paths is not { Length: > 0 } paths)
        {
            WriteError(new ErrorRecord(
                new ArgumentNullException(nameof(Path), "The provided Path argument was null or an empty collection."),
                "NullPathNotPermitted", ErrorCategory.InvalidArgument, Paths));
            return;
        }

        foreach (var path in paths)
        {
            WriteObject(!string.IsNullOrWhiteSpace(path) && Test(path));
        }
    }

    private bool Test(string path)
    {
        var context = NewContext();
        try
        {
            if (IsValid)
            {
                return (bool)Internals.Call(SessionState.Path, "IsValid", path, context)!;
            }

            if (!(bool)Internals.Call(InvokeProvider.Item, "Exists", path, context)!)
            {
                return false;
            }

            if (PathType == TestPathType.Any)
            {
                return true;
            }

            var container = (bool)Internals.Call(InvokeProvider.Item, "IsContainer", path, context)!;
            return container == (PathType == TestPathType.Container);
        }
        catch (Exception exception) when (exception is ItemNotFoundException or ProviderNotFoundException or DriveNotFoundException
            or PSNotSupportedException)
        {
            return false;
        }
    }
}
