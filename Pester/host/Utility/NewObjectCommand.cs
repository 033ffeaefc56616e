using System.Collections;
using System.Management.Automation;
using PsutilAgent.PowerShellHost;

namespace Microsoft.PowerShell.Commands;

/// <summary>New-Object: makes an object of a .NET type. -ComObject is refused.</summary>
[Cmdlet(VerbsCommon.New, "Object", DefaultParameterSetName = "Net")]
public sealed class NewObjectCommand : PSCmdlet
{
    /// <summary>The type.</summary>
    [Parameter(ParameterSetName = "Net", Mandatory = true, Position = 0)]
    public string TypeName { get; set; } = string.Empty;

    /// <summary>What the constructor gets.</summary>
    [Parameter(ParameterSetName = "Net", Position = 1)]
    [Alias("Args")]
    public object?[]? ArgumentList { get; set; }

    /// <summary>Refused.</summary>
    [Parameter(ParameterSetName = "Com", Mandatory = true, Position = 0)]
    public string? ComObject { get; set; }

    /// <summary>Properties that are set afterwards.</summary>
    [Parameter]
    public IDictionary? Property { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        this.RefuseIf(ComObject is not null, "-ComObject");
        if (!LanguagePrimitives.TryConvertTo<Type>(TypeName, out var type))
        {
            ThrowTerminatingError(new ErrorRecord(
                new PSArgumentException($"Cannot find type [{TypeName}]: verify that the assembly containing this type is loaded."),
                "TypeNotFound", ErrorCategory.InvalidType, null));
        }

        object? made;
        try
        {
            made = type == typeof(PSObject) || type == typeof(PSCustomObject)
                ? new PSObject()
                : ArgumentList is null && type.IsValueType
                    ? Activator.CreateInstance(type)
                    : Invoke(type);
        }
        catch (RuntimeException exception)
        {
            var cause = exception.InnerException ?? exception;
            ThrowTerminatingError(new ErrorRecord(
                cause, exception is MethodException ? "CannotFindAppropriateCtor" : "ConstructorInvokedThrowException", ErrorCategory.ObjectNotFound, null));
            return;
        }

        var result = PSObject.AsPSObject(made!);
        foreach (DictionaryEntry pair in Property ?? new Hashtable())
        {
            var name = LanguagePrimitives.ConvertTo<string>(pair.Key);
            if (result.Properties[name] is { } known)
            {
                known.Value = pair.Value;
            }
            else if (result.BaseObject is PSCustomObject)
            {
                result.Properties.Add(new PSNoteProperty(name, pair.Value));
            }
            else
            {
                ThrowTerminatingError(new ErrorRecord(
                    new InvalidOperationException($"The member \"{name}\" was not found for the specified .NET object."),
                    "InvalidOperationException", ErrorCategory.InvalidOperation, null));
            }
        }

        WriteObject(result);
    }

    // The engine's own choice among constructors; the array stops a list from being unrolled on its way back.
    private object Invoke(Type type)
    {
        var arguments = ArgumentList ?? [];
        var call = ScriptBlock.Create("param($Type, $Arguments) , $Type::new.Invoke($Arguments)");
        var made = call.InvokeReturnAsIs(type, arguments);
        return made is PSObject { BaseObject: object?[] { Length: 1 } list } ? list[0]! : made is object?[] { Length: 1 } plain ? plain[0]! : made;
    }
}
