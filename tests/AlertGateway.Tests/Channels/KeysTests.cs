using AlertGateway.Channels.Keys;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlertGateway.Tests.Channels;

public sealed class KeysTests
{
    // RFC 8032 §7.1, test 2.
    private static readonly byte[] Seed = Convert.FromHexString("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");

    [Fact]
    public void The_signature_agrees_with_rfc_8032()
    {
        var key = new OrderKey(Seed);
        Assert.Equal("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", Convert.ToHexStringLower(key.PublicKey.Span));
        byte[] signature = Convert.FromBase64String(key.SignBase64("r"));
        Assert.Equal("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00", Convert.ToHexStringLower(signature));
        Assert.True(OrderKey.Verify(key.PublicKey.Span, "r", signature));
        Assert.False(OrderKey.Verify(key.PublicKey.Span, "s", signature));
        Assert.False(OrderKey.Verify(key.PublicKey.Span, "r", signature.AsSpan(1)));
        Assert.False(OrderKey.Verify([], "r", signature));
    }

    [Fact]
    public void A_key_is_made_once_for_its_owner_only()
    {
        using var folder = new ScratchFolder();
        var made = OrderKey.LoadOrCreate(folder["keys/order.key"]);
        var read = OrderKey.LoadOrCreate(folder["keys/order.key"]);
        Assert.Equal((made.KeyId, made.PublicKeyBase64), (read.KeyId, read.PublicKeyBase64));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["keys/order.key"]));
        ScratchFolder.SetMode(folder["keys/order.key"], UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Throws<InvalidOperationException>(() => OrderKey.LoadOrCreate(folder["keys/order.key"]));
    }

    [Fact]
    public void Serials_grow_within_a_microsecond_and_across_a_restart()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 7, 5, 2, 10, 0, TimeSpan.Zero));
        var serials = new MonotonicSerial(clock);
        long a = serials.Next(), b = serials.Next();
        clock.Advance(TimeSpan.FromSeconds(1));
        long c = new MonotonicSerial(clock).Next();
        Assert.True(a < b && b < c && c < 1L << 53);
        Assert.True(new MonotonicSerial(clock, floor: c + 5).Next() > c + 5);
    }
}
