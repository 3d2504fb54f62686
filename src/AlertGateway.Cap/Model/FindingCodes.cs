using static AlertGateway.Cap.Disposition;
using static AlertGateway.Cap.FindingLevel;

namespace AlertGateway.Cap;

/// <summary>Every code that this library can report. The list is append-only and equals docs/finding-codes.md.</summary>
public static class FindingCodes
{
    private static readonly List<FindingCode> Defined = [];

    // The document
    public static readonly FindingCode TooLarge = Define("document.too-large", Error, Reject, "The document has more bytes than are read.");
    public static readonly FindingCode EncodingUnknown = Define("document.encoding-unknown", Error, Reject, "The declared character encoding is not known.");
    public static readonly FindingCode EncodingBroken = Define("document.encoding-broken", Error, Reject, "The bytes are not valid in the document's encoding.");
    public static readonly FindingCode EncodingMisdeclared = Define("document.encoding-misdeclared", Warning, Accept, "The document declares UTF-16 and is UTF-8.");
    public static readonly FindingCode LeadingSpace = Define("document.leading-space", Warning, Accept, "White space precedes the XML declaration, so the document is not well-formed.");
    public static readonly FindingCode DocumentType = Define("document.doctype", Error, Reject, "The document has a DOCTYPE, which can carry entity attacks.");
    public static readonly FindingCode NotWellFormed = Define("document.not-well-formed", Error, Reject, "The document is not well-formed XML.");
    public static readonly FindingCode TooDeep = Define("document.too-deep", Error, Reject, "Elements are nested deeper than is read.");
    public static readonly FindingCode NoAlert = Define("document.no-alert", Error, Reject, "The document holds no CAP alert.");
    public static readonly FindingCode TooManyAlerts = Define("document.too-many-alerts", Error, Quarantine, "The container holds more alerts than are read; this is the last one taken.");
    public static readonly FindingCode FindingsTruncated = Define("document.findings-truncated", FindingLevel.Info, Accept, "There are more findings than are listed; the disposition counts all of them.");

    // Form
    public static readonly FindingCode NamespaceUnknown = Define("alert.namespace", Warning, Accept, "The alert element has no CAP namespace.");
    public static readonly FindingCode SchemaInvalid = Define("schema.invalid", Warning, Accept, "The alert violates the schema of its CAP version.");
    public static readonly FindingCode ElementUnknown = Define("element.unknown", Warning, Accept, "An element is not one that CAP has at this place; it was skipped.");
    public static readonly FindingCode ElementForeign = Define("element.foreign", FindingLevel.Info, Accept, "An element of another namespace was skipped.");
    public static readonly FindingCode ElementRepeated = Define("element.repeated", Warning, Accept, "An element that may occur once occurs again; the first one counts.");
    public static readonly FindingCode HeaderRepeated = Define("header.repeated", Error, Quarantine, "An element that decides identity, authority or time occurs more than once.");
    public static readonly FindingCode WordCase = Define("word.case", FindingLevel.Info, Accept, "A word of an enumeration is spelt with other capitals.");
    public static readonly FindingCode WordUnknown = Define("word.unknown", Warning, Accept, "A word is not one of the enumeration; it counts as Unknown.");
    public static readonly FindingCode WordMissing = Define("word.missing", Warning, Accept, "A mandatory word is missing; it counts as Unknown.");
    public static readonly FindingCode TextMissing = Define("text.missing", Warning, Accept, "A mandatory text is missing or empty.");
    public static readonly FindingCode NumberUnreadable = Define("number.unreadable", Warning, Accept, "A number cannot be read; it counts as absent.");
    public static readonly FindingCode PairForm = Define("pair.form", Warning, Accept, "A name and value pair is written as text instead of two elements.");

