using System.Management.Automation;
using System.Text;

namespace PsutilAgent.PowerShellHost;

/// <summary>Turns the names that -Encoding takes (utf8, utf8BOM, unicode, ascii, ...), code pages and encodings into an encoding.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class TextEncodingAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value switch
        {
            string name => Named(name),
            int page => Encoding.GetEncoding(page),
            _ => inputData,
        };
    }

    private static Encoding Named(string name) => name.ToLowerInvariant() switch
    {
        "utf8" or "utf8nobom" or "default" => new UTF8Encoding(false),
        "utf8bom" => new UTF8Encoding(true),
        "unicode" or "string" or "unknown" => Encoding.Unicode,
        "bigendianunicode" => Encoding.BigEndianUnicode,
        "utf32" => Encoding.UTF32,
        "bigendianutf32" => new UTF32Encoding(bigEndian: true, byteOrderMark: true),
        "ascii" => Encoding.ASCII,
        "utf7" => throw new PSNotImplementedException("the PsutilAgent test host does not implement -Encoding utf7"),
        "oem" or "ansi" => throw new PSNotImplementedException($"the PsutilAgent test host does not implement -Encoding {name}"),
        _ => Encoding.GetEncoding(name),
    };
}
