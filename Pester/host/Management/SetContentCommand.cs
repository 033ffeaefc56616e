using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Set-Content: replaces what items hold.</summary>
[Cmdlet(VerbsCommon.Set, "Content", DefaultParameterSetName = "Path", SupportsShouldProcess = true)]
public sealed class SetContentCommand : ContentWriterCommand
{
    /// <inheritdoc/>
    protected override string Action => "Set Content";

    /// <inheritdoc/>
    protected override void Before(string path)
    {
        try
        {
            Internals.Call(InvokeProvider.Content, "Clear", path, QuietContext());
        }
        catch (Exception exception) when (exception is ItemNotFoundException or PSNotSupportedException)
        {
            // Nothing there yet to clear: the writer makes it.
        }
    }

    private object QuietContext()
    {
        var context = NewContext();
        Internals.Set(context, "DynamicParameters", null);
        return context;
    }
}
