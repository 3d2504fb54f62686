using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using CsCheck;
using Xunit;

namespace AlertGateway.Tests.Cap;

/// <summary>Forgers at work: wrapped, swapped and weakened signatures, and entity attacks. Whatever is <c>Valid</c> must say what the sender signed.</summary>
public sealed class SignatureAttackTests : IDisposable
{
    private const int Attacks = 2_000;
    private const string Ds = "http://www.w3.org/2000/09/xmldsig#";
    private readonly SignedAlerts _signer = new();

    private CapReaderOptions Pinned => new() { Keys = new PinnedKeys([("liyang@example.org", _signer.Rsa.ExportSubjectPublicKeyInfo()), ("liyang@example.org", _signer.Curve.ExportSubjectPublicKeyInfo())]) };

    public void Dispose() => _signer.Dispose();

    [Fact]
    public void Every_strong_form_that_another_implementation_signs_is_valid()
    {
        foreach (var canonicalisation in SignedAlerts.Canonicalisations)
        {
            foreach (var bits in (int[])[256, 384, 512])
            {
                foreach (var rsa in (bool[])[true, false])
                {
                    foreach (var properties in (bool[])[true, false])
                        Assert.Equal(SignatureOutcome.Valid, ACap.One(_signer.Sign(ACap.Alert(), canonicalisation, rsa, bits, properties), Pinned).Signature);
                }
            }
        }
    }

    [Fact]
    public void Two_signatures_are_valid_together_and_a_broken_one_spoils_the_other()
    {
        var once = _signer.Sign(ACap.Alert(), SignedAlerts.Exclusive, rsa: true, 256, properties: false);
        var other = SignatureOf(_signer.Sign(ACap.Alert(), SignedAlerts.Inclusive11, rsa: false, 256, properties: false));
        var both = once.Replace("</alert>", other + "</alert>", StringComparison.Ordinal);
        Assert.Equal(SignatureOutcome.Valid, ACap.One(both, Pinned).Signature);
        var broken = Regex.Replace(other, "<DigestValue>.", m => "<DigestValue>" + (m.Value[^1] == 'A' ? 'B' : 'A'));
        Assert.Equal(SignatureOutcome.Invalid, ACap.One(once.Replace("</alert>", broken + "</alert>", StringComparison.Ordinal), Pinned).Signature);
    }

