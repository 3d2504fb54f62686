using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Targeting;

namespace AlertGateway.Core.Rendering;

/// <summary>All that an alert needs to be sent, cancelled and corrected.</summary>
/// <param name="Programmes">The audio that programme renditions name by hash; each once.</param>
/// <param name="Notes">What a person must know, such as speech that had to be replaced by a tone.</param>
/// <param name="Holds">Why a person must look first: an exercise whose programme nothing can mark by voice has none.</param>
public sealed record RenderingResult(IReadOnlyList<Rendition> Renditions, IReadOnlyList<ProgrammeAudio> Programmes, IReadOnlyList<string> Notes, IReadOnlyList<HoldReason> Holds);

/// <summary>
/// Makes every rendition before anybody approves: SMS and push in zh and en, and programmes for loudspeakers, one for each order of languages, the first of them also for transmitters; each as original, cancel and correction. Pure but for the
/// programme renderer: equal input gives equal bytes and hashes. Thread-safe.
/// </summary>
/// <param name="publishers">Whose text goes out unaltered; null for nobody's.</param>
public sealed class RenderingRoom(Wording wording, IProgrammeRenderer programmes, VillageLanguages? languages = null, LawfulPublishers? publishers = null)
{
    private const int PushBodyCharsMax = 2_000;
    private const int PushTitleCharsMax = 120;

    private static readonly Purpose[] Purposes = [Purpose.Original, Purpose.Cancel, Purpose.Correction];
    private static readonly string[] Languages = ["zh", "en"];
    private static readonly char[] ClauseEnds = ['，', '。', '；', '！', ',', ';'];
    private readonly IReadOnlyList<IReadOnlyList<string>> _orders = (languages ?? VillageLanguages.Default).Orders;
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="expiresTicks">End of life as people approve it, UTC ticks; <see cref="long.MaxValue"/> for none.</param>
    public async Task<RenderingResult> RenderAsync(Submission submission, long expiresTicks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(submission);
        var (words, told, quoted) = WordsOf(submission, expiresTicks);
        var renditions = new List<Rendition>();
        var audio = new List<ProgrammeAudio>();
        IReadOnlyList<HoldReason> holds = [];
        if (quoted.Any(q => q is not null && (SmsOf(submission, q) is null || SpokenOf(q) is null)))
            holds = [new HoldReason("rendition.text-too-long", "发布单位的文字太长，短信或广播放不下，且不得删改；请发布单位提供标题或较短的文字。", "The publisher's text does not fit an SMS or a reading and may not be cut; ask the publisher for a headline or a shorter text.")];
        foreach (var purpose in Purposes)
        {
            for (var i = 0; i < words.Length; i++) renditions.Add(Sms(submission, purpose == Purpose.Original ? told[i] : words[i], purpose, purpose == Purpose.Original ? quoted[i] : null));
            for (var i = 0; i < words.Length; i++) renditions.Add(Push(submission, purpose == Purpose.Original ? told[i] : words[i], purpose, expiresTicks, purpose == Purpose.Original ? quoted[i] : null));
            ProgrammeAudio[] ordered;
            try
            {
                ordered = new ProgrammeAudio[_orders.Count];
                for (var i = 0; i < ordered.Length; i++) ordered[i] = await programmes.RenderAsync(Script(submission, purpose == Purpose.Original ? told : words, purpose, _orders[i], purpose == Purpose.Original ? quoted : []), cancellationToken);
            }
            catch (InvalidOperationException) when (IsExercise(submission)) // Nothing here can say 演练, and an unmarked programme must not exist.
            {
                holds = [.. holds.Where(h => h.Code != "rendition.no-programme"), new HoldReason("rendition.no-programme", "没有可用的语音，演练节目无法标明“演练”；放行后只发短信和应用推送。", "There is no speech to mark the exercise's programme; once released, only SMS and push are sent.")];
                continue;
            }

            audio.AddRange(ordered);
            for (var i = 0; i < ordered.Length; i++) renditions.Add(Programme(submission, ordered[i], ChannelKind.Loudspeaker, purpose, _orders[i]));
            renditions.Add(Programme(submission, ordered[0], ChannelKind.Broadcast, purpose, _orders[0]));
        }

        return new RenderingResult(renditions, [.. audio.DistinctBy(a => a.Sha256Hex)], [.. audio.SelectMany(a => a.Notes).Distinct(StringComparer.Ordinal)], holds);
    }

