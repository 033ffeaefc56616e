using System.Management.Automation;
using Microsoft.PowerShell.Commands.Internal.Format;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Format-Table: the engine's own table formatter with all its parameters.</summary>
[Cmdlet(VerbsCommon.Format, "Table")]
public sealed class FormatTableCommand : OuterFormatTableBase
{
    /// <summary>Hooks up the engine's formatter.</summary>
    public FormatTableCommand() => FormatShapes.Use(this, "Table");
}
