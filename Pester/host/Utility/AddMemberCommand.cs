using System.Collections;
using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>Add-Member: adds notes, script properties, script methods, aliases or a type name to an object.</summary>
[Cmdlet(VerbsCommon.Add, "Member", DefaultParameterSetName = "TypeNameSet")]
public sealed class AddMemberCommand : PSCmdlet
{
    /// <summary>The object.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true)]
    public PSObject InputObject { get; set; } = new();

    /// <summary>Which kind of member.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "MemberSet")]
    [Alias("Type")]
    public PSMemberTypes MemberType { get; set; }

    /// <summary>Its name.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "MemberSet")]
    public string Name { get; set; } = string.Empty;

    /// <summary>Its value, or the script that reads it.</summary>
    [Parameter(Position = 2, ParameterSetName = "MemberSet")]
    public object? Value { get; set; }

    /// <summary>The script that writes it.</summary>
    [Parameter(Position = 3, ParameterSetName = "MemberSet")]
    public object? SecondValue { get; set; }

    /// <summary>A type name that goes before the others.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "TypeNameSet")]
    [Parameter(ParameterSetName = "MemberSet")]
    [Parameter(ParameterSetName = "NotePropertySingleMemberSet")]
    [Parameter(ParameterSetName = "NotePropertyMultiMemberSet")]
    [ValidateNotNullOrEmpty]
    public string? TypeName { get; set; }

    /// <summary>Replaces a member of that name.</summary>
    [Parameter(ParameterSetName = "MemberSet")]
    [Parameter(ParameterSetName = "NotePropertySingleMemberSet")]
    [Parameter(ParameterSetName = "NotePropertyMultiMemberSet")]
    public SwitchParameter Force { get; set; }

    /// <summary>Writes the object.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>A note's name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "NotePropertySingleMemberSet")]
    public string NotePropertyName { get; set; } = string.Empty;

    /// <summary>A note's value.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = "NotePropertySingleMemberSet")]
    [AllowNull]
    public object? NotePropertyValue { get; set; }

    /// <summary>Several notes.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = "NotePropertyMultiMemberSet")]
    public IDictionary? NotePropertyMembers { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var added = true;
        switch (ParameterSetName)
        {
            case "NotePropertySingleMemberSet":
                added = Add(new PSNoteProperty(NotePropertyName, NotePropertyValue));
                break;
            case "NotePropertyMultiMemberSet":
                foreach (DictionaryEntry pair in NotePropertyMembers!)
                {
                    added &= Add(new PSNoteProperty(LanguagePrimitives.ConvertTo<string>(pair.Key), pair.Value));
                }

                break;
            case "MemberSet":
                added = Member() is { } member && Add(member);
                break;
        }

        if (added && TypeName is not null)
        {
            InputObject.TypeNames.Insert(0, LanguagePrimitives.TryConvertTo<Type>(TypeName, out var type) ? type.FullName! : TypeName);
        }

        if (added && PassThru)
        {
            WriteObject(InputObject);
        }
    }

    private PSMemberInfo? Member()
    {
        switch (MemberType)
        {
            case PSMemberTypes.NoteProperty: return new PSNoteProperty(Name, Value);
            case PSMemberTypes.ScriptMethod: return new PSScriptMethod(Name, Script(Value));
            case PSMemberTypes.ScriptProperty:
                return new PSScriptProperty(Name, Value is null ? null : Script(Value), SecondValue is null ? null : Script(SecondValue));
            case PSMemberTypes.AliasProperty:
                var target = LanguagePrimitives.ConvertTo<string>(Value);
                return SecondValue is null ? new PSAliasProperty(Name, target) : new PSAliasProperty(Name, target, LanguagePrimitives.ConvertTo<Type>(SecondValue));
            default:
                this.Refuse($"-MemberType {MemberType}");
                return null;
        }
    }

    private static ScriptBlock Script(object? value) => LanguagePrimitives.ConvertTo<ScriptBlock>(value);

    private bool Add(PSMemberInfo member)
    {
        if (InputObject.Members[member.Name] is { } known)
        {
            if (!Force || !known.IsInstance && known is not PSProperty and not PSMethod)
            {
                WriteError(new ErrorRecord(
                    new InvalidOperationException($"Cannot add a member with the name \"{member.Name}\" because a member with that name already exists. "
                        + "To overwrite the member anyway, add the Force parameter to your command."),
                    "MemberAlreadyExists", ErrorCategory.InvalidOperation, InputObject));
                return false;
            }

            if (known.IsInstance)
            {
                InputObject.Members.Remove(member.Name);
            }
        }

        InputObject.Members.Add(member);
        return true;
    }
}