    /// <summary>Programmes for earthquake warnings, made before there is one; null where the wording has no words for them.</summary>
    public async Task<QuakeStock?> StockAsync(CancellationToken cancellationToken)
    {
        if (wording.Zh.Earthquake is not { } zh || wording.En.Earthquake is not { } en) return null;
        var stock = new Dictionary<Purpose, IReadOnlyList<ProgrammeAudio>>();
        foreach (var purpose in Purposes)
        {
            var ordered = new List<ProgrammeAudio>();
            foreach (var order in _orders)
            {
                ordered.Add(await programmes.RenderAsync(new ProgrammeScript
                {
                    Passages = [.. order.Select(language => new ProgrammePassage(language, (language == "en" ? en : zh).For(purpose).Speech))], Profile = purpose == Purpose.Original ? QuakeStock.Profile : wording.ProfileOf(WarningColour.Red, purpose, exercise: false, leave: false), Exercise = false,
                }, cancellationToken));
            }
            stock[purpose] = ordered;
        }
        return new QuakeStock(stock);
    }

    /// <summary>An earthquake warning from stock: programmes that are there already and short texts for apps. Takes microseconds; pure. Only for Actual alerts: an exercise has time to be marked by voice.</summary>
    public IReadOnlyList<Rendition> RenderAtOnce(Submission submission, long expiresTicks, QuakeStock stock)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(stock);
        if (IsExercise(submission)) throw new ArgumentException("What is in stock is for Actual alerts only.", nameof(submission));
        var renditions = new List<Rendition>();
        foreach (var purpose in Purposes)
        {
            foreach (var language in Languages)
            {
                var words = wording.Of(language).Earthquake!.For(purpose);
                renditions.Add(RenderingExit.Leave(Blank(submission, ChannelKind.Push, purpose, language, PushPayload(submission, purpose, language, expiresTicks, words.Title, words.Text, ""))));
            }

            var ordered = stock.Programmes[purpose];
            for (var i = 0; i < ordered.Count; i++) renditions.Add(Programme(submission, ordered[i], ChannelKind.Loudspeaker, purpose, _orders[i], inStock: true));
        }

