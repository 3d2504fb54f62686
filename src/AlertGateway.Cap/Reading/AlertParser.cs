using System.Globalization;
using System.Xml;

namespace AlertGateway.Cap;

/// <summary>Makes the model of one alert in a single forward pass: any order, any prefix, any CAP version. It reports form; <see cref="AlertRules"/> judges meaning.</summary>
internal sealed partial class AlertParser(XmlReader xml, CapReaderOptions options, FindingSink sink)
{
    private readonly ElementReader _reader = new(xml, options.DepthMax);
    private string _namespace = "";
    private CapVersion _version;
    private int _infoIndex = -1;
    private int _areaIndex = -1;
    private int _areas;
    private int _vertices;
    private bool _verticesReported;

    /// <summary>Number of XML signatures directly under the alert.</summary>
    public int Signatures { get; private set; }

    /// <summary>The reader must stand on the alert's start element, and stands on its end afterwards.</summary>
    public Alert Parse()
    {
        _namespace = _reader.NamespaceUri;
        _version = CapNames.VersionOf(_namespace);
        if (_version == CapVersion.Unknown)
            sink.Add(FindingCodes.NamespaceUnknown, "/alert", _namespace.Length == 0 ? "The alert has no namespace." : $"The alert has the namespace {Shown(_namespace)}.");

        string? identifier = null, sender = null, sent = null, status = null, msgType = null, scope = null;
        string? source = null, restriction = null, addresses = null, note = null, references = null, incidents = null, stray = null;
        List<string>? codes = null;
        List<Info>? infos = null;
        var depth = _reader.Depth;
        if (!_reader.IsEmpty)
        {
            while (_reader.NextChild(depth, ref stray))
            {
                if (!IsOurs()) continue;
                switch (_reader.LocalName)
                {
                    case "identifier": Header(ref identifier); break;
                    case "sender": Header(ref sender); break;
                    case "sent": Header(ref sent); break;
                    case "status": Header(ref status); break;
                    case "msgType": Header(ref msgType); break;
                    case "scope": Header(ref scope); break;
                    case "references": Header(ref references); break;
                    case "source": Once(ref source); break;
                    case "restriction": Once(ref restriction); break;
                    case "addresses": Once(ref addresses); break;
                    case "code": (codes ??= []).Add(Text()); break;
                    case "note": Once(ref note); break;
                    case "incidents": Once(ref incidents); break;
                    case "password": _reader.Skip(); break; // CAP 1.0, deprecated there
                    case "info": AddInfo(ref infos); break;
                    default: Unknown(); break;
                }
            }
        }

        var (statusValue, statusText) = Word<AlertStatus>(status);
        var (msgTypeValue, msgTypeText) = Word<MsgType>(msgType);
        var (scopeValue, scopeText) = Word<AlertScope>(scope);
        if (scope is null && _version == CapVersion.V10)
        {
            scopeValue = AlertScope.Public;
            sink.Add(FindingCodes.ScopeDefaulted, "/alert", "CAP 1.0 allows an alert without scope; it counts as Public.");
        }

        return new Alert
        {
            Version = _version,
            Identifier = identifier ?? "",
            Sender = sender ?? "",
            SentText = sent ?? "",
            Sent = string.IsNullOrEmpty(sent) ? null : Time(sent, "sent"),
            Status = statusValue,
            StatusText = statusText,
            MsgType = msgTypeValue,
            MsgTypeText = msgTypeText,
            Scope = scopeValue,
            ScopeText = scopeText,
            Source = source,
            Restriction = restriction,
            Addresses = CapLists.Quoted(addresses),
            Codes = codes ?? (IReadOnlyList<string>)[],
            Note = note,
            References = CapLists.References(references, part =>
                sink.Add(FindingCodes.ReferenceUnreadable, "/alert/references", $"“{Shown(part)}” is not a sender,identifier,sent triple.")),
            Incidents = CapLists.Quoted(incidents),
            Infos = infos ?? (IReadOnlyList<Info>)[],
        };
    }

    private void AddInfo(ref List<Info>? infos)
    {
        _infoIndex++;
        _areaIndex = -1;
        if (_infoIndex >= options.InfosMax)
        {
            if (_infoIndex == options.InfosMax) sink.Add(FindingCodes.InfosOversized, "/alert", $"The alert has more than {options.InfosMax} infos; the rest was not read.");
            _reader.Skip();
        }
        else (infos ??= []).Add(ParseInfo());
        _infoIndex = Math.Min(_infoIndex, options.InfosMax);
    }

    // ---- elements ----

    /// <summary>True for an element to interpret; any other one is consumed here.</summary>
    private bool IsOurs()
    {
        var ns = _reader.NamespaceUri;
        if (ReferenceEquals(ns, _namespace) || ns == _namespace || ns.Length == 0 || CapNames.VersionOf(ns) != CapVersion.Unknown) return true;
        if (ns == CapNames.Signature && _reader.LocalName == "Signature") Signatures++;
        else if (!sink.IsFull) sink.Add(FindingCodes.ElementForeign, Path(_reader.LocalName), $"The element {Shown(_reader.LocalName)} of another namespace was skipped.");
        _reader.Skip();
        return false;
    }