    // Identity and authority
    public static readonly FindingCode IdentifierMissing = Define("identifier.missing", Error, Reject, "The alert has no identifier.");
    public static readonly FindingCode SenderMissing = Define("sender.missing", Error, Reject, "The alert has no sender.");
    public static readonly FindingCode SentMissing = Define("sent.missing", Error, Reject, "The alert has no sent time, so it has no identity.");
    public static readonly FindingCode IdentifierCharacters = Define("identifier.characters", Error, Quarantine, "The identifier contains a space, comma, < or &.");
    public static readonly FindingCode SenderCharacters = Define("sender.characters", Error, Quarantine, "The sender contains a space, comma, < or &.");
    public static readonly FindingCode StatusUnknown = Define("status.unknown", Error, Quarantine, "The status is missing or not known: real or exercise cannot be told.");
    public static readonly FindingCode MsgTypeUnknown = Define("msgType.unknown", Error, Quarantine, "The message type is missing or not known.");
    public static readonly FindingCode ScopeUnknown = Define("scope.unknown", Error, Quarantine, "The scope is missing or not known: for whom the alert is cannot be told.");
    public static readonly FindingCode ScopeDefaulted = Define("scope.defaulted", FindingLevel.Info, Accept, "A CAP 1.0 alert without scope counts as Public.");
    public static readonly FindingCode RestrictionMissing = Define("restriction.missing", Error, Quarantine, "A Restricted alert does not say its restriction.");
    public static readonly FindingCode RestrictionUnexpected = Define("restriction.unexpected", FindingLevel.Info, Accept, "A restriction stands in an alert that is not Restricted.");
    public static readonly FindingCode AddressesMissing = Define("addresses.missing", Error, Quarantine, "A Private alert has no addresses.");
    public static readonly FindingCode ReferencesMissing = Define("references.missing", Error, Quarantine, "An Update or Cancel does not say which message it changes.");
    public static readonly FindingCode ReferencesAbsent = Define("references.absent", Warning, Accept, "An Ack or Error does not say which message it answers.");
    public static readonly FindingCode ReferencesUnexpected = Define("references.unexpected", FindingLevel.Info, Accept, "A first Alert refers to other messages.");
    public static readonly FindingCode ReferenceUnreadable = Define("references.unreadable", Error, Quarantine, "A part of references is not a sender,identifier,sent triple.");
    public static readonly FindingCode ReferenceTime = Define("references.time", Warning, Accept, "A reference has no readable time; it is matched by sender and identifier.");
    public static readonly FindingCode ReferenceSelf = Define("references.self", Error, Quarantine, "The message refers to itself.");
    public static readonly FindingCode ReferenceSameIdentifier = Define("references.same-identifier", Warning, Accept, "The message refers to an earlier one that has the same sender and identifier.");
    public static readonly FindingCode ReferenceFuture = Define("references.future", Warning, Accept, "A referenced message is dated after this one.");
    public static readonly FindingCode SignatureInvalid = Define("signature.invalid", Error, Quarantine, "A signature was computed and does not fit the content.");
    public static readonly FindingCode SignatureUnverifiable = Define("signature.unverifiable", FindingLevel.Info, Accept, "There is a signature that cannot be judged here.");
    public static readonly FindingCode SignatureWeak = Define("signature.weak", Warning, Accept, "The signature rests on SHA-1 or another weak algorithm and proves nothing.");
    public static readonly FindingCode SignatureIndented = Define("signature.indented", FindingLevel.Info, Accept, "The signature fits the alert only without the white space between its elements, as some tools sign before they indent.");
    public static readonly FindingCode SignatureRequired = Define("signature.required", Error, Quarantine, "The source must sign its messages, and this one has no valid signature.");

    // Time
    public static readonly FindingCode TimeUnreadable = Define("time.unreadable", Error, Quarantine, "A time cannot be read.");
    public static readonly FindingCode TimeNoOffset = Define("time.no-offset", Error, Quarantine, "A time has no zone offset, so the instant is not known.");
    public static readonly FindingCode TimeForm = Define("time.form", FindingLevel.Info, Accept, "A time is readable but not in the form that CAP demands.");
    public static readonly FindingCode TimeZeroOffset = Define("time.zero-offset", FindingLevel.Info, Accept, "UTC is written +00:00 or Z instead of -00:00.");
    public static readonly FindingCode TimeImplausible = Define("time.implausible", Error, Quarantine, "A time is so far off that the sender's clock or calendar must be wrong.");
    public static readonly FindingCode ExpiresMissing = Define("expires.missing", FindingLevel.Info, Accept, "An info has no expires; the configured life applies.");
    public static readonly FindingCode ExpiresNotAfterSent = Define("expires.not-after-sent", Error, Quarantine, "An info expires at or before the time at which it was sent.");
    public static readonly FindingCode ExpiresNotAfterOnset = Define("expires.not-after-onset", Warning, Accept, "An info expires at or before its onset.");

