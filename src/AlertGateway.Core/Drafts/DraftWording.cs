using System.Text.Json;
using AlertGateway.Cap;

namespace AlertGateway.Core.Drafts;

/// <summary>The words of one language. Placeholders in braces; what is not known becomes a dash.</summary>
public sealed record DraftText
{
    public required string Event { get; init; }

    public required string Headline { get; init; }

    public required string Description { get; init; }

    public required string Instruction { get; init; }

    /// <summary>Description of the cancel.</summary>
    public required string Lifted { get; init; }
}

/// <summary>How a draft of one kind reads.</summary>
public sealed record DraftTemplate
{
    /// <summary><c>river</c>, <c>reservoir</c>, <c>discharge</c>, <c>rain</c>, <c>gate-opening</c>; for hazards <c>KIND/shelter</c> or <c>KIND/upwind</c>, or the kind alone.</summary>
    public required string Kind { get; init; }

    public required Category Category { get; init; }

    public required ResponseType Response { get; init; }

    public required DraftText Zh { get; init; }

    public required DraftText En { get; init; }
}

/// <summary>The gateway's own wording of drafts: <c>config/templates/drafts.json</c>. No text of it tells people to shelter and to leave: whoever hears both does neither.</summary>
public sealed record DraftWording
{
    public const string Shelter = "就地避险", Upwind = "向上风向撤离";

    private static readonly string[] Common = ["sender", "event", "colour", "time", "area", "shelter", "arrival", "zoneText"];
    private static readonly string[] OfThresholds = [.. Common, "station", "value", "threshold", "level", "over", "window", "datum"];
    private static readonly string[] OfHazards = [.. Common, "place", "substance", "wind", "toWind", "discharge", "starts"];

    /// <summary>Which of the two actions a hazard asks for when its report does not say, by kind.</summary>
    public required IReadOnlyDictionary<string, string> DefaultActions { get; init; }

    /// <summary>National event codes by kind.</summary>
    public required IReadOnlyDictionary<string, string> EventCodes { get; init; }

    public required IReadOnlyList<DraftTemplate> Templates { get; init; }

    /// <exception cref="InvalidDataException">The file does not say what it must, or a text says both actions; every problem is listed.</exception>
    public static DraftWording Parse(ReadOnlySpan<byte> json)
    {
        DraftWording wording;
        try
        {
            wording = JsonSerializer.Deserialize<DraftWording>(json, ConfigJson.Options) ?? throw new InvalidDataException("The drafts' wording is empty.");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"The drafts' wording cannot be read: {e.Message}", e);
        }

        var problems = new List<string>();
        foreach (var t in wording.Templates)
        {
            var known = t.Kind is "river" or "reservoir" or "discharge" or "rain" ? OfThresholds : OfHazards;
            foreach (var text in (string[])[t.Zh.Headline, t.Zh.Description, t.Zh.Instruction, t.Zh.Lifted, t.En.Headline, t.En.Description, t.En.Instruction, t.En.Lifted])
            {
                foreach (var name in text.Split('{').Skip(1).Select(part => part.Split('}')[0]))
                {
                    if (!known.Contains(name)) problems.Add($"{t.Kind}: {{{name}}} is no placeholder of this kind.");
                }
            }

            foreach (var text in (string[])[t.Zh.Event, t.Zh.Headline, t.Zh.Description, t.Zh.Instruction, t.Zh.Lifted, t.En.Event, t.En.Headline, t.En.Description, t.En.Instruction, t.En.Lifted])
            {
                if (SaysShelter(text) && SaysUpwind(text)) problems.Add($"{t.Kind}: a text says to shelter and to leave.");
            }

            var all = string.Concat(t.Zh.Headline, t.Zh.Description, t.Zh.Instruction, t.En.Headline, t.En.Description, t.En.Instruction);
            if (SaysShelter(all) && SaysUpwind(all)) problems.Add($"{t.Kind}: its texts together say to shelter and to leave.");
            if (t.Kind.EndsWith("/shelter", StringComparison.Ordinal) && (!t.Zh.Instruction.Contains(Shelter, StringComparison.Ordinal) || t.Response != ResponseType.Shelter)) problems.Add($"{t.Kind}: must say {Shelter} and have the response Shelter.");
            if (t.Kind.EndsWith("/upwind", StringComparison.Ordinal) && (!t.Zh.Instruction.Contains(Upwind, StringComparison.Ordinal) || t.Response != ResponseType.Evacuate)) problems.Add($"{t.Kind}: must say {Upwind} and have the response Evacuate.");
        }

        foreach (var (kind, action) in wording.DefaultActions)
        {
            if (action is not ("shelter" or "upwind")) problems.Add($"{kind}: the default action is shelter or upwind.");
            foreach (var each in (string[])["shelter", "upwind"])
            {
                if (wording.Find(kind + "/" + each) is null) problems.Add($"{kind}: has no template {each}.");
            }
        }

        foreach (var twice in wording.Templates.GroupBy(t => t.Kind).Where(g => g.Count() > 1)) problems.Add($"{twice.Key}: is there twice.");
        return problems.Count == 0 ? wording : throw new InvalidDataException("Drafts: " + string.Join(" ", problems));
    }

    /// <summary>Null when there is none.</summary>
    public DraftTemplate? Find(string kind) => Templates.FirstOrDefault(t => t.Kind == kind);

    public static bool SaysShelter(string text) => text.Contains(Shelter, StringComparison.Ordinal) || text.Contains("stay indoors", StringComparison.OrdinalIgnoreCase) || text.Contains("shelter in place", StringComparison.OrdinalIgnoreCase);

    public static bool SaysUpwind(string text) => text.Contains("上风向", StringComparison.Ordinal) || text.Contains("upwind", StringComparison.OrdinalIgnoreCase);
}
