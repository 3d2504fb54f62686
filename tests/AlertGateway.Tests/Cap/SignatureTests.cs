using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using AlertGateway.Cap;
using CsCheck;
using Xunit;

namespace AlertGateway.Tests.Cap;

public sealed class SignatureTests
{
    private static readonly RSA Key = RSA.Create(2048);

    private static readonly CapReaderOptions Pinned = new() { Keys = new PinnedKeys([("liyang@example.org", Key.ExportSubjectPublicKeyInfo())]) };

    [Theory]
    [InlineData("c0088.xml", SignatureOutcome.Valid)] // ECDSA, Canonical XML 1.1, 41,009 vertices
    [InlineData("c0086.xml", SignatureOutcome.Invalid)]
    [InlineData("c0093.xml", SignatureOutcome.Valid)]
    [InlineData("c0090.xml", SignatureOutcome.Invalid)]
    [InlineData("c0091.xml", SignatureOutcome.Invalid)]
    [InlineData("c0099.xml", SignatureOutcome.Valid)]
    [InlineData("c0095.xml", SignatureOutcome.Invalid)]
    [InlineData("c0097.xml", SignatureOutcome.Invalid)]
    [InlineData("c0092.xml", SignatureOutcome.Unsigned)]
    public void Real_signatures_by_other_software_are_judged_with_the_key_pinned(string file, SignatureOutcome expected)
    {
        var sender = Corpus.Read(file).Messages[0].Alert!.Sender;
        var valid = file switch { "c0086.xml" or "c0088.xml" => "c0088.xml", "c0090.xml" or "c0091.xml" or "c0092.xml" or "c0093.xml" => "c0093.xml", _ => "c0099.xml" };
        var options = new CapReaderOptions { Keys = new PinnedKeys([(sender, EmbeddedKey(valid))]) };
        Assert.Equal(expected, Corpus.Read(file, options).Messages[0].Signature);
    }

    [Theory]
    [InlineData("c0088.xml")]
    [InlineData("c0093.xml")]
    [InlineData("c0106.xml")]
    [InlineData("c0110.xml")]
    public void Without_a_pinned_key_even_a_right_signature_is_unverifiable(string file)
    {
        var message = Corpus.Read(file).Messages[0];
        Assert.Equal(SignatureOutcome.Unverifiable, message.Signature);
        Assert.Equal(Disposition.Accept, message.Disposition);
    }

    [Theory]
    [InlineData("c0110.xml")]
    [InlineData("c0009.xml")]
    public void SHA1_is_never_valid_even_with_the_key_pinned(string file)
    {
        var sender = Corpus.Read(file).Messages[0].Alert!.Sender;
        var options = new CapReaderOptions { Keys = new PinnedKeys([(sender, Key.ExportSubjectPublicKeyInfo())]) };
        var message = Corpus.Read(file, options).Messages[0];
        Assert.Equal(SignatureOutcome.Unverifiable, message.Signature);
        Assert.True(message.Has(FindingCodes.SignatureWeak));
    }

    [Theory]
    [InlineData("http://www.w3.org/2001/10/xml-exc-c14n#")]
    [InlineData("http://www.w3.org/TR/2001/REC-xml-c14n-20010315")]
    public void What_another_implementation_signed_is_valid_for_the_pinned_sender_only(string canonicalisation)
    {
        var xml = Signed(ACap.Alert(), canonicalisation);
        Assert.Equal(SignatureOutcome.Valid, ACap.One(xml, Pinned).Signature);
        var other = new CapReaderOptions { Keys = new PinnedKeys([("somebody@example.org", Key.ExportSubjectPublicKeyInfo())]) };
        Assert.Equal(SignatureOutcome.Unverifiable, ACap.One(xml, other).Signature);
    }

    [Fact]
    public void A_language_on_the_root_is_taken_over_as_the_inclusive_form_says()
    {
        var xml = Signed(ACap.Alert().Replace("<alert ", "<alert xml:lang=\"zh\" xml:space=\"preserve\" ", StringComparison.Ordinal), SignedXml.XmlDsigC14NTransformUrl);
        Assert.Equal(SignatureOutcome.Valid, ACap.One(xml, Pinned).Signature);
    }

    [Theory]
    [InlineData("1.0UFB")]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public void A_strange_version_in_the_declaration_stops_no_verdict(string version)
    {
        var signed = Signed(ACap.Alert(), SignedXml.XmlDsigExcC14NTransformUrl);
        var message = ACap.One($"<?xml version=\"{version}\" encoding=\"UTF-8\"?>{signed}", Pinned);
        Assert.True(message.Disposition == Disposition.Reject || message.Signature == SignatureOutcome.Valid, $"{message.Disposition} {message.Signature}");
    }