    // Area
    public static readonly FindingCode InfoMissing = Define("info.missing", Error, Quarantine, "An Alert or Update has no info: nothing is said and no area is named.");
    public static readonly FindingCode AreaMissing = Define("area.missing", Error, Quarantine, "An info names no area.");
    public static readonly FindingCode AreaNotLocated = Define("area.not-located", Error, Quarantine, "An area has no polygon, circle or code: only a person can tell where it is.");
    public static readonly FindingCode PolygonEmpty = Define("polygon.empty", FindingLevel.Info, Accept, "A polygon is empty; the area's other shapes and codes count.");
    public static readonly FindingCode PolygonUnreadable = Define("polygon.unreadable", Error, Quarantine, "A polygon cannot be read.");
    public static readonly FindingCode PolygonDegenerate = Define("polygon.degenerate", Error, Quarantine, "A polygon has fewer than three different points.");
    public static readonly FindingCode PolygonOpen = Define("polygon.open", Warning, Accept, "A polygon does not end where it begins; it was closed.");
    public static readonly FindingCode PolygonSpacing = Define("polygon.spacing", FindingLevel.Info, Accept, "A polygon or circle has other separators than CAP demands.");
    public static readonly FindingCode CoordinateRange = Define("coordinate.range", Error, Quarantine, "A latitude or longitude is not on the Earth.");
    public static readonly FindingCode CoordinateSwapped = Define("coordinate.swapped", Error, Quarantine, "Latitude and longitude are exchanged.");
    public static readonly FindingCode CoordinatePastAntimeridian = Define("coordinate.past-antimeridian", FindingLevel.Info, Accept, "A longitude is written past ±180.");
    public static readonly FindingCode CircleUnreadable = Define("circle.unreadable", Error, Quarantine, "A circle cannot be read.");
    public static readonly FindingCode PolygonMended = Define("polygon.mended", FindingLevel.Info, Accept, "A polygon touches or crosses itself without covering other ground; it was made valid.");
    public static readonly FindingCode PolygonUnclear = Define("polygon.unclear", Warning, Accept, "A polygon crosses itself or runs around a pole, so that it can be meant in several ways; all its pieces are kept, and targeting holds the alert for a person.");
    public static readonly FindingCode PolygonCut = Define("polygon.cut", FindingLevel.Info, Accept, "A polygon crosses the 180° meridian and was cut there.");
    public static readonly FindingCode PolygonExcluded = Define("polygon.excluded", FindingLevel.Info, Accept, "A ring is cut out of the area (EXCLUDE_POLYGON).");
    public static readonly FindingCode CircleWidened = Define("circle.widened", FindingLevel.Info, Accept, "A circle is smaller than the configured least radius, which it is given.");
    public static readonly FindingCode CirclePoint = Define("circle.point", FindingLevel.Info, Accept, "A circle has radius zero; the configured minimum applies.");
    public static readonly FindingCode GeocodeEmpty = Define("geocode.empty", Warning, Accept, "A geocode has no value.");
    public static readonly FindingCode CeilingWithoutAltitude = Define("ceiling.without-altitude", Warning, Accept, "A ceiling stands without an altitude or below it.");
    public static readonly FindingCode InfosOversized = Define("oversized.infos", Error, Quarantine, "The alert has more infos than are read.");
    public static readonly FindingCode AreasOversized = Define("oversized.areas", Error, Quarantine, "The alert has more areas than are read.");
    public static readonly FindingCode VerticesOversized = Define("oversized.vertices", Error, Quarantine, "The alert has more polygon vertices than are read.");

