using System.Text.Json;
using AlertGateway.Cap;

namespace AlertGateway.Core.Rendering;

/// <summary>One text or programme made for a (channel, language, purpose). What people approve and what leaves, byte for byte.</summary>
public sealed record Rendition
{
    public required ChannelKind Channel { get; init; }

    public required Purpose Purpose { get; init; }

    /// <summary><c>zh</c> or <c>en</c>; a programme that speaks both says <c>zh+en</c>.</summary>
    public required string Language { get; init; }

    /// <summary>CAP status of the alert: <c>Actual</c>, <c>Exercise</c>, <c>Test</c> …</summary>
    public required string Status { get; init; }

    /// <summary>SMS: the body. Push: the JSON payload without tag and serial. Programme: the spoken script.</summary>
    public required string Text { get; init; }

    /// <summary>SMS segments (70/67 UCS-2, 160/153 GSM-7); 0 where the channel has none.</summary>
    public int Segments { get; init; }

    /// <summary>SHA-256 hex of the programme's WAV; null for texts.</summary>
    public string? ProgrammeSha256 { get; init; }

    public long ProgrammeBytes { get; init; }

    public TimeSpan ProgrammeDuration { get; init; }

    /// <summary>Loudspeaker programmes: how they are played again. Null: as the colour's setting says.</summary>
    public HornPlan? Horns { get; init; }

    /// <summary>Loudspeaker programmes: loudspeakers hold it already, so that one signed order makes all of them sound at once.</summary>
    public bool InStock { get; init; }

    /// <summary>Colour of the warning, for priority and display: red, orange, yellow, blue, none.</summary>
    public required WarningColour Colour { get; init; }

    /// <summary>SHA-256 hex over everything above: part of the rendition hash that people approve.</summary>
    public required string Sha256 { get; init; }
}

/// <summary>The marks of the exercise world (I8).</summary>
public static class Renditions
{
    public const string ZhMark = "【演练】";
    public const string EnMark = "EXERCISE";
    public const string SpokenZhMark = "演练";

    /// <summary>Why a channel must refuse this rendition for this endpoint; null when it may go.</summary>
    public static Dispatch.DispatchError? RefusalOf(Rendition rendition, bool exerciseEndpoint)
    {
        bool actual = rendition.Status == "Actual";
        if (actual == exerciseEndpoint) return Dispatch.DispatchError.WrongWorld;
        if (actual) return null;
        return IsMarked(rendition) ? null : Dispatch.DispatchError.Unmarked;
    }

    /// <summary>True when the rendition says first and last that it is an exercise.</summary>
    public static bool IsMarked(Rendition rendition)
    {
        if (rendition.Channel == ChannelKind.Push) return IsPushMarked(rendition.Text);
        return IsMarked(rendition.Text, rendition.ProgrammeSha256 is null ? [ZhMark, EnMark] : [SpokenZhMark, "exercise", EnMark, ZhMark]);
    }

    // A phone shows the title, the body and the instruction in places of their own, at times only one of them: each says it, first and last.
    private static bool IsPushMarked(string payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            if (json.RootElement.ValueKind != JsonValueKind.Object) return false;
            bool Says(string name, bool mayBeEmpty) =>
                json.RootElement.TryGetProperty(name, out var shown) ? shown.ValueKind == JsonValueKind.String && shown.GetString() is { } text && (text.Length == 0 ? mayBeEmpty : IsMarked(text, [ZhMark, EnMark])) : mayBeEmpty;
            return Says("title", mayBeEmpty: false) && Says("body", mayBeEmpty: false) && Says("instruction", mayBeEmpty: true);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsMarked(string words, ReadOnlySpan<string> marks)
    {
        string text = words.Trim();
        bool first = false, last = false;
        string end = text.TrimEnd('。', '.', '！', '!');
        foreach (string mark in marks)
        {
            first |= text.StartsWith(mark, StringComparison.OrdinalIgnoreCase);
            last |= end.EndsWith(mark, StringComparison.OrdinalIgnoreCase);
        }
        return first && last;
    }
}
