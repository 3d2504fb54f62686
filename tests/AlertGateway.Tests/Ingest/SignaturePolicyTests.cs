using System.Security.Cryptography;
using System.Text;
using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Tests.Approval;
using AlertGateway.Tests.Cap;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlertGateway.Tests.Ingest;

public sealed class SignaturePolicyTests : IDisposable
{
    private static readonly SubmissionSource Strict = new("feed:strict", true, 0);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly MemoryLedger _ledger = new();
    private readonly IngestRoom _room;

    public SignaturePolicyTests()
    {
        _room = new IngestRoom(_ledger, new FakeTimeProvider(DeskWorld.Start), new IngestOptions
        {
            Keys = new PinnedKeys([("liyang-observatory", _key.ExportSubjectPublicKeyInfo())]),
            SignatureRequired = new HashSet<string> { Strict.Name },
        });
        _ledger.Observe(_room);
    }

    public void Dispose()
    {
        _room.Dispose();
        _key.Dispose();
    }

    [Fact]
    public async Task Only_a_valid_signature_satisfies_a_feed_that_requires_one()
    {
        var text = new CapText();
        Assert.Equal(Disposition.Accept, await TakeAsync(CapSigner.Sign(text.Bytes, _key, "k"), Strict));
        Assert.Equal(Disposition.Quarantine, await TakeAsync((text with { Identifier = "unsigned" }).Bytes, Strict));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(Disposition.Quarantine, await TakeAsync(CapSigner.Sign((text with { Identifier = "other-key" }).Bytes, other, "k"), Strict));
        Assert.Equal(Disposition.Accept, await TakeAsync((text with { Identifier = "lenient" }).Bytes, DeskWorld.Feed));
    }

    [Fact]
    public void What_the_gateway_signs_another_implementation_verifies()
    {
        using var rsa = RSA.Create(2048);
        var document = new System.Xml.XmlDocument { PreserveWhitespace = true };
        document.LoadXml(Encoding.UTF8.GetString(CapSigner.Sign(CapWriter.Write(ACap.One(ACap.Alert()).Alert!), rsa, "k")));
        var verifier = new System.Security.Cryptography.Xml.SignedXml(document);
        verifier.LoadXml((System.Xml.XmlElement)document.GetElementsByTagName("Signature")[0]!);
        Assert.True(verifier.CheckSignature(rsa));
    }

    [Fact]
    public void A_signed_document_cannot_be_signed_again_nor_anything_else()
    {
        var signed = CapSigner.Sign(new CapText().Bytes, _key, "k");
        Assert.Throws<ArgumentException>(() => CapSigner.Sign(signed, _key, "k"));
        Assert.Throws<ArgumentException>(() => CapSigner.Sign("<x/>"u8, _key, "k"));
        using var weak = RSA.Create(1024);
        Assert.Throws<ArgumentException>(() => CapSigner.Sign(new CapText().Bytes, weak, "k"));
    }

    private async Task<Disposition> TakeAsync(byte[] bytes, SubmissionSource source) =>
        Assert.Single(await _room.TakeAsync(bytes, source, TestContext.Current.CancellationToken)).Submission!.Disposition;
}