    private void Unknown()
    {
        if (!sink.IsFull) sink.Add(FindingCodes.ElementUnknown, Path(_reader.LocalName), $"CAP has no element {Shown(_reader.LocalName)} here; it was skipped.");
        _reader.Skip();
    }

    private string Text()
    {
        var name = _reader.LocalName;
        var text = _reader.Text(out var hadChildren);
        if (hadChildren) sink.Add(FindingCodes.ElementUnknown, Path(name), $"Elements inside {Shown(name)} were skipped.");
        return text;
    }

    private void Once(ref string? value)
    {
        var name = _reader.LocalName;
        var text = Text();
        if (value is null) value = text;
        else sink.Add(FindingCodes.ElementRepeated, Path(name), $"{name} occurs again; the first one counts.");
    }

    private void Header(ref string? value)
    {
        var name = _reader.LocalName;
        var text = Text();
        if (value is null) value = text;
        else sink.Add(FindingCodes.HeaderRepeated, Path(name), $"{name} occurs more than once; which one is meant cannot be told.");
    }

    private NamedValue Pair()
    {
        var element = _reader.LocalName;
        string? name = null, value = null, stray = null;
        if (!_reader.IsEmpty)
        {
            var depth = _reader.Depth;
            while (_reader.NextChild(depth, ref stray))
            {
                if (!IsOurs()) continue;
                if (_reader.LocalName == "valueName") Once(ref name);
                else if (_reader.LocalName == "value") Once(ref value);
                else Unknown();
            }
        }

        if (name is not null || value is not null || string.IsNullOrWhiteSpace(stray)) return new NamedValue(name ?? "", value ?? "");
        // CAP 1.0 wrote "name=value".
        if (_version != CapVersion.V10) sink.Add(FindingCodes.PairForm, Path(element), $"{element} is written as text.");
        var text = stray.Trim();
        var equals = text.IndexOf('=');
        return equals < 0 ? new NamedValue("", text) : new NamedValue(text[..equals].Trim(), text[(equals + 1)..].Trim());
    }

    // ---- values ----

    private (T Value, string? Text) Word<T>(string? text, string? reportAs = null) where T : struct, Enum
    {
        if (string.IsNullOrEmpty(text))
        {
            if (reportAs is not null) sink.Add(FindingCodes.WordMissing, Path(null), $"{reportAs} is missing; it counts as Unknown.");
            return default;
        }

        if (Words<T>.TryRead(text, out var value, out var exact))
        {
            if (!exact) sink.Add(FindingCodes.WordCase, Path(reportAs), $"“{Shown(text)}” is spelt with other capitals.");
            return (value, null);
        }

        if (reportAs is not null) sink.Add(FindingCodes.WordUnknown, Path(reportAs), $"“{Shown(text)}” is not a word that CAP has for {reportAs}.");
        return (default, text);
    }

    private DateTimeOffset? Time(string? text, string element)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (!CapTime.TryRead(text, out var time, out var flaws))
        {
            sink.Add(FindingCodes.TimeUnreadable, Path(element), $"“{Shown(text)}” is not a time that can be read.");
            return null;
        }

        if (flaws == TimeFlaws.None) return time;
        if (flaws.HasFlag(TimeFlaws.NoOffset)) sink.Add(FindingCodes.TimeNoOffset, Path(element), $"“{Shown(text)}” does not say its zone; UTC is assumed for display only.");
        else if ((flaws & (TimeFlaws.Form | TimeFlaws.Fraction)) != 0) sink.Add(FindingCodes.TimeForm, Path(element), $"“{Shown(text)}” is not in the form YYYY-MM-DDThh:mm:ss±hh:mm.");
        else sink.Add(FindingCodes.TimeZeroOffset, Path(element), $"“{Shown(text)}” writes UTC in another way than -00:00.");
        return time;
    }

    private double? Feet(string? text, string element)
    {
        if (string.IsNullOrEmpty(text)) return null;
        if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var feet) && double.IsFinite(feet)) return feet;
        sink.Add(FindingCodes.NumberUnreadable, Path(element), $"“{Shown(text)}” is not a number of feet.");
        return null;
    }

    private string Path(string? leaf)
    {
        var path = "/alert";
        if (_infoIndex >= 0 && _inInfo) path += $"/info[{_infoIndex}]";
        if (_areaIndex >= 0 && _inArea) path += $"/area[{_areaIndex}]";
        return leaf is null ? path : $"{path}/{Shown(leaf)}";
    }

    /// <summary>Foreign text for a sentence: one line, bounded in length.</summary>
    internal static string Shown(string text, int charsMax = 80)
    {
        var cut = text.Length > charsMax ? string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[charsMax - 1]) ? charsMax - 1 : charsMax), "…") : text;
        return cut.AsSpan().ContainsAnyInRange('\0', '\u001F') ? string.Concat(cut.Select(c => c < ' ' ? ' ' : c)) : cut;
    }
}
