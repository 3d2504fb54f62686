using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Xml;
using System.Xml;

namespace AlertGateway.Tests.Cap;

/// <summary>Signs alerts for the tests in every form that counts as strong. It shares no code with the library: the canonical forms are .NET's own.</summary>
internal sealed class SignedAlerts : IDisposable
{
    public const string Exclusive = SignedXml.XmlDsigExcC14NTransformUrl;
    public const string Inclusive10 = SignedXml.XmlDsigC14NTransformUrl;
    public const string Inclusive11 = "http://www.w3.org/2006/12/xml-c14n11";
    private const string Ds = SignedXml.XmlDsigNamespaceUrl;

    public static readonly string[] Canonicalisations = [Exclusive, Inclusive10, Inclusive11];

    public RSA Rsa { get; } = RSA.Create(2048);

    public ECDsa Curve { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose()
    {
        Rsa.Dispose();
        Curve.Dispose();
    }

    /// <param name="bits">256, 384 or 512: the SHA-2 of both digest and signature.</param>
    /// <param name="properties">Whether a SignatureProperties element is signed too, as Canada's system does.</param>
    public string Sign(string xml, string canonicalisation, bool rsa, int bits, bool properties)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(xml);
        var content = Canonical(document, canonicalisation);
        var hash = bits switch { 384 => HashAlgorithmName.SHA384, 512 => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };
        var digest = bits == 384 ? "http://www.w3.org/2001/04/xmldsig-more#sha384" : $"http://www.w3.org/2001/04/xmlenc#sha{bits.ToString(CultureInfo.InvariantCulture)}";
        const string propertiesXml = $"<SignatureProperties xmlns=\"{Ds}\" Id=\"p\"><SignatureProperty Target=\"#s\"><note>x</note></SignatureProperty></SignatureProperties>";
        var reference = $"<Reference URI=\"\"><Transforms><Transform Algorithm=\"{Ds}enveloped-signature\"></Transform><Transform Algorithm=\"{canonicalisation}\"></Transform></Transforms><DigestMethod Algorithm=\"{digest}\"></DigestMethod><DigestValue>{Hash(content, hash)}</DigestValue></Reference>";
        var second = properties ? $"<Reference URI=\"#p\"><Transforms><Transform Algorithm=\"{Exclusive}\"></Transform></Transforms><DigestMethod Algorithm=\"{digest}\"></DigestMethod><DigestValue>{Hash(Canonical(Load(propertiesXml), Exclusive), hash)}</DigestValue></Reference>" : "";
        // Written in canonical form with its own namespace declaration. The alert's other namespaces would be inherited by the inclusive forms, so the alert must have only the default one.
        var signedInfo = $"<SignedInfo xmlns=\"{Ds}\"><CanonicalizationMethod Algorithm=\"{canonicalisation}\"></CanonicalizationMethod><SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#{(rsa ? "rsa" : "ecdsa")}-sha{bits.ToString(CultureInfo.InvariantCulture)}\"></SignatureMethod>{reference}{second}</SignedInfo>";
        var bytes = Canonical(Load(signedInfo), canonicalisation);
        var value = rsa ? Rsa.SignData(bytes, hash, RSASignaturePadding.Pkcs1) : Curve.SignData(bytes, hash);
        var signature = $"<Signature xmlns=\"{Ds}\" Id=\"s\">{signedInfo}<SignatureValue>{Convert.ToBase64String(value)}</SignatureValue>{(properties ? $"<Object>{propertiesXml}</Object>" : "")}</Signature>";
        return xml.Replace("</alert>", signature + "</alert>", StringComparison.Ordinal);
    }

    private static string Hash(byte[] content, HashAlgorithmName hash) => Convert.ToBase64String(CryptographicOperations.HashData(hash, content));

    private static XmlDocument Load(string xml)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(xml);
        return document;
    }

    private static byte[] Canonical(XmlDocument document, string canonicalisation)
    {
        // 1.1 differs from 1.0 only in xml: attributes, which these documents do not have.
        Transform transform = canonicalisation == Exclusive ? new XmlDsigExcC14NTransform() : new XmlDsigC14NTransform();
        transform.LoadInput(document);
        using var output = (Stream)transform.GetOutput(typeof(Stream));
        using var buffer = new MemoryStream();
        output.CopyTo(buffer);
        return buffer.ToArray();
    }
}
