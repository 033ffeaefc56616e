using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Format-List: the engine's own list formatter with all its parameters.</summary>
[Cmdlet(VerbsCommon.Format, "List")]
public sealed class FormatListCommand : OuterFormatTableAndListBase
{
    /// <summary>Hooks up the engine's formatter.</summary>
    public FormatListCommand() => FormatShapes.Use(this, "List");
}
