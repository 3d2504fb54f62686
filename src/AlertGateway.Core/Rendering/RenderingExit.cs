using AlertGateway.Cap;

namespace AlertGateway.Core.Rendering;

/// <summary>The one way out of rendering: whatever is not Actual is marked first and last here (I8), and what leaves is hashed.</summary>
internal static class RenderingExit
{
    /// <summary>The text as it will be sent.</summary>
    public static string Mark(string text, string language, bool exercise)
    {
        if (!exercise) return text;
        return language == "zh" ? Renditions.ZhMark + text + Renditions.ZhMark : $"{Renditions.EnMark} {text} {Renditions.EnMark}";
    }

    /// <exception cref="InvalidOperationException">The rendition is not Actual and not marked: a bug, and nothing leaves.</exception>
    public static Rendition Leave(Rendition rendition)
    {
        if (rendition.Status != nameof(AlertStatus.Actual) && !Renditions.IsMarked(rendition))
            throw new InvalidOperationException($"A {rendition.Status} rendition for {rendition.Channel} ({rendition.Language}, {rendition.Purpose}) is not marked as an exercise.");
        return rendition with { Sha256 = RenditionHash.Of(rendition) };
    }
}