    // Profiles: what a regional profile demands beyond CAP
    public static readonly FindingCode ProfileCode = Define("profile.code", Warning, Accept, "The alert lacks the code by which its profile is known.");
    public static readonly FindingCode ProfileEventCode = Define("profile.eventCode", Warning, Accept, "The event codes are not those that the profile demands.");
    public static readonly FindingCode ProfileExpires = Define("profile.expires", Warning, Accept, "The profile demands an expires.");
    public static readonly FindingCode ProfileArea = Define("profile.area", Warning, Accept, "The areas lack the codes that the profile demands.");
    public static readonly FindingCode ProfileLanguages = Define("profile.languages", Warning, Accept, "The languages are not those that the profile demands.");
    public static readonly FindingCode ProfileInfo = Define("profile.info", Warning, Accept, "The profile demands an info.");
    public static readonly FindingCode ProfileParameter = Define("profile.parameter", Warning, Accept, "A parameter that the profile demands is missing or not readable.");
    public static readonly FindingCode ProfileCategories = Define("profile.categories", Warning, Accept, "The profile demands the same categories in all infos.");

    // Content
    public static readonly FindingCode ResourceMimeType = Define("resource.mimeType", FindingLevel.Info, Accept, "A resource does not say its type.");
    public static readonly FindingCode ResourceEmpty = Define("resource.empty", FindingLevel.Info, Accept, "A resource has neither a uri nor content.");
    public static readonly FindingCode NoteMissing = Define("note.missing", FindingLevel.Info, Accept, "An Error does not explain itself in note.");

    // Feeds: what the decoders of other formats remark
    public static readonly FindingCode NotJson = Define("document.not-json", Error, Reject, "The document is not JSON.");
    public static readonly FindingCode FeedFormat = Define("feed.format", Error, Reject, "The document is not in the form of this feed.");
    public static readonly FindingCode FeedRefused = Define("feed.refused", Error, Reject, "The service answered with an error of its own instead of data.");
    public static readonly FindingCode FeedTooMany = Define("feed.too-many", Error, Quarantine, "The document holds more records than are read.");
    public static readonly FindingCode FeedArchive = Define("feed.archive", Error, Quarantine, "An archive or a file in it is broken or larger than is read.");
    public static readonly FindingCode FeedLinked = Define("feed.linked", FindingLevel.Info, Accept, "An entry only links to its alert; the alert itself is not in the document.");
    public static readonly FindingCode FrameCut = Define("frame.cut", Warning, Accept, "A stream was cut within a message, which is lost here.");
    public static readonly FindingCode FrameOversized = Define("frame.oversized", Error, Quarantine, "A message of a stream is larger than is read; it was skipped.");
    public static readonly FindingCode FrameNoise = Define("frame.noise", Warning, Accept, "Bytes between the messages of a stream belong to none.");
    public static readonly FindingCode RecordUnreadable = Define("record.unreadable", Error, Quarantine, "A record is not in the form of this feed.");
    public static readonly FindingCode RecordIdentity = Define("record.identity", Error, Quarantine, "A record has no identity.");
    public static readonly FindingCode ValueMissing = Define("value.missing", FindingLevel.Info, Accept, "The source gives no value or marks it as missing.");
    public static readonly FindingCode ValueImplausible = Define("value.implausible", Error, Quarantine, "A value cannot be true; it counts as absent.");
    public static readonly FindingCode TimeMissing = Define("time.missing", Error, Quarantine, "A record does not say when.");
    public static readonly FindingCode LocationMissing = Define("location.missing", FindingLevel.Info, Accept, "The source gives no location.");
    public static readonly FindingCode CoordinateDatum = Define("coordinate.datum", FindingLevel.Info, Accept, "Coordinates are in another datum than WGS-84 and were not converted.");
    public static readonly FindingCode QuakeOther = Define("quake.other", Warning, Accept, "The event is not said to be an earthquake.");
    public static readonly FindingCode QuakeAssumed = Define("quake.assumed", Warning, Accept, "Hypocentre or magnitude is assumed, not measured.");
    public static readonly FindingCode ColourConflict = Define("warning.colour-conflict", Warning, Accept, "Two places of a warning name different colours; the graver one counts.");
    public static readonly FindingCode NothingToWarn = Define("warning.none", FindingLevel.Info, Accept, "The level says that there is nothing to warn of.");

