using System.Management.Automation;
using System.Management.Automation.Host;

namespace PsutilAgent.PowerShellHost;

/// <summary>A screen of fixed size that is never asked of the console: under Wine there may be none.</summary>
public sealed class TestHostRawUI : PSHostRawUserInterface
{
    private static readonly Size Screen = new(OperatingSystem.IsWindows() ? 120 : 80, 50);

    /// <inheritdoc/>
    public override ConsoleColor ForegroundColor { get; set; } = ConsoleColor.Gray;

    /// <inheritdoc/>
    public override ConsoleColor BackgroundColor { get; set; } = ConsoleColor.Black;

    /// <inheritdoc/>
    public override Coordinates CursorPosition { get; set; }

    /// <inheritdoc/>
    public override Coordinates WindowPosition { get; set; }

    /// <inheritdoc/>
    public override int CursorSize { get; set; } = 25;

    /// <inheritdoc/>
    public override Size BufferSize { get; set; } = Screen;

    /// <inheritdoc/>
    public override Size WindowSize { get; set; } = Screen;

    /// <inheritdoc/>
    public override Size MaxWindowSize => Screen;

    /// <inheritdoc/>
    public override Size MaxPhysicalWindowSize => Screen;

    /// <inheritdoc/>
    public override bool KeyAvailable => false;

    /// <inheritdoc/>
    public override string WindowTitle { get; set; } = string.Empty;

    /// <inheritdoc/>
    public override void FlushInputBuffer()
    {
    }

    /// <inheritdoc/>
    public override KeyInfo ReadKey(ReadKeyOptions options) => throw Missing(nameof(ReadKey));

    /// <inheritdoc/>
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw Missing(nameof(GetBufferContents));

    /// <inheritdoc/>
    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw Missing(nameof(ScrollBufferContents));

    /// <inheritdoc/>
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw Missing(nameof(SetBufferContents));

    /// <inheritdoc/>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw Missing(nameof(SetBufferContents));

    private static PSNotSupportedException Missing(string what) => new($"the PsutilAgent test host does not implement RawUI.{what}");
}
