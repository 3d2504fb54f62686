using System.Net;
using System.Security.Cryptography;
using System.Text;
using AlertGateway.Channels.Sms;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AlertGateway.Tests.Channels;

public sealed class TwilioReceiptTests : IAsyncLifetime
{
    private const string Public = "https://warn.example.cn";
    private const string Tag = "d7-123456-1-0-1";

    private readonly ScratchFolder _folder = new();
    private readonly RecordingSink _sink = new();
    private readonly RecordingRefusals _refusals = new();
    private readonly HttpClient _client = new();
    private WebApplication? _app;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var options = new TwilioOptions { AccountSid = SmsFarSide.Account, TokenFile = _folder.Secret("token", "tok"), From = "+15005550006", PublicUrl = new Uri(Public) };
        SmsEndpointLookup lookup = number => number.Span.SequenceEqual("+8613800000001"u8) ? 123456 : 0;
        (_app, var url) = await LoopbackHost.StartAsync(
            services => services.AddRouting(),
            app => app.MapTwilioReceipts(new TwilioReceiptEndpoints(options, lookup, _sink, _refusals)), Stop);
        _client.BaseAddress = url;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_app is { } app) await app.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The signature as the provider makes it, written anew from the protocol page.</summary>
    private static string Sign(string token, string url, params (string Name, string Value)[] form)
    {
        var text = new StringBuilder(url);
        foreach (var (name, value) in form.Distinct().OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Value, StringComparer.Ordinal)) text.Append(name).Append(value);
#pragma warning disable CA5350 // The header is defined as HMAC-SHA1.
        return Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(text.ToString())));
#pragma warning restore CA5350
    }

    private static (string, string)[] Status(string status, string? error = null) =>
    [
        ("SmsSid", "SM0123456789abcdef0123456789abcdef"), ("SmsStatus", status), ("MessageStatus", status), ("To", "+8613800000001"), ("MessageSid", "SM0123456789abcdef0123456789abcdef"),
        ("AccountSid", SmsFarSide.Account), ("From", "+15005550006"), ("ApiVersion", "2010-04-01"), .. error is null ? Array.Empty<(string, string)>() : [("ErrorCode", error)],
    ];

    private async Task<HttpResponseMessage> PostAsync(string path, (string Name, string Value)[] form, string? signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form.Select(p => KeyValuePair.Create(p.Name, p.Value))) };
        if (signature is not null) request.Headers.Add("X-Twilio-Signature", signature);
        return await _client.SendAsync(request, Stop);
    }

    private Task<HttpResponseMessage> PostStatusAsync(string status, string? error = null, string tag = Tag) =>
        PostAsync($"/v1/receipts/twilio/{tag}", Status(status, error), Sign("tok", $"{Public}/v1/receipts/twilio/{tag}", Status(status, error)));

    [Theory]
    [InlineData("delivered", null, Evidence.Delivered, false, DispatchError.None)]
    [InlineData("sent", null, Evidence.Accepted, false, DispatchError.None)]
    [InlineData("undelivered", "30006", Evidence.Accepted, true, DispatchError.BadAddress)]
    [InlineData("failed", "30007", Evidence.Accepted, true, DispatchError.DeviceRefused)]
    [InlineData("failed", null, Evidence.Accepted, true, DispatchError.DeviceRefused)]
    public async Task A_signed_callback_becomes_a_receipt(string status, string? code, Evidence level, bool failed, DispatchError error)
    {
        using var response = await PostStatusAsync(status, code);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(new Receipt(new DeliveryTag(new DeliveryKey(7, 123456, ChannelKind.Sms, Purpose.Original), 1), level, failed, error, 0, Route: 0), Assert.Single(_sink.Receipts));
    }

    [Fact]
    public async Task The_provider_is_answered_only_when_the_receipt_is_durable()
    {
        _sink.Hold = new TaskCompletionSource();
        var post = PostStatusAsync("delivered");
        await _sink.NextAsync(Stop);
        Assert.False(post.IsCompleted);
        _sink.Hold.SetResult();
        using var response = await post;
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("u/g8+lq1dNueOsw1Xy3WlN8t6jw=")]
    [InlineData("not base64 and much longer than any signature could ever be")]
    public async Task A_forged_callback_is_refused_and_recorded_and_changes_nothing(string? signature)
    {
        using var response = await PostAsync($"/v1/receipts/twilio/{Tag}", Status("delivered"), signature);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(_sink.Receipts);
        var (code, sentence) = Assert.Single(_refusals.Entries);
        Assert.Equal("sms.callback.forged", code);
        Assert.DoesNotContain("138", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_signature_made_for_another_delivery_does_not_fit()
    {
        using var response = await PostAsync("/v1/receipts/twilio/d7-123457-1-0-1", Status("delivered"), Sign("tok", $"{Public}/v1/receipts/twilio/{Tag}", Status("delivered")));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(_sink.Receipts);
    }

    [Theory]
    [InlineData("d7-123456-2-0-1")]
    [InlineData("nonsense")]
    public async Task A_signed_callback_for_no_sms_delivery_is_not_found(string tag)
    {
        using var response = await PostStatusAsync("delivered", tag: tag);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(_sink.Receipts);
    }

    [Theory]
    [InlineData(ReceiptVerdict.UnknownDelivery, 1)]
    [InlineData(ReceiptVerdict.Duplicate, 0)]
    [InlineData(ReceiptVerdict.Recorded, 0)]
    public async Task A_signed_callback_for_a_delivery_that_was_never_started_is_recorded_for_a_person_to_see(ReceiptVerdict verdict, int recorded)
    {
        _sink.Verdict = verdict;
        using var response = await PostStatusAsync("delivered");
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode); // the provider shall not repeat it
        Assert.Equal(Enumerable.Repeat("sms.callback.unknown-delivery", recorded), _refusals.Entries.Select(e => e.Code));
        Assert.DoesNotContain(_refusals.Entries, e => e.Sentence.Contains("123456", StringComparison.Ordinal) || e.Sentence.Contains("138", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_form_beyond_eight_KiB_is_refused_unread()
    {
        using var response = await PostAsync($"/v1/receipts/twilio/{Tag}", [("Body", new string('x', 8200))], "x");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData(" 收到 ", true)]
    [InlineData("ok", true)]
    [InlineData("Stop", false)]
    [InlineData("10", false)]
    public async Task Only_a_clear_reply_acknowledges(string text, bool acknowledges)
    {
        (string, string)[] form = [("MessageSid", "SM1"), ("From", "+8613800000001"), ("To", "+15005550006"), ("Body", text), ("AccountSid", SmsFarSide.Account), ("ApiVersion", "2010-04-01"), ("NumMedia", "0")];
        using var response = await PostAsync("/v1/receipts/twilio-inbound", form, Sign("tok", $"{Public}/v1/receipts/twilio-inbound", form));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("<Response/>", await response.Content.ReadAsStringAsync(Stop));
        Assert.Equal(acknowledges ? [123456] : [], _sink.Acknowledged);
    }

    [Fact]
    public async Task A_forged_reply_acknowledges_nothing()
    {
        (string, string)[] form = [("From", "+8613800000001"), ("Body", "1")];
        using var response = await PostAsync("/v1/receipts/twilio-inbound", form, Sign("other", $"{Public}/v1/receipts/twilio-inbound", form));
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(_sink.Acknowledged);
    }
}
