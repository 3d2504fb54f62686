using System.Security.Cryptography;
using System.Text;
using System.Xml;

namespace AlertGateway.Cap;

/// <summary>
/// Signs a CAP message as CAP 1.2 §3.3.4.1 asks: one enveloped XML signature over the whole alert, as its last child, exclusive canonicalisation, SHA-256, with RSA or ECDSA.
/// The key does not travel along: a receiver that trusts a key because it came with the message trusts everybody.
/// </summary>
public static class CapSigner
{
    private const string Exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";

    /// <param name="alert">One alert as XML, without a signature of its own: what <see cref="CapWriter"/> makes.</param>
    /// <param name="key">RSA of at least 2,048 bits, or an elliptic curve.</param>
    /// <param name="keyName">What receivers know the key by; it is written into the signature and proves nothing.</param>
    /// <exception cref="ArgumentException">Not an alert, signed already, or a key of another kind.</exception>
    public static byte[] Sign(ReadOnlySpan<byte> alert, AsymmetricAlgorithm key, string keyName)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentException.ThrowIfNullOrEmpty(keyName);
        var method = key switch
        {
            RSA { KeySize: >= 2048 } => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            ECDsa => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
            _ => throw new ArgumentException("The key must be RSA of at least 2,048 bits or ECDSA.", nameof(key)),
        };
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using (var reader = XmlReader.Create(new StringReader(Encoding.UTF8.GetString(alert)), CapXml.Settings())) document.Load(reader);
        var root = document.DocumentElement!;
        if (root.LocalName != "alert" || root.GetElementsByTagName("Signature", CapNames.Signature).Count > 0) throw new ArgumentException("Only an alert without a signature can be signed.", nameof(alert));

        var digest = SHA256.HashData(new Canonical(true, [], false).Document(document, [], rootOnly: true));
        var signature = Child(root, "Signature");
        signature.SetAttribute("xmlns", CapNames.Signature); // stands in the tree as it will in the text, so that canonicalisation sees it
        var signedInfo = Child(signature, "SignedInfo");
        Child(signedInfo, "CanonicalizationMethod").SetAttribute("Algorithm", Exclusive);
        Child(signedInfo, "SignatureMethod").SetAttribute("Algorithm", method);
        var reference = Child(signedInfo, "Reference");
        reference.SetAttribute("URI", "");
        var transforms = Child(reference, "Transforms");
        Child(transforms, "Transform").SetAttribute("Algorithm", CapNames.Signature + "enveloped-signature");
        Child(transforms, "Transform").SetAttribute("Algorithm", Exclusive);
        Child(reference, "DigestMethod").SetAttribute("Algorithm", "http://www.w3.org/2001/04/xmlenc#sha256");
        Child(reference, "DigestValue").InnerText = Convert.ToBase64String(digest);
        var signed = new Canonical(true, [], false).Subtree(signedInfo)!;
        Child(signature, "SignatureValue").InnerText = Convert.ToBase64String(key switch
        {
            RSA rsa => rsa.SignData(signed, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => ((ECDsa)key).SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation),
        });
        Child(Child(signature, "KeyInfo"), "KeyName").InnerText = keyName;
        return Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.OuterXml);
    }

    private static XmlElement Child(XmlElement parent, string name) =>
        (XmlElement)parent.AppendChild(parent.OwnerDocument.CreateElement(name, CapNames.Signature))!;
}
