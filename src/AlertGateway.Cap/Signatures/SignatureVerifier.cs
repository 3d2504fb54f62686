using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml;

namespace AlertGateway.Cap;

/// <summary>
/// Judges the enveloped XML signatures of one alert (CAP 1.2 §3.3.4, XML Signature 1.1). A signature counts only when it covers the
/// document whose root is the alert, so that what was signed is what was read; the parser skips every Signature element, so nothing hides there.
/// </summary>
internal static class SignatureVerifier
{
    private const string Ds = CapNames.Signature;
    private const string Enveloped = Ds + "enveloped-signature";
    private const int SignaturesMax = 4;
    private const int ReferencesMax = 8;
    private const int CertificatesMax = 8;

    public static SignatureOutcome Verify(string alertXml, string sender, PinnedKeys pins, FindingSink sink)
    {
        var asSent = new FindingSink();
        var document = Load(alertXml);
        var outcome = All(document, sender, pins, asSent);
        if (outcome == SignatureOutcome.Invalid)
        {
            // The WMO's authoring tool signs first and indents afterwards, so its signatures fit the alert without the white space between
            // elements. The parser ignores exactly that white space, so what was signed is still what was read.
            var unindented = new FindingSink();
            if (RemoveIndentation(document.DocumentElement!) && All(document, sender, pins, unindented) is var again and not SignatureOutcome.Invalid)
            {
                unindented.Add(FindingCodes.SignatureIndented, "/alert/Signature", "The signature fits the alert only without the white space between its elements.");
                (outcome, asSent) = (again, unindented);
            }
        }

        sink.AddAll(asSent);
        return outcome;
    }

