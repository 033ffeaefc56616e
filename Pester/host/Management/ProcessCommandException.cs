namespace Microsoft.PowerShell.Commands;

/// <summary>What the process cmdlets could not do.</summary>
public sealed class ProcessCommandException : SystemException
{
    /// <summary>Without a text.</summary>
    public ProcessCommandException()
    {
    }

    /// <summary>With a text.</summary>
    public ProcessCommandException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public ProcessCommandException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
