using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Remove-Item: deletes items. A folder that is not empty needs -Recurse: the real cmdlet asks, this host cannot.</summary>
[Cmdlet(VerbsCommon.Remove, "Item", SupportsShouldProcess = true, DefaultParameterSetName = "Path")]
public sealed class RemoveItemCommand : FilterPathCommand
{
    /// <summary>With everything below.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <inheritdoc/>
    protected override object? DynamicParametersFor(object context) =>
        Internals.Call(InvokeProvider.Item, "RemoveItemDynamicParameters", FirstPath, (bool)Recurse, context);

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var path in Paths)
        {
            Guard(() => RemoveEach(path));
        }
    }

    private void RemoveEach(string path)
    {
        foreach (var resolved in Resolve(path))
        {
            if (!Recurse && (bool)Internals.Call(InvokeProvider.Item, "IsContainer", resolved)!
                && InvokeProvider.ChildItem.HasChild(resolved, force: true, literalPath: true)
                && !IsLink(resolved))
            {
                var message = $"The item at {resolved} has children and the Recurse parameter was not specified.";
                ThrowTerminatingError(new ErrorRecord(
                    new PSInvalidOperationException(message), "NotImplementedByTestHost", ErrorCategory.InvalidOperation, resolved));
            }

            var context = NewContext();
            Internals.Set(context, "SuppressWildcardExpansion", true);
            Internals.Call(InvokeProvider.Item, "Remove", resolved, (bool)Recurse, context);
        }
    }

    private IEnumerable<string> Resolve(string path)
    {
        if (IsLiteral && Include.Length + Exclude.Length == 0)
        {
            return [path];
        }

        var context = NewContext();
        var found = (IEnumerable<PathInfo>)Internals.Call(SessionState.Path, "GetResolvedPSPathFromPSPath", path, context)!;
        return found.Select(item => item.Path).ToList();
    }

    private bool IsLink(string path) =>
        InvokeProvider.Item.Get([path], force: true, literalPath: true) is [{ BaseObject: FileSystemInfo { LinkTarget: not null } }];
}