        return renditions;
    }

    /// <summary>The words that a programme says, without its sound: what <see cref="RenderAsync"/> hands to the programme renderer.</summary>
    /// <param name="order">Languages; null for the first order that the villages have.</param>
    public ProgrammeScript ScriptOf(Submission submission, long expiresTicks, Purpose purpose, IReadOnlyList<string>? order = null)
    {
        ArgumentNullException.ThrowIfNull(submission);
        var (words, told, quoted) = WordsOf(submission, expiresTicks);
        return purpose == Purpose.Original ? Script(submission, told, purpose, order ?? _orders[0], quoted) : Script(submission, words, purpose, order ?? _orders[0], []);
    }

    /// <summary>Our words in each language, the same as an original tells them, and the lawful publisher's own where it wrote any.</summary>
    private (AlertWords[] Words, AlertWords[] Told, PublisherText?[] Quoted) WordsOf(Submission submission, long expiresTicks)
    {
        var words = Languages.Select(l => AlertWords.Of(submission, l, wording, expiresTicks)).ToArray();
        var theirs = publishers?.IsByPublisher(submission.Alert, wording.EventKindOf) == true;
        var quoted = words.Select(w => theirs ? PublisherText.Of(submission, w, wording) : null).ToArray();
        // What the publisher did not write in this language is told in ours, and says so.
        var told = words.Select((w, i) => theirs && quoted[i] is null ? w.Titled(wording.Of(w.Language).TranslationMark + w.Title) : w).ToArray();
        return (words, told, quoted);
    }

    private static bool IsExercise(Submission submission) => submission.Alert.Status != AlertStatus.Actual;

    private static Rendition Blank(Submission submission, ChannelKind channel, Purpose purpose, string language, string text) => new()
    {
        Channel = channel,
        Purpose = purpose,
        Language = language,
        Status = submission.Alert.Status.ToString(),
        Text = text,
        Colour = submission.Colour,
        Sha256 = "",
    };

    private string? SmsOf(Submission submission, PublisherText text) =>
        text.Fitting(text.Source, instructionElsewhere: false, t => SmsSegments.Count(RenderingExit.Mark(t, "zh", IsExercise(submission))) <= wording.PublisherSmsSegmentsMax);

    private Rendition Sms(Submission submission, AlertWords words, Purpose purpose, PublisherText? quoted)
    {
        var exercise = IsExercise(submission);
        if (quoted is not null && SmsOf(submission, quoted) is { } own)
        {
            var marked = RenderingExit.Mark(own, words.Language, exercise);
            return RenderingExit.Leave(Blank(submission, ChannelKind.Sms, purpose, words.Language, marked) with { Segments = SmsSegments.Count(marked) });
        }

        string Leaving(string text) => RenderingExit.Mark(words.Language == "en" ? SmsSegments.Plain(text) : text, words.Language, exercise);
        var text = Leaving(TextComposer.Compose(wording.Of(words.Language).Sms.For(purpose), words, t => SmsSegments.Count(Leaving(t)) <= wording.SmsSegmentsMax));
        return RenderingExit.Leave(Blank(submission, ChannelKind.Sms, purpose, words.Language, text) with { Segments = SmsSegments.Count(text) });
    }

    private Rendition Push(Submission submission, AlertWords words, Purpose purpose, long expiresTicks, PublisherText? quoted)
    {
        var language = wording.Of(words.Language);
        var title = quoted is { Headline.Length: > 0 and <= PushTitleCharsMax } ? quoted.Headline : TextComposer.Compose(language.PushTitle.For(purpose), words, t => t.Length <= PushTitleCharsMax);
        var body = quoted?.Fitting(quoted.Source, instructionElsewhere: true, t => t.Length <= PushBodyCharsMax) ?? TextComposer.Compose(language.PushBody.For(purpose), words, t => t.Length <= PushBodyCharsMax);
        var instruction = quoted is null ? words.Instruction : quoted.Instruction is { Length: > 0 and <= PushBodyCharsMax } theirs ? theirs : quoted.LocalLine;
        return RenderingExit.Leave(Blank(submission, ChannelKind.Push, purpose, words.Language, PushPayload(submission, purpose, words.Language, expiresTicks, title, body, instruction)));
    }

    private string PushPayload(Submission submission, Purpose purpose, string language, long expiresTicks, string title, string body, string instruction)
    {
        var exercise = IsExercise(submission);
        var expires = expiresTicks == long.MaxValue ? null : new DateTimeOffset(expiresTicks, TimeSpan.Zero).ToOffset(TimeSpan.FromMinutes(wording.TimeZoneMinutes)).ToString("yyyy-MM-ddTHH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture);
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            json.WriteString("purpose", purpose switch { Purpose.Cancel => "cancel", Purpose.Correction => "correction", _ => "original" });
            json.WriteString("alertId", submission.Alert.Key?.ToString() ?? submission.Alert.Identifier);
            json.WriteString("colour", submission.Colour.ToString().ToLowerInvariant());
            json.WriteString("status", submission.Alert.Status.ToString());
            json.WriteString("language", language);
            json.WriteString("title", RenderingExit.Mark(title, language, exercise));
            json.WriteString("body", RenderingExit.Mark(body, language, exercise));
            json.WriteString("instruction", purpose == Purpose.Original && instruction.Length > 0 ? RenderingExit.Mark(instruction, language, exercise) : "");
            json.WriteString("expires", expires);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // A dialect is read from the Chinese words.
    private ProgrammeScript Script(Submission submission, AlertWords[] words, Purpose purpose, IReadOnlyList<string> order, PublisherText?[] quoted) => new()
    {
        Passages = [.. order.Select(language => (Language: language, At: language == "en" ? 1 : 0)).Select(p => new ProgrammePassage(p.Language, quoted.ElementAtOrDefault(p.At) is { } own && SpokenOf(own) is { } text ? text : Spoken(words[p.At], purpose)))],
        Profile = wording.ProfileOf(submission.Colour, purpose, IsExercise(submission), AsksToLeave(submission, words)),
        Exercise = IsExercise(submission),
    };

    private string? SpokenOf(PublisherText text) => text.SpokenFitting(t => t.Length <= wording.Of(text.Language).PublisherSpeechCharsMax);

    // 立即转移 or 立即向高处转移 in one clause of the words, or CAP's own word for it.
    private static bool AsksToLeave(Submission submission, AlertWords[] words) =>
        words[0].Instruction.Split(ClauseEnds).Any(clause => clause.IndexOf("立即", StringComparison.Ordinal) is >= 0 and var at && clause.IndexOf("转移", at, StringComparison.Ordinal) >= 0)
        || submission.Alert.Infos.Any(info => info.ResponseTypes.Contains(ResponseType.Evacuate));

    private string Spoken(AlertWords w, Purpose purpose) => TextComposer.Compose(wording.Of(w.Language).Speech.For(purpose), w, t => t.Length <= wording.Of(w.Language).SpeechCharsMax);

    private static Rendition Programme(Submission submission, ProgrammeAudio programme, ChannelKind channel, Purpose purpose, IReadOnlyList<string> order, bool inStock = false) =>
        RenderingExit.Leave(Blank(submission, channel, purpose, string.Join('+', order), string.Join('\n', programme.SpokenScript)) with
        {
            ProgrammeSha256 = programme.Sha256Hex,
            ProgrammeBytes = programme.Wav.Length,
            ProgrammeDuration = programme.Duration,
            InStock = inStock,
            Horns = channel == ChannelKind.Loudspeaker && purpose == Purpose.Original ? programme.Horns : null,
        });
}
