using System.Globalization;

namespace AlertGateway.Cap;

internal sealed partial class AlertParser
{
    private bool _inInfo;
    private bool _inArea;

    private Info ParseInfo()
    {
        _inInfo = true;
        string? language = null, eventText = null, urgency = null, severity = null, certainty = null, audience = null, stray = null;
        string? effective = null, onset = null, expires = null, senderName = null, headline = null, description = null, instruction = null, web = null, contact = null;
        List<Category>? categories = null;
        List<ResponseType>? responses = null;
        List<NamedValue>? eventCodes = null, parameters = null;
        List<Resource>? resources = null;
        List<Area>? areas = null;
        var depth = _reader.Depth;
        if (!_reader.IsEmpty)
        {
            while (_reader.NextChild(depth, ref stray))
            {
                if (!IsOurs()) continue;
                switch (_reader.LocalName)
                {
                    case "language": Once(ref language); break;
                    case "category": AddWord(ref categories, "category"); break;
                    case "event": Once(ref eventText); break;
                    case "responseType": AddWord(ref responses, "responseType"); break;
                    case "urgency": Once(ref urgency); break;
                    case "severity": Once(ref severity); break;
                    case "certainty": Once(ref certainty); break;
                    case "audience": Once(ref audience); break;
                    case "eventCode": (eventCodes ??= []).Add(Pair()); break;
                    case "effective": Header(ref effective); break;
                    case "onset": Header(ref onset); break;
                    case "expires": Header(ref expires); break;
                    case "senderName": Once(ref senderName); break;
                    case "headline": Once(ref headline); break;
                    case "description": Once(ref description); break;
                    case "instruction": Once(ref instruction); break;
                    case "web": Once(ref web); break;
                    case "contact": Once(ref contact); break;
                    case "parameter": (parameters ??= []).Add(Pair()); break;
                    case "resource": (resources ??= []).Add(ParseResource()); break;
                    case "area": AddArea(ref areas); break;
                    default: Unknown(); break;
                }
            }
        }

        if (string.IsNullOrEmpty(eventText)) sink.Add(FindingCodes.TextMissing, Path("event"), "The event is missing.");
        if (categories is null && _version != CapVersion.V10) sink.Add(FindingCodes.WordMissing, Path("category"), "The category is missing.");
        var (urgencyValue, urgencyText) = Word<Urgency>(urgency, "urgency");
        var (severityValue, severityText) = Word<Severity>(severity, "severity");
        var (certaintyValue, certaintyText) = string.Equals(certainty, "Very Likely", StringComparison.OrdinalIgnoreCase)
            ? (Certainty.Likely, null) // CAP 1.0; CAP 1.2 §3.2.2 says to read it so
            : Word<Certainty>(certainty, "certainty");
        var info = new Info
        {
            Language = language,
            Categories = categories ?? (IReadOnlyList<Category>)[],
            Event = eventText ?? "",
            ResponseTypes = responses ?? (IReadOnlyList<ResponseType>)[],
            Urgency = urgencyValue,
            UrgencyText = urgencyText,
            Severity = severityValue,
            SeverityText = severityText,
            Certainty = certaintyValue,
            CertaintyText = certaintyText,
            Audience = audience,
            EventCodes = eventCodes ?? (IReadOnlyList<NamedValue>)[],
            Effective = Time(effective, "effective"),
            EffectiveText = effective,
            Onset = Time(onset, "onset"),
            OnsetText = onset,
            Expires = Time(expires, "expires"),
            ExpiresText = expires,
            SenderName = senderName,
            Headline = headline,
            Description = description,
            Instruction = instruction,
            Web = web,
            Contact = contact,
            Parameters = parameters ?? (IReadOnlyList<NamedValue>)[],
            Resources = resources ?? (IReadOnlyList<Resource>)[],
            Areas = areas ?? (IReadOnlyList<Area>)[],
        };
        _inInfo = false;
        return info;
    }

    private void AddWord<T>(ref List<T>? words, string element) where T : struct, Enum
    {
        var text = Text();
        words ??= [];
        var (value, unknown) = Word<T>(text, element);
        if (unknown is null && text.Length > 0) words.Add(value);
    }

    private Resource ParseResource()
    {
        string? desc = null, mimeType = null, size = null, uri = null, derefUri = null, digest = null, stray = null;
        var depth = _reader.Depth;
        if (!_reader.IsEmpty)
        {
            while (_reader.NextChild(depth, ref stray))
            {
                if (!IsOurs()) continue;
                switch (_reader.LocalName)
                {
                    case "resourceDesc": Once(ref desc); break;
                    case "mimeType": Once(ref mimeType); break;
                    case "size": Once(ref size); break;
                    case "uri": Once(ref uri); break;
                    case "derefUri": Once(ref derefUri); break;
                    case "digest": Once(ref digest); break;
                    default: Unknown(); break;
                }
            }
        }

        if (string.IsNullOrEmpty(mimeType)) sink.Add(FindingCodes.ResourceMimeType, Path("resource"), "A resource does not say its type.");
        if (string.IsNullOrEmpty(uri) && string.IsNullOrEmpty(derefUri)) sink.Add(FindingCodes.ResourceEmpty, Path("resource"), "A resource has neither a uri nor content.");
        long? bytes = null;
        if (!string.IsNullOrEmpty(size))
        {
            if (long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)) bytes = parsed;
            else sink.Add(FindingCodes.NumberUnreadable, Path("resource"), $"“{Shown(size)}” is not a size in bytes.");
        }

        return new Resource { ResourceDesc = desc ?? "", MimeType = mimeType, SizeBytes = bytes, Uri = uri, DerefUri = derefUri, Digest = digest };
    }
}