    private static XmlDocument Load(string alertXml)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        var settings = CapXml.Settings();
        settings.IgnoreComments = false;
        settings.IgnoreProcessingInstructions = false;
        using var text = new StringReader(alertXml);
        text.ReadBlock(new char[DeclarationEnd(alertXml)]);
        using var reader = XmlReader.Create(text, settings);
        document.Load(reader);
        return document;
    }

    // No canonical form holds the XML declaration, and a document tree throws on version numbers that a reader lets pass.
    private static int DeclarationEnd(string xml)
    {
        if (!xml.StartsWith("<?xml", StringComparison.Ordinal) || xml.Length < 6 || !char.IsWhiteSpace(xml[5])) return 0;
        var end = xml.IndexOf("?>", StringComparison.Ordinal);
        return end < 0 ? 0 : end + 2;
    }

    /// <summary>Removes white space where nothing but elements stands beside it; never inside text. False when there was none.</summary>
    private static bool RemoveIndentation(XmlElement element)
    {
        var children = element.ChildNodes.OfType<XmlNode>().ToList();
        if (!children.Any(c => c is XmlElement) || children.Any(c => c is not (XmlElement or XmlWhitespace or XmlSignificantWhitespace))) return false;
        var removed = false;
        foreach (var child in children)
        {
            if (child is XmlElement inner) removed |= RemoveIndentation(inner);
            else
            {
                element.RemoveChild(child);
                removed = true;
            }
        }

        return removed;
    }

    private static SignatureOutcome All(XmlDocument document, string sender, PinnedKeys pins, FindingSink sink)
    {
        var signatures = document.DocumentElement!.GetElementsByTagName("Signature", Ds).OfType<XmlElement>().Take(SignaturesMax + 1).ToList();
        if (signatures.Count == 0) return SignatureOutcome.Unsigned;
        if (signatures.Count > SignaturesMax)
        {
            sink.Add(FindingCodes.SignatureUnverifiable, "/alert/Signature", $"There are more than {SignaturesMax} signatures.");
            return SignatureOutcome.Unverifiable;
        }

        var result = SignatureOutcome.Unverifiable;
        foreach (var signature in signatures)
        {
            var outcome = One(document, signature, pins.For(sender), sink);
            if (outcome == SignatureOutcome.Invalid) return outcome; // one that does not fit spoils the others
            if (outcome == SignatureOutcome.Valid) result = outcome;
        }

        return result;
    }

    private static SignatureOutcome One(XmlDocument document, XmlElement signature, IReadOnlyList<byte[]> pins, FindingSink sink)
    {
        var signedInfo = Single(signature, "SignedInfo");
        var valueText = Single(signature, "SignatureValue")?.InnerText;
        if (signedInfo is null || valueText is null || !TryBase64(valueText, out var value)) return Unverifiable(sink, "The signature has no readable SignedInfo and SignatureValue.");
        if (!IsExactBase64(valueText, value)) return Invalid(sink, "The signature value was altered in bits that base64 does not use.");
        var method = Algorithm(signedInfo, "SignatureMethod");
        var references = Children(signedInfo, "Reference").Take(ReferencesMax + 1).ToList();
        if (SignatureAlgorithms.IsWeak(method) || references.Any(r => SignatureAlgorithms.IsWeak(Algorithm(r, "DigestMethod"))))
        {
            sink.Add(FindingCodes.SignatureWeak, "/alert/Signature", "The signature rests on SHA-1 or MD5, which can be forged.");
            return SignatureOutcome.Unverifiable;
        }

        if (SignatureAlgorithms.Signature(method) is not { } algorithm) return Unverifiable(sink, "The signature method is not supported.");
        if (references.Count is 0 or > ReferencesMax) return Unverifiable(sink, "The number of references is not supported.");
        var coversAlert = false;
        foreach (var reference in references)
        {
            var verdict = Fits(document, signature, reference, out var isAlert);
            if (verdict is null) return Unverifiable(sink, "A reference, transform or digest method is not supported.");
            if (verdict == false) return Invalid(sink, "The content is not what was signed.");
            coversAlert |= isAlert;
        }

        if (!coversAlert) return Unverifiable(sink, "The signature does not cover the alert.");
        var form = Single(signedInfo, "CanonicalizationMethod") is { } m ? SignatureAlgorithms.Canonicalisation(m.GetAttribute("Algorithm"), Prefixes(m)) : null;
        var signed = form?.Subtree(signedInfo);
        if (signed is null) return Unverifiable(sink, "The canonicalisation method is not supported.");
        if (pins.Any(p => SignatureAlgorithms.Verifies(p, algorithm.Rsa, algorithm.Hash, signed, value) == true)) return SignatureOutcome.Valid;

        // Without a pinned key that fits, the key that came along can still show that the signature is broken, never that it is right.
        var verdicts = EmbeddedKeys(signature).Select(k => SignatureAlgorithms.Verifies(k, algorithm.Rsa, algorithm.Hash, signed, value)).ToList();
        if (verdicts.Contains(true)) return Unverifiable(sink, pins.Count == 0 ? "The signature fits a key that is not pinned for this sender." : "The signature fits a key other than those pinned for this sender.");
        if (verdicts.Contains(false)) return Invalid(sink, "The signature value does not fit the key that came with it.");
        return pins.Count > 0 ? Invalid(sink, "The signature fits none of the keys pinned for this sender.") : Unverifiable(sink, "No key for this signature is known.");
    }

    /// <summary>
    /// Whether the digest of a reference is that of the content; null when a method is not supported. Signers differ on whether
    /// instructions beside the root belong to URI="", and an earlier signer did not see a later signature. In each of these readings
    /// the digest covers everything that the parser reads, because it reads neither instructions nor signatures.
    /// </summary>
    private static bool? Fits(XmlDocument document, XmlElement signature, XmlElement reference, out bool isAlert)
    {
        isAlert = false;
        if (!TryBase64(Single(reference, "DigestValue")?.InnerText ?? "", out var stated)) return null;
        List<XmlElement> all = [.. Children(document.DocumentElement!, "Signature")];
        var besideRoot = document.ChildNodes.OfType<XmlNode>().Any(n => n is XmlProcessingInstruction or XmlComment);
        for (var reading = 0; reading < 4; reading++)
        {
            if (reading % 2 == 1 && !besideRoot) continue; // nothing stands beside the root, so this reading is the one before
            var omitted = reading < 2 ? [signature] : all;
            if (reading == 2 && (all.Count < 2 || !all.Contains(signature))) break;
            if (Content(document, signature, omitted, reference, rootOnly: reading % 2 == 1, out isAlert) is not { } content
                || SignatureAlgorithms.Digest(Algorithm(reference, "DigestMethod"), content) is not { } digest) return null;
            if (digest.AsSpan().SequenceEqual(stated)) return true;
        }

        return false;
    }

    /// <summary>The bytes that a reference covers: the alert without this signature, or a part inside the signature itself. Null for anything else.</summary>
    private static byte[]? Content(XmlDocument document, XmlElement signature, IReadOnlyCollection<XmlElement> omitted, XmlElement reference, bool rootOnly, out bool isAlert)
    {
        isAlert = false;
        var form = new Canonical(false, [], false); // what XML Signature prescribes where no transform says otherwise
        var enveloped = false;
        var canonicalised = false;
        foreach (var transform in Single(reference, "Transforms") is { } t ? Children(t, "Transform") : [])
        {
            var name = transform.GetAttribute("Algorithm");
            if (name == Enveloped && !enveloped && !canonicalised) enveloped = true;
            else if (!canonicalised && SignatureAlgorithms.Canonicalisation(name, Prefixes(transform)) is { } chosen)
            {
                form = chosen;
                canonicalised = true;
            }
            else return null;
        }

        if (!reference.HasAttribute("URI")) return null;
        var uri = reference.GetAttribute("URI");
        if (uri.Length == 0)
        {
            isAlert = enveloped;
            return enveloped ? form.Document(document, omitted, rootOnly) : null;
        }

        if (uri[0] != '#' || Named(document, uri[1..]) is not { } target) return null;
        if (ReferenceEquals(target, document.DocumentElement))
        {
            if (!enveloped) return null;
            isAlert = true;
            return form.Document(document, omitted, rootOnly: true);
        }

        for (var up = target; up is not null; up = up.ParentNode as XmlElement)
        {
            if (ReferenceEquals(up, signature)) return enveloped ? null : form.Subtree(target);
        }

        return null;
    }

    /// <summary>The only element with that Id; null when there is none or more than one.</summary>
    private static XmlElement? Named(XmlDocument document, string id)
    {
        XmlElement? found = null;
        foreach (XmlElement e in document.GetElementsByTagName("*").OfType<XmlElement>())
        {
            if (e.GetAttribute("Id") != id && e.GetAttribute("ID") != id && e.GetAttribute("id") != id) continue;
            if (found is not null) return null;
            found = e;
        }

        return found;
    }

    private static IEnumerable<byte[]> EmbeddedKeys(XmlElement signature)
    {
        if (Single(signature, "KeyInfo") is not { } keyInfo) yield break;
        foreach (var element in keyInfo.GetElementsByTagName("X509Certificate", Ds).OfType<XmlElement>().Take(CertificatesMax).ToList())
        {
            if (TryBase64(element.InnerText, out var der) && CertificateKey(der) is { } key) yield return key;
        }

        var value = keyInfo.GetElementsByTagName("RSAKeyValue", Ds).OfType<XmlElement>().FirstOrDefault();
        if (value is not null && TryBase64(Single(value, "Modulus")?.InnerText ?? "", out var modulus) && TryBase64(Single(value, "Exponent")?.InnerText ?? "", out var exponent)
            && RsaKey(modulus, exponent) is { } rsa) yield return rsa;
    }

    private static byte[]? CertificateKey(byte[] der)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return certificate.PublicKey.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static byte[]? RsaKey(byte[] modulus, byte[] exponent)
    {
        try
        {
            using var rsa = RSA.Create(new RSAParameters { Modulus = modulus, Exponent = exponent });
            return rsa.ExportSubjectPublicKeyInfo();
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static SignatureOutcome Unverifiable(FindingSink sink, string why)
    {
        sink.Add(FindingCodes.SignatureUnverifiable, "/alert/Signature", why);
        return SignatureOutcome.Unverifiable;
    }

    private static SignatureOutcome Invalid(FindingSink sink, string why)
    {
        sink.Add(FindingCodes.SignatureInvalid, "/alert/Signature", why);
        return SignatureOutcome.Invalid;
    }

    private static List<string> Prefixes(XmlElement method) =>
        [.. method.ChildNodes.OfType<XmlElement>().Where(e => e.LocalName == "InclusiveNamespaces")
            .SelectMany(e => e.GetAttribute("PrefixList").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Select(p => p == "#default" ? "" : p)];

    private static string? Algorithm(XmlElement parent, string name) => Single(parent, name)?.GetAttribute("Algorithm");

    private static XmlElement? Single(XmlElement parent, string name)
    {
        var children = Children(parent, name).Take(2).ToList();
        return children.Count == 1 ? children[0] : null;
    }

    private static IEnumerable<XmlElement> Children(XmlElement parent, string name) =>
        parent.ChildNodes.OfType<XmlElement>().Where(e => e.LocalName == name && e.NamespaceURI == Ds);

    // RFC 4648 §3.5: the last character has unused bits, so several texts give the same bytes; only one of them was written by a signer.
    private static bool IsExactBase64(string text, byte[] bytes) =>
        string.Concat(text.Where(c => !char.IsWhiteSpace(c))) == Convert.ToBase64String(bytes);

    private static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        var ok = text.Length > 0 && Convert.TryFromBase64String(text, bytes, out var count) && count > 0;
        if (ok) bytes = bytes[..Convert.FromBase64String(text).Length];
        return ok;
    }
}
