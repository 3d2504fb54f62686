using System.Security.Cryptography;

namespace AlertGateway.Cap;

/// <summary>The algorithms that can make a signature valid: SHA-256 and up with RSA of at least 2048 bits or ECDSA.</summary>
internal static class SignatureAlgorithms
{
    private const int RsaBitsMin = 2048;
    private const int EcBitsMin = 224;

    public static byte[]? Digest(string? algorithm, byte[] content) => algorithm switch
    {
        "http://www.w3.org/2001/04/xmlenc#sha256" => SHA256.HashData(content),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => SHA384.HashData(content),
        "http://www.w3.org/2001/04/xmlenc#sha512" => SHA512.HashData(content),
        _ => null,
    };

    /// <summary>True for what was once usual and proves nothing any more.</summary>
    public static bool IsWeak(string? algorithm) =>
        algorithm is not null && (algorithm.EndsWith("sha1", StringComparison.OrdinalIgnoreCase) || algorithm.EndsWith("md5", StringComparison.OrdinalIgnoreCase));

    public static (bool Rsa, HashAlgorithmName Hash)? Signature(string? algorithm) => algorithm switch
    {
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" => (true, HashAlgorithmName.SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => (true, HashAlgorithmName.SHA384),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => (true, HashAlgorithmName.SHA512),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" => (false, HashAlgorithmName.SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" => (false, HashAlgorithmName.SHA384),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512" => (false, HashAlgorithmName.SHA512),
        _ => null,
    };

    public static Canonical? Canonicalisation(string? algorithm, IReadOnlyList<string> inclusivePrefixes) => algorithm switch
    {
        "http://www.w3.org/2001/10/xml-exc-c14n#" => new Canonical(true, inclusivePrefixes, false),
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments" => new Canonical(true, inclusivePrefixes, true),
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" or "http://www.w3.org/2006/12/xml-c14n11" => new Canonical(false, [], false),
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments" or "http://www.w3.org/2006/12/xml-c14n11#WithComments" => new Canonical(false, [], true),
        _ => null,
    };

    /// <summary>Null when the key is of another kind than the algorithm, too short, or not readable.</summary>
    public static bool? Verifies(byte[] subjectPublicKeyInfo, bool rsa, HashAlgorithmName hash, byte[] content, byte[] signature)
    {
        try
        {
            if (rsa)
            {
                using var key = RSA.Create();
                key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
                return key.KeySize < RsaBitsMin ? null : key.VerifyData(content, signature, hash, RSASignaturePadding.Pkcs1);
            }

            using var curve = ECDsa.Create();
            curve.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return curve.KeySize < EcBitsMin ? null : curve.VerifyData(content, signature, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
