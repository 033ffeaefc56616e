using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Update-TypeData: adds one member, or the default properties, to a type by name. Files (-AppendPath, -PrependPath) are refused.</summary>
[Cmdlet(VerbsData.Update, "TypeData", SupportsShouldProcess = true, DefaultParameterSetName = "DynamicTypeSet")]
public sealed class UpdateTypeDataCommand : PSCmdlet
{
    /// <summary>The type.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    public string TypeName { get; set; } = string.Empty;

    /// <summary>Which kind of member.</summary>
    [Parameter]
    public PSMemberTypes MemberType { get; set; }

    /// <summary>Its name.</summary>
    [Parameter]
    public string? MemberName { get; set; }

    /// <summary>Its value, or the script that reads it.</summary>
    [Parameter]
    public object? Value { get; set; }

    /// <summary>The properties that are shown.</summary>
    [Parameter]
    public string[]? DefaultDisplayPropertySet { get; set; }

    /// <summary>Replaces what is there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var data = new TypeData(TypeName);
        if (MemberName is not null)
        {
            TypeMemberData? member = MemberType switch
            {
                PSMemberTypes.NoteProperty => new NotePropertyData(MemberName, Value),
                PSMemberTypes.AliasProperty => new AliasPropertyData(MemberName, LanguagePrimitives.ConvertTo<string>(Value)),
                PSMemberTypes.ScriptProperty => new ScriptPropertyData(MemberName, LanguagePrimitives.ConvertTo<ScriptBlock>(Value)),
                PSMemberTypes.ScriptMethod => new ScriptMethodData(MemberName, LanguagePrimitives.ConvertTo<ScriptBlock>(Value)),
                _ => null,
            };
            this.RefuseIf(member is null, $"-MemberType {MemberType}");
            data.Members.Add(MemberName, member!);
        }

        if (DefaultDisplayPropertySet is not null)
        {
            data.DefaultDisplayPropertySet = new PropertySetData(DefaultDisplayPropertySet);
        }

        if (ShouldProcess(TypeName, "Update-TypeData"))
        {
            var runspace = (Runspace)Internals.Get(Internals.Get(this, "Context")!, "CurrentRunspace")!;
            var table = (TypeTable)Internals.Get(runspace.GetType().GetProperty("ExecutionContext",
                System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.GetValue(runspace)!, "TypeTable")!;
            Update(table, data);
        }
    }

    private void Update(TypeTable table, TypeData data)
    {
        data.IsOverride = Force;
        try
        {
            table.AddType(data);
        }
        catch (RuntimeException exception)
        {
            WriteError(new ErrorRecord(exception, "TypesDynamicUpdateException", ErrorCategory.InvalidOperation, TypeName));
        }
    }
}