    [Fact]
    public void A_signed_alert_stays_valid_inside_a_feed()
    {
        var xml = Signed(ACap.Alert(), SignedXml.XmlDsigExcC14NTransformUrl);
        var feed = ACap.One($"<feed xmlns=\"http://www.w3.org/2005/Atom\"><entry><content>{xml}</content></entry></feed>", Pinned);
        Assert.Equal(SignatureOutcome.Valid, feed.Signature);
    }

    [Fact]
    public void No_change_of_a_signed_alert_keeps_its_signature_valid()
    {
        var xml = Signed(ACap.Alert(), SignedXml.XmlDsigExcC14NTransformUrl);
        var end = xml.IndexOf("<Signature", StringComparison.Ordinal);
        var original = ACap.One(xml, Pinned).Alert!;
        Gen.Select(Gen.Int[0, end - 1], Gen.Char['0', 'z']).Sample((at, c) =>
        {
            if (xml[at] == c) return true;
            var message = ACap.One(xml[..at] + c + xml[(at + 1)..], Pinned);
            if (message.Signature != SignatureOutcome.Valid) return true;
            // A change that canonicalisation undoes (a quote, white space in a tag) leaves the model as it was.
            return message.Alert!.Key == original.Key && message.Alert.Infos[0].Headline == original.Infos[0].Headline && message.Alert.Status == original.Status;
        }, iter: 2_000);
    }

    [Fact]
    public void Wrapping_and_swapping_are_not_accepted()
    {
        var xml = Signed(ACap.Alert(), SignedXml.XmlDsigExcC14NTransformUrl);
        var signature = Regex.Match(xml, "<Signature.*</Signature>", RegexOptions.Singleline).Value;
        var forged = ACap.Alert(identifier: "FORGED");
        string[] attacks =
        [
            forged.Replace("</alert>", signature + "</alert>", StringComparison.Ordinal),
            forged.Replace("</alert>", xml + "</alert>", StringComparison.Ordinal),
            forged.Replace("</alert>", signature.Replace("</Signature>", $"<Object>{xml}</Object></Signature>", StringComparison.Ordinal) + "</alert>", StringComparison.Ordinal),
            forged.Replace("</alert>", Regex.Replace(signature, "URI=\"\"", "URI=\"#x\"") + "</alert>", StringComparison.Ordinal),
            xml.Replace("</alert>", "<identifier>FORGED</identifier></alert>", StringComparison.Ordinal),
            xml.Replace("rsa-sha256", "hmac-sha256", StringComparison.Ordinal),
            Regex.Replace(xml, "<DigestValue>.*?</DigestValue>", "<DigestValue></DigestValue>"),
        ];
        Assert.All(attacks, a => Assert.All(ACap.Read(a, Pinned).Messages, m => Assert.NotEqual(SignatureOutcome.Valid, m.Signature)));
    }

    [Fact]
    public void An_invalid_signature_is_doubt_about_authority() =>
        Assert.Equal(Disposition.Quarantine, ACap.One(Signed(ACap.Alert(), SignedXml.XmlDsigExcC14NTransformUrl).Replace("暴雨橙色", "暴雨红色", StringComparison.Ordinal), Pinned).Disposition);

    private static string Signed(string xml, string canonicalisation)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(xml);
        var signer = new SignedXml(document) { SigningKey = Key };
        signer.SignedInfo!.CanonicalizationMethod = canonicalisation;
        signer.SignedInfo.SignatureMethod = SignedXml.XmlDsigRSASHA256Url;
        var reference = new System.Security.Cryptography.Xml.Reference("") { DigestMethod = SignedXml.XmlDsigSHA256Url };
        reference.AddTransform(new XmlDsigEnvelopedSignatureTransform());
        reference.AddTransform(canonicalisation == SignedXml.XmlDsigExcC14NTransformUrl ? new XmlDsigExcC14NTransform() : new XmlDsigC14NTransform());
        signer.AddReference(reference);
        signer.ComputeSignature();
        document.DocumentElement!.AppendChild(document.ImportNode(signer.GetXml(), true));
        return document.OuterXml;
    }

    private static byte[] EmbeddedKey(string file)
    {
        var text = Encoding.UTF8.GetString(Corpus.Bytes(file));
        var base64 = Regex.Match(text, "X509Certificate>([^<]*)<").Groups[1].Value;
        using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(base64));
        return certificate.PublicKey.ExportSubjectPublicKeyInfo();
    }
}
