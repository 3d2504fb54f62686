using System.Text;
using AlertGateway.Emulators.SmsProvider;

namespace AlertGateway.Emulators.Tests.SmsProvider;

/// <summary>Signatures made by Twilio's own Node SDK 6.2.0; the first is also Twilio's published example.</summary>
public sealed class TwilioSignatureTests
{
    private static string Sign(string token, string url, params (string Name, string Value)[] form) =>
        TwilioSignature.Compute(Encoding.UTF8.GetBytes(token), url, form.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    [Fact]
    public void The_published_example_gives_the_published_signature() => Assert.Equal(
        "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        Sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2",
            ("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675309"), ("Digits", "1234"), ("From", "+14158675309"), ("To", "+18005551212")));

    [Fact]
    public void A_status_callback_is_signed_as_the_sdk_signs_it() => Assert.Equal(
        "u/g8+lq1dNueOsw1Xy3WlN8t6jw=",
        Sign("tok", "http://127.0.0.1:5000/twilio/status",
            ("SmsSid", "SM0123456789abcdef0123456789abcdef"), ("MessageSid", "SM0123456789abcdef0123456789abcdef"),
            ("SmsStatus", "delivered"), ("MessageStatus", "delivered"), ("To", "+8613800000001"),
            ("AccountSid", "AC0123456789abcdef0123456789abcdef"), ("From", "+15005550006"), ("ApiVersion", "2010-04-01")));

    [Fact]
    public void Values_of_a_repeated_name_count_once_and_in_order() =>
        Assert.Equal("La/of14QarOBxGbIIBeNUesKidU=", Sign("tok", "https://h/x", ("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "a")));

    [Fact]
    public void Names_are_ordered_by_code_unit() =>
        Assert.Equal("AMhFzQhiMk9ouc5A0/CR0D8L9e4=", Sign("tok", "https://h/x", ("b", "1"), ("A", "2"), ("a", "3"), ("B", "4")));

    [Fact]
    public void Chinese_text_is_signed_as_utf8() =>
        Assert.Equal("3Rb9lg2xM4W2fxD13PKGKGBtP70=", Sign("tok", "https://h/x", ("Body", "收到")));

    [Theory]
    [InlineData(160, 'a', 1)]
    [InlineData(161, 'a', 2)]
    [InlineData(70, '暴', 1)]
    [InlineData(71, '暴', 2)]
    [InlineData(80, '€', 1)]
    [InlineData(81, '€', 2)]
    public void Segments_follow_the_alphabet_of_the_text(int count, char unit, int segments) =>
        Assert.Equal(segments, MessageText.CountSegments(new string(unit, count)));
}
