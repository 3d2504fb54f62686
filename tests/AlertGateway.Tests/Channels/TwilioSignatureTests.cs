using System.Text;
using AlertGateway.Channels.Sms;
using Xunit;

namespace AlertGateway.Tests.Channels;

public sealed class TwilioSignatureTests
{
    // Given by the provider's official SDK 6.2.0 for the same input.
    [Theory]
    [InlineData("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&From=%2B14158675309&Digits=1234&To=%2B18005551212", "RSOYDt4T1cUTdK1PDd93/VVr8B8=")]
    [InlineData("tok", "http://127.0.0.1:5000/twilio/status", "SmsSid=SM0123456789abcdef0123456789abcdef&SmsStatus=delivered&MessageStatus=delivered&To=%2B8613800000001&MessageSid=SM0123456789abcdef0123456789abcdef&AccountSid=AC0123456789abcdef0123456789abcdef&From=%2B15005550006&ApiVersion=2010-04-01", "u/g8+lq1dNueOsw1Xy3WlN8t6jw=")]
    [InlineData("tok", "https://h/x", "MediaUrl=b&MediaUrl=a&MediaUrl=a", "La/of14QarOBxGbIIBeNUesKidU=")]
    [InlineData("tok", "https://h/x", "b=1&A=2&a=3&B=4", "AMhFzQhiMk9ouc5A0/CR0D8L9e4=")]
    [InlineData("tok", "https://h/x", "Body=%E6%94%B6%E5%88%B0", "3Rb9lg2xM4W2fxD13PKGKGBtP70=")]
    public void The_signature_agrees_with_the_official_sdk(string token, string url, string body, string expected)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(body);
        byte[] scratch = new byte[bytes.Length];
        Assert.True(CallbackForm.TryParse(bytes, scratch, out var form));
        Assert.True(new TwilioSignature(token).Verify(expected, url, form));
        Assert.False(new TwilioSignature(token).Verify(expected, url + "/", form));
        Assert.False(new TwilioSignature(token + "x").Verify(expected, url, form));
    }

    [Theory]
    [InlineData("a=%")]
    [InlineData("a=%4")]
    [InlineData("a=%zz")]
    public void A_broken_escape_is_no_form(string body) => Assert.False(CallbackForm.TryParse(Encoding.ASCII.GetBytes(body), new byte[body.Length], out _));

    [Fact]
    public void Too_many_fields_are_no_form()
    {
        byte[] body = Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, CallbackForm.FieldsMax + 1).Select(i => $"f{i}=1")));
        Assert.False(CallbackForm.TryParse(body, new byte[body.Length], out _));
    }
}
