namespace Microsoft.PowerShell.Commands;

/// <summary>The exception inside the record that Write-Error -Message makes.</summary>
public sealed class WriteErrorException : SystemException
{
    /// <summary>Without a text.</summary>
    public WriteErrorException()
        : base("The Write-Error cmdlet reported an error.")
    {
    }

    /// <summary>With a text.</summary>
    public WriteErrorException(string message)
        : base(message)
    {
    }

    /// <summary>With a text and a cause.</summary>
    public WriteErrorException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
