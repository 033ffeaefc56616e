using System.Management.Automation;
using System.Reflection;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Add-Type: loads assemblies by name or file. Compiling (-TypeDefinition, -MemberDefinition) is refused: the compiler is not here.</summary>
[Cmdlet(VerbsCommon.Add, "Type", DefaultParameterSetName = "FromSource")]
public sealed class AddTypeCommand : PSCmdlet
{
    /// <summary>Refused.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "FromSource")]
    public string? TypeDefinition { get; set; }

    /// <summary>Refused.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "FromMember")]
    public string? Name { get; set; }

    /// <summary>Refused.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "FromMember")]
    public string[]? MemberDefinition { get; set; }

    /// <summary>The files of assemblies.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "FromPath", ValueFromPipeline = true)]
    public string[] Path { get; set; } = [];

    /// <summary>The files of assemblies, no character of which is a wildcard.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "FromLiteralPath")]
    [Alias("PSPath", "LP")]
    public string[] LiteralPath { get; set; } = [];

    /// <summary>The names of assemblies.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "FromAssemblyName")]
    [Alias("AN")]
    public string[] AssemblyName { get; set; } = [];

    /// <summary>Writes the types.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Accepted, since nothing that could fail is compiled here.</summary>
    [Parameter]
    public SwitchParameter IgnoreWarnings { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        this.RefuseIf(ParameterSetName == "FromSource", "-TypeDefinition");
        this.RefuseIf(ParameterSetName == "FromMember", "-MemberDefinition");
        foreach (var name in AssemblyName)
        {
            Emit(Load(name));
        }

        foreach (var path in Path.SelectMany(path => SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _)).Concat(LiteralPath))
        {
            Emit(Assembly.LoadFrom(SessionState.Path.GetUnresolvedProviderPathFromPSPath(path)));
        }
    }

    private Assembly Load(string name)
    {
        var known = AppDomain.CurrentDomain.GetAssemblies()
            .FirstOrDefault(assembly => string.Equals(assembly.GetName().Name, name, StringComparison.OrdinalIgnoreCase));
        try
        {
            return known ?? Assembly.Load(new AssemblyName(name));
        }
        catch (Exception exception) when (exception is FileNotFoundException or FileLoadException or BadImageFormatException)
        {
            ThrowTerminatingError(new ErrorRecord(
                new InvalidOperationException($"Cannot find path for assembly '{name}'.", exception), "ASSEMBLY_NOT_FOUND", ErrorCategory.ObjectNotFound, name));
            throw;
        }
    }

    private void Emit(Assembly assembly)
    {
        if (PassThru)
        {
            WriteObject(assembly.GetExportedTypes(), enumerateCollection: true);
        }
    }
}