    // Hydrology and other monitoring systems
    public static readonly FindingCode HydroDocument = Define("hydro.document", Error, Reject, "The document is not one of its kind, or cannot be read to its end.");
    public static readonly FindingCode HydroRecord = Define("hydro.record", Error, Quarantine, "An entry lacks its station, quantity or time, or cannot be read.");
    public static readonly FindingCode HydroTime = Define("hydro.time", Error, Quarantine, "A time cannot be read, or is far from the time at which it came in.");
    public static readonly FindingCode HydroMissing = Define("hydro.missing", FindingLevel.Info, Accept, "The source marks the value as missing.");
    public static readonly FindingCode HydroValue = Define("hydro.value", Error, Quarantine, "A value cannot be read, or nothing on Earth has it.");
    public static readonly FindingCode HydroDoubtful = Define("hydro.doubtful", Warning, Accept, "The source itself marks the value as estimated, erroneous or disturbed.");
    public static readonly FindingCode HydroTruncated = Define("hydro.truncated", Error, Quarantine, "The document holds more entries than are read.");
    public static readonly FindingCode Sl651Frame = Define("sl651.frame", Error, Reject, "Bytes that are no complete frame of SL 651 were skipped.");
    public static readonly FindingCode Sl651Checksum = Define("sl651.checksum", Error, Reject, "The frame's CRC does not fit its bytes.");
    public static readonly FindingCode Sl651Body = Define("sl651.body", Error, Quarantine, "The frame's body cannot be read to its end; what stands before the place was taken.");
    public static readonly FindingCode Sl651Parts = Define("sl651.parts", Error, Quarantine, "Packets of a message in several packets are missing.");
    public static readonly FindingCode Sl651Element = Define("sl651.element", FindingLevel.Info, Accept, "An element's identifier is not in the table; its value was read by its own definition.");
    public static readonly FindingCode Sl651Downlink = Define("sl651.downlink", FindingLevel.Info, Accept, "The frame goes from the centre to a station and says nothing about water.");
    public static readonly FindingCode PushDocument = Define("push.document", Error, Reject, "The pushed document cannot be read.");
    public static readonly FindingCode PushSender = Define("push.sender", Error, Reject, "The sender has no pinned key here.");
    public static readonly FindingCode PushUnsigned = Define("push.unsigned", Error, Reject, "The pushed document carries no signature.");
    public static readonly FindingCode PushSignature = Define("push.signature", Error, Reject, "The signature does not fit the sender's pinned key and the content.");
    public static readonly FindingCode PushUnverified = Define("push.unverified", Warning, Accept, "There is a signature, and no key was given to judge it by.");
    public static readonly FindingCode PushWindow = Define("push.window", Error, Reject, "The document was sent too long ago, or in the future.");
    public static readonly FindingCode PushReplay = Define("push.replay", Error, Reject, "The sender has used the identity before for other content.");
    public static readonly FindingCode PushHazard = Define("push.hazard", Error, Quarantine, "The hazard, the level or the place is not known or not stated.");
    public static readonly FindingCode PushAction = Define("push.action", Error, Quarantine, "The action is neither shelter nor upwind: only one of them is ever said.");

    /// <summary>All codes in the order of the document.</summary>
    public static IReadOnlyList<FindingCode> All => Defined;

    internal static FindingCode Of(Finding finding) => Defined.Find(c => c.Code == finding.Code) ?? FindingsTruncated;

    private static FindingCode Define(string code, FindingLevel level, Disposition effect, string meaning)
    {
        var defined = new FindingCode(code, level, effect, meaning);
        Defined.Add(defined);
        return defined;
    }
}