    [Fact]
    public void Of_two_thousand_attacks_none_is_accepted()
    {
        var gen = Gen.Select(Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 2], Gen.Bool, Gen.Int[0, Forgeries.Length - 1], Gen.Int[0, int.MaxValue]);
        var valid = 0;
        gen.Sample((canonicalisation, rsa, strength, properties, kind, seed) =>
        {
            var original = ACap.Alert(identifier: "A" + (seed % 7).ToString(CultureInfo.InvariantCulture));
            var signed = _signer.Sign(original, SignedAlerts.Canonicalisations[canonicalisation], rsa, 256 + 128 * strength, properties);
            var truth = AlertContent.Sha256(ACap.One(original).Alert!);
            var attack = Forgeries[kind](signed, new Random(seed));
            foreach (var message in ACap.Read(attack, Pinned).Messages)
            {
                if (message.Signature != SignatureOutcome.Valid) continue;
                Interlocked.Increment(ref valid);
                if (AlertContent.Sha256(message.Alert!) != truth) return false;
            }

            return true;
        }, iter: Attacks, threads: 2);
        TestContext.Current.TestOutputHelper?.WriteLine($"{valid} of {Attacks} attacked documents still held the alert unchanged");
        Assert.True(valid < Attacks / 4, "the attacks leave most alerts alone and so prove little");
    }

    [Fact]
    public void No_entity_attack_is_read()
    {
        string[] heads =
        [
            "<!DOCTYPE alert [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
            "<!DOCTYPE alert [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY x \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>",
            "<!DOCTYPE alert SYSTEM \"http://127.0.0.1:1/x.dtd\">",
            "<!DOCTYPE alert [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/p\"> %p;]>",
            "<!DOCTYPE alert [<!ATTLIST alert Id ID #IMPLIED>]>",
        ];
        foreach (var head in heads)
        {
            foreach (var canonicalisation in SignedAlerts.Canonicalisations)
            {
                var signed = _signer.Sign(ACap.Alert(), canonicalisation, rsa: true, 256, properties: true);
                foreach (var xml in (string[])[head + signed, head + signed.Replace("暴雨", "&x;", StringComparison.Ordinal), "<?xml version=\"1.0\"?>" + head + signed])
                {
                    var message = Assert.Single(ACap.Read(xml, Pinned).Messages);
                    Assert.Equal(Disposition.Reject, message.Disposition);
                    Assert.True(message.Has(FindingCodes.DocumentType));
                }
            }
        }
    }

    private static readonly Func<string, Random, string>[] Forgeries =
    [
        // The signature moved to another alert, in front, behind, deep inside, and inside each other's Object.
        (s, r) => Forged(r).Replace("</alert>", SignatureOf(s) + "</alert>", StringComparison.Ordinal),
        (s, r) => Forged(r).Replace("<info>", SignatureOf(s) + "<info>", StringComparison.Ordinal),
        (s, r) => Forged(r).Replace("</headline>", SignatureOf(s) + "</headline>", StringComparison.Ordinal),
        (s, r) => Forged(r).Replace("</alert>", s + "</alert>", StringComparison.Ordinal),
        (s, r) => Forged(r).Replace("<info>", s + "<info>", StringComparison.Ordinal),
        (s, r) => Forged(r).Replace("</alert>", WithObject(SignatureOf(s), s) + "</alert>", StringComparison.Ordinal),
        (s, r) => s.Replace("</alert>", WithObject(SignatureOf(s), Forged(r)) + "</alert>", StringComparison.Ordinal),
        // References turned to something else that still has the right digest.
        (s, r) => Forged(r).Replace("</alert>", WithObject(SignatureOf(s).Replace("URI=\"\"", "URI=\"#w\"", StringComparison.Ordinal), s.Replace("<alert ", "<alert Id=\"w\" ", StringComparison.Ordinal)) + "</alert>", StringComparison.Ordinal),
        (s, r) => Forged(r).Replace("</alert>", SignatureOf(s).Replace("URI=\"\"", "URI=\"http://example.org/x\"", StringComparison.Ordinal) + "</alert>", StringComparison.Ordinal),
        (s, r) => Forged(r).Replace("</alert>", SignatureOf(s).Replace(" URI=\"\"", "", StringComparison.Ordinal) + "</alert>", StringComparison.Ordinal),
        (s, r) => Regex.Replace(Forged(r).Replace("</alert>", SignatureOf(s) + "</alert>", StringComparison.Ordinal), "<Reference URI=\"\">.*?</Reference>", ""),
        (s, r) => Swap(s, r, "enveloped-signature", "base64"),
        (s, r) => s.Replace("<Transforms>", "<Transforms><Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"><stylesheet xmlns=\"http://www.w3.org/1999/XSL/Transform\"/></Transform>", StringComparison.Ordinal).Replace("暴雨", "红雨", StringComparison.Ordinal),
        (s, r) => s.Replace("<Transforms>", "<Transforms><Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"><XPath>not(ancestor-or-self::info)</XPath></Transform>", StringComparison.Ordinal).Replace("暴雨", "红雨", StringComparison.Ordinal),
        // Algorithms weakened or exchanged.
        (s, r) => Changed(Swap(s, r, "sha256", "sha1"), r),
        (s, r) => Changed(Regex.Replace(s, "xmldsig-more#(rsa|ecdsa)-sha\\d+", "xmldsig-more#hmac-sha256"), r),
        (s, r) => Changed(Regex.Replace(s, "<SignatureMethod[^>]*>", $"<SignatureMethod Algorithm=\"{Ds}hmac-sha1\"><HMACOutputLength>0</HMACOutputLength>"), r),
        (s, r) => Changed(Regex.Replace(s, "<SignatureMethod[^>]*>", "<SignatureMethod Algorithm=\"\">"), r),
        (s, r) => Changed(Regex.Replace(s, "<DigestValue>[^<]*", "<DigestValue>"), r),
        (s, r) => Changed(Regex.Replace(s, "<SignatureValue>[^<]*", "<SignatureValue>" + Convert.ToBase64String(new byte[256])), r),
        (s, r) => Changed(Regex.Replace(s, "<SignatureValue>[^<]*", "<SignatureValue>" + Convert.ToBase64String(new byte[64])), r),
        (s, r) => Changed(s, r).Replace("</SignedInfo>", "</SignedInfo><SignatureValue>AAAA</SignatureValue>", StringComparison.Ordinal),
        (s, r) => Changed(s, r).Replace("<Signature ", $"<Signature xmlns=\"{Ds}\"><SignedInfo/></Signature><Signature ", StringComparison.Ordinal),
        // Another key comes along, or another sender claims the signature.
        (s, r) => Resigned(s, r),
        (s, r) => s.Replace("liyang@example.org", "other@example.org", StringComparison.Ordinal),
        (s, r) => s.Replace("<sender>", "<sender>other@example.org</sender><sender>", StringComparison.Ordinal),
        // What the parser reads and what was signed are pulled apart: twins, comments, CDATA, instructions, prefixes, foreign elements, attributes.
        (s, r) => s.Replace("<info>", "<identifier>FORGED</identifier><info>", StringComparison.Ordinal),
        (s, r) => s.Replace("<headline>", "<headline>假的<!--", StringComparison.Ordinal).Replace("</headline>", "--></headline>", StringComparison.Ordinal),
        (s, r) => s.Replace("<headline>", "<headline><![CDATA[假的]]>", StringComparison.Ordinal),
        (s, r) => s.Replace("<headline>", "<headline>假的<?x ", StringComparison.Ordinal).Replace("</headline>", "?></headline>", StringComparison.Ordinal),
        (s, r) => s.Replace("<headline>", "<x:headline xmlns:x=\"urn:oasis:names:tc:emergency:cap:1.1\">假的</x:headline><headline>", StringComparison.Ordinal),
        (s, r) => s.Replace("<headline>", $"<Signature xmlns=\"{Ds}\"><headline xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">假的</headline></Signature><headline>", StringComparison.Ordinal),
        (s, r) => s.Replace("<polygon>31.3,119.4", "<polygon>39.3,116.4", StringComparison.Ordinal),
        (s, r) => s.Replace("</info>", "</info>" + ACap.Info().Replace("Severe", "Extreme", StringComparison.Ordinal), StringComparison.Ordinal),
        (s, r) => s.Replace("<Object>", "<Object>" + ACap.Info(), StringComparison.Ordinal).Replace("Actual", "Exercise", StringComparison.Ordinal),
        (s, r) => s.Replace("<alert ", "<alert xml:base=\"http://example.org/\" xml:id=\"p\" ", StringComparison.Ordinal),
        (s, r) => s.Replace("Id=\"p\"", "Id=\"q\"", StringComparison.Ordinal).Replace("<info>", "<info Id=\"p\">", StringComparison.Ordinal).Replace("暴雨", "红雨", StringComparison.Ordinal),
        // Wrapped in containers beside the true one.
        (s, r) => $"<alerts>{Forged(r)}{s}</alerts>",
        (s, r) => $"<alerts xmlns:x=\"urn:x\" xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">{s.Replace(" xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"", "", StringComparison.Ordinal).Replace("暴雨", "红雨", StringComparison.Ordinal)}</alerts>",
        (s, r) => $"<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><content><![CDATA[{Forged(r)}]]>{s}</content></entry></feed>",
        // A handful of single characters changed anywhere.
        Scratched,
        Scratched,
        Scratched,
    ];

    private static string Forged(Random r) => ACap.Alert(identifier: "FORGED" + r.Next(1_000).ToString(CultureInfo.InvariantCulture), status: r.Next(2) == 0 ? "Actual" : "Exercise");

    private static string Changed(string signed, Random r) => r.Next(3) switch
    {
        0 => signed.Replace("暴雨橙色", "暴雨红色", StringComparison.Ordinal),
        1 => signed.Replace("<identifier>A", "<identifier>B", StringComparison.Ordinal),
        _ => signed.Replace("12:00:00", "23:00:00", StringComparison.Ordinal),
    };

    private static string Swap(string signed, Random r, string from, string to) => r.Next(2) == 0
        ? signed.Replace(from, to, StringComparison.Ordinal)
        : signed[..signed.LastIndexOf(from, StringComparison.Ordinal).ClampLow()] + signed[signed.LastIndexOf(from, StringComparison.Ordinal).ClampLow()..].Replace(from, to, StringComparison.Ordinal);

    private static string Resigned(string signed, Random r)
    {
        using var forger = new SignedAlerts();
        var unsigned = Regex.Replace(signed, "<Signature .*</Signature>", "", RegexOptions.Singleline);
        var own = forger.Sign(Changed(unsigned, r), SignedAlerts.Exclusive, rsa: false, 256, properties: false);
        var certificate = $"<KeyInfo><KeyValue><RSAKeyValue><Modulus>{Convert.ToBase64String(new byte[] { 1, 2, 3 })}</Modulus><Exponent>AQAB</Exponent></RSAKeyValue></KeyValue></KeyInfo>";
        return own.Replace("</Signature>", certificate + "</Signature>", StringComparison.Ordinal);
    }

    private static string Scratched(string signed, Random r)
    {
        var text = new StringBuilder(signed);
        for (var n = r.Next(1, 5); n > 0; n--)
        {
            var at = r.Next(text.Length);
            switch (r.Next(3))
            {
                case 0: text[at] = (char)r.Next(' ', '~'); break;
                case 1: text.Remove(at, Math.Min(r.Next(1, 12), text.Length - at)); break;
                default: text.Insert(at, signed.AsSpan(r.Next(signed.Length - 12), 12)); break;
            }
        }

        return text.ToString();
    }

    private static string WithObject(string signature, string inside) => signature.Replace("</Signature>", $"<Object>{inside}</Object></Signature>", StringComparison.Ordinal);

    private static string SignatureOf(string signed) => Regex.Match(signed, "<Signature .*</Signature>", RegexOptions.Singleline).Value;
}

file static class Clamping
{
    public static int ClampLow(this int index) => Math.Max(index, 0);
}
