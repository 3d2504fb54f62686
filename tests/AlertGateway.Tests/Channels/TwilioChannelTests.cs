using System.Text;
using AlertGateway.Channels.Sms;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace AlertGateway.Tests.Channels;

public sealed partial class TwilioChannelTests : ChannelCompliance
{
    private const string Text = "【溧阳市气象台】暴雨红色预警：大溪水库下游请立即转移。1&2=3+4 %";
    private static readonly byte[] Number = "+8612345678901"u8.ToArray();

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 7, 5, 2, 10, 0, TimeSpan.Zero));
    private readonly ScratchFolder _folder = new();
    private readonly SmsFarSide _provider = new();
    private TwilioChannel? _channel;

    protected override IChannel Channel => _channel!;

    protected override int ReceivedCount => _provider.Taken;

    public override async ValueTask InitializeAsync()
    {
        await _provider.StartAsync(Stop);
        _provider.Now = _clock.GetUtcNow();
        _channel = new TwilioChannel(Options(_provider.Url), _clock);
    }

    public override async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        await _provider.DisposeAsync();
        _folder.Dispose();
    }

    private TwilioOptions Options(Uri url) => new()
    {
        BaseUrl = url,
        AccountSid = SmsFarSide.Account,
        TokenFile = _folder.Secret("token", "tok\n"),
        From = "+15005550006",
        PublicUrl = new Uri("https://warn.example.cn"),
    };

    protected override Rendition ARendition(string status = "Actual", bool marked = true) =>
        Make.ARendition(ChannelKind.Sms, status == "Actual" || !marked ? Text : $"【演练】{Text}【演练】", status);

    private protected override OutgoingDelivery ADelivery(Rendition rendition, SwitchGate gate, bool exerciseEndpoint) => Make.ADelivery(rendition, 123456, Number, _clock.GetUtcNow(), gate, exerciseEndpoint);

    protected override async Task<string> ReceivedAsync() => (await _provider.NextAsync(Stop))["Body"];

    protected override string Expected(Rendition rendition) => rendition.Text;

    protected override async Task GoDownAsync() => await _provider.DisposeAsync();

    protected override void FallSilent() => _provider.Silent = true;

    private OutgoingDelivery ADelivery() => ADelivery(ARendition(), new SwitchGate(), false);

    [Fact]
    public async Task A_probe_hears_whether_provider_and_key_are_well_and_sends_nobody_anything()
    {
        Assert.True(await Channel.ProbeAsync(Stop));
        Assert.Equal(0, _provider.Taken);
        await GoDownAsync();
        Assert.False(await Channel.ProbeAsync(Stop));
    }

    [Fact]
    public void Two_providers_with_one_number_are_refused_by_name()
    {
        TwilioOptions Numbered(int number) => new() { AccountSid = SmsFarSide.Account, TokenFile = "t", From = "12379", Number = number };
        var options = new SmsOptions { AccountSid = SmsFarSide.Account, TokenFile = "t", From = "12379" };
        options.Standby.Add(Numbered(1));
        Assert.True(new SmsOptionsValidator().Validate(null, options).Succeeded);
        options.Standby.Add(Numbered(1));
        options.Standby.Add(Numbered(0));
        options.Standby.Add(new TwilioOptions { Number = 4 });
        var problems = new SmsOptionsValidator().Validate(null, options).Failures!.ToList();
        Assert.Contains(problems, p => p.StartsWith("Sms:Standby:1:Number", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("Sms:Standby:2:Number", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.StartsWith("Sms:Standby:3:", StringComparison.Ordinal) && p.Contains("AccountSid", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_request_carries_exactly_what_the_protocol_page_says()
    {
        var outcome = await Channel.DispatchAsync(ADelivery(), Stop);
        Assert.Equal(DispatchOutcome.Accepted("SM00000000000000000000000000000001"), outcome);
        Assert.Equal(new Dictionary<string, string>
        {
            ["To"] = "+8612345678901",
            ["From"] = "+15005550006",
            ["Body"] = Text,
            ["StatusCallback"] = "https://warn.example.cn/v1/receipts/twilio/d7-123456-1-0-1",
            ["ValidityPeriod"] = "3600",
            ["SmartEncoded"] = "false",
        }, await _provider.NextAsync(Stop));
        Assert.Equal("Basic " + Convert.ToBase64String(Encoding.ASCII.GetBytes(SmsFarSide.Account + ":tok")), _provider.Authorization);
    }

    [Fact]
    public async Task One_rendition_goes_to_many_numbers_unchanged()
    {
        var rendition = ARendition();
        for (int i = 0; i < 20; i++)
        {
            byte[] number = Encoding.ASCII.GetBytes($"+86120000000{i:00}");
            Assert.Equal(ResultCode.Accepted, (await Channel.DispatchAsync(Make.ADelivery(rendition, i + 1, number, _clock.GetUtcNow()), Stop)).Code);
            var form = await _provider.NextAsync(Stop);
            Assert.Equal((Text, $"+86120000000{i:00}"), (form["Body"], form["To"]));
        }
    }

    /// <summary>The lane looked when the attempt had its slot; a connection may be seconds away.</summary>
    [Fact]
    public async Task What_still_waits_for_a_connection_when_its_gate_closes_never_leaves()
    {
        var (reached, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _provider.Misbehaves = async context =>
        {
            reached.SetResult();
            await goOn.Task;
            await _provider.TakeAsync(context);
            context.Response.StatusCode = 201;
        };
        var options = Options(_provider.Url);
        options.Http2 = false;
        options.Slots = 1;
        using var channel = new TwilioChannel(options, _clock);
        var first = channel.DispatchAsync(ADelivery(), Stop).AsTask();
        await reached.Task;
        var gate = new SwitchGate();
        var second = channel.DispatchAsync(ADelivery(ARendition(), gate, false), Stop).AsTask();
        gate.Close();
        goOn.SetResult();
        Assert.Equal(ResultCode.Accepted, (await first).Code);
        Assert.Equal(DispatchOutcome.NotSent, await second);
        Assert.Equal(1, _provider.Taken);
    }

    [Fact(Timeout = 30_000)]
    public async Task Questions_that_hang_hold_up_no_message()
    {
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _provider.Lists = goOn.Task;
        var options = Options(_provider.Url);
        options.Http2 = false;
        options.Slots = 1;
        using var channel = new TwilioChannel(options, _clock);
        var asked = channel.AskAsync(ADelivery(), Stop).AsTask();
        Assert.Equal(ResultCode.Accepted, (await channel.DispatchAsync(ADelivery(), Stop)).Code);
        Assert.False(asked.IsCompleted);
        goOn.SetResult();
        await asked;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gate_that_closes_on_the_way_to_the_wire_lets_nothing_out_and_the_next_message_goes(bool http2)
    {
        await using var provider = new SmsFarSide { Now = _clock.GetUtcNow() };
        await provider.StartAsync(Stop, http2);
        var options = Options(provider.Url);
        options.Http2 = http2;
        using var channel = new TwilioChannel(options, _clock);
        var closing = ADelivery() with { Gate = new GateOfOneLook() };
        Assert.Equal(DispatchOutcome.NotSent, await channel.DispatchAsync(closing, Stop));
        Assert.Equal(ResultCode.Accepted, (await channel.DispatchAsync(ADelivery(), Stop)).Code);
        Assert.Equal(1, provider.Taken);
    }

    private sealed class GateOfOneLook : ISendGate
    {
        private int _looks;

        public bool IsOpen => Interlocked.Increment(ref _looks) == 1;
    }

    [Theory]
    [InlineData(429, 20429, ResultCode.RetryLater, DispatchError.Throttled)]
    [InlineData(400, 21211, ResultCode.Refused, DispatchError.BadAddress)]
    [InlineData(400, 21614, ResultCode.Refused, DispatchError.BadAddress)]
    [InlineData(400, 21610, ResultCode.Refused, DispatchError.OptedOut)]
    [InlineData(400, 21611, ResultCode.RetryLater, DispatchError.Throttled)]
    [InlineData(400, 21617, ResultCode.Refused, DispatchError.TooLong)]
    [InlineData(401, 20003, ResultCode.RetryLater, DispatchError.NotAuthorised)]
    [InlineData(403, 20005, ResultCode.RetryLater, DispatchError.NotAuthorised)]
    [InlineData(403, 0, ResultCode.RetryLater, DispatchError.NotAuthorised)]
    [InlineData(400, 21266, ResultCode.Refused, DispatchError.BadAddress)]
    [InlineData(400, 21602, ResultCode.Refused, DispatchError.DeviceRefused)]
    [InlineData(400, 21408, ResultCode.RetryLater, DispatchError.NotAuthorised)] // the account may not send to the region
    [InlineData(400, 21606, ResultCode.RetryLater, DispatchError.NotAuthorised)] // the sender number
    [InlineData(400, 21608, ResultCode.RetryLater, DispatchError.NotAuthorised)] // a trial account
    [InlineData(400, 21612, ResultCode.RetryLater, DispatchError.NotAuthorised)] // sender and recipient do not go together
    [InlineData(400, 21212, ResultCode.RetryLater, DispatchError.NotAuthorised)]
    [InlineData(400, 29999, ResultCode.RetryLater, DispatchError.NotAuthorised)]
    [InlineData(404, 20404, ResultCode.RetryLater, DispatchError.NotAuthorised)] // the account
    [InlineData(404, 0, ResultCode.RetryLater, DispatchError.NotAuthorised)]
    [InlineData(400, 0, ResultCode.RetryLater, DispatchError.NotAuthorised)]
    [InlineData(415, 0, ResultCode.RetryLater, DispatchError.NotAuthorised)]
    [InlineData(500, 20500, ResultCode.Unknown, DispatchError.ServerError)]
    [InlineData(503, 0, ResultCode.Unknown, DispatchError.ServerError)]
    [InlineData(302, 0, ResultCode.RetryLater, DispatchError.LinkDown)]
    public async Task Every_answer_has_its_outcome(int status, int code, ResultCode expected, DispatchError error)
    {
        _provider.Misbehaves = async context =>
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync($$"""{"code":{{code}},"message":"no","more_info":"","status":{{status}}}""");
        };
        Assert.Equal((expected, error), ((await Channel.DispatchAsync(ADelivery(), Stop)) is var o ? o.Code : 0, o.Error));
    }

    [Fact]
    public async Task A_page_of_a_proxy_on_the_way_decides_nothing_about_a_recipient()
    {
        _provider.Misbehaves = async context =>
        {
            context.Response.StatusCode = 404;
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync("<html><body>404 Not Found</body></html>");
        };
        Assert.Equal(DispatchOutcome.RetryLater(DispatchError.NotAuthorised), await Channel.DispatchAsync(ADelivery(), Stop));
    }

    [Fact]
    public async Task A_throttled_request_passes_on_how_long_to_wait()
    {
        _provider.Misbehaves = context =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "7";
            return Task.CompletedTask;
        };
        Assert.Equal(DispatchOutcome.RetryLater(DispatchError.Throttled, TimeSpan.FromSeconds(7)), await Channel.DispatchAsync(ADelivery(), Stop));
    }

    [Fact]
    public async Task A_connection_cut_after_sending_is_unknown_and_is_found_when_asked_for()
    {
        var delivery = ADelivery();
        Assert.Equal(DispatchOutcome.Unknown(DispatchError.LinkDown), await SendUnheardAsync(delivery));
        Assert.Equal(new AskOutcome(AskAnswer.Taken, "SM00000000000000000000000000000001"), await Channel.AskAsync(delivery, Stop));
    }

    [Fact]
    public async Task A_time_out_is_unknown()
    {
        _provider.Silent = true;
        var dispatch = Channel.DispatchAsync(ADelivery(), Stop).AsTask();
        await _provider.NextAsync(Stop);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(DispatchOutcome.Unknown(DispatchError.TimedOut), await dispatch);
    }

    [Fact]
    public async Task A_message_that_was_never_taken_is_said_to_be_so()
    {
        Assert.Equal(AskAnswer.NeverTaken, (await Channel.AskAsync(ADelivery(), Stop)).Answer);
    }

    [Fact]
    public async Task The_same_text_of_an_hour_ago_does_not_answer_for_this_attempt()
    {
        _provider.Now = _clock.GetUtcNow().AddHours(-1);
        await Channel.DispatchAsync(ADelivery(), Stop);
        Assert.Equal(AskAnswer.NeverTaken, (await Channel.AskAsync(ADelivery(), Stop)).Answer);
    }

    [Fact]
    public async Task Another_text_since_then_does_not_answer_for_this_attempt_and_a_cut_list_cannot_tell()
    {
        await Channel.DispatchAsync(Make.ADelivery(Make.ARendition(ChannelKind.Sms, "别的"), 123456, Number, _clock.GetUtcNow()), Stop);
        Assert.Equal(AskAnswer.NeverTaken, (await Channel.AskAsync(ADelivery(), Stop)).Answer);
        _provider.NextPage = "/more";
        Assert.Equal(AskAnswer.CannotTell, (await Channel.AskAsync(ADelivery(), Stop)).Answer);
    }

    [Fact]
    public async Task A_provider_that_is_down_cannot_tell()
    {
        await GoDownAsync();
        Assert.Equal(AskAnswer.CannotTell, (await Channel.AskAsync(ADelivery(), Stop)).Answer);
    }

    [Theory]
    [InlineData("")]
    [InlineData("8612345678901")]
    [InlineData("+86 123456789")]
    [InlineData("+861234567890123456")]
    [InlineData("+8612345\r\n789")]
    public async Task What_is_no_number_is_refused_before_anything_leaves(string address)
    {
        var outcome = await Channel.DispatchAsync(Make.ADelivery(ARendition(), 1, Encoding.UTF8.GetBytes(address), _clock.GetUtcNow()), Stop);
        Assert.Equal(DispatchOutcome.Refused(DispatchError.BadAddress), outcome);
        Assert.Equal(0, _provider.Taken);
    }

    [Fact]
    public async Task A_synthetic_number_never_goes_to_a_provider_outside_loopback()
    {
        using var outside = new TwilioChannel(Options(new Uri("https://api.twilio.com")), _clock);
        Assert.Equal(DispatchOutcome.Refused(DispatchError.WrongWorld), await outside.DispatchAsync(ADelivery(), Stop));
    }

    [Fact]
    public async Task Nothing_is_sent_that_has_less_than_a_second_to_live()
    {
        var outcome = await Channel.DispatchAsync(ADelivery() with { NotAfterTicks = _clock.GetUtcNow().UtcTicks + TimeSpan.TicksPerSecond - 1 }, Stop);
        Assert.Equal(new DispatchOutcome(ResultCode.NotSent, DispatchError.Expired), outcome);
        Assert.Equal(0, _provider.Taken);
    }

    [Fact]
    public async Task A_text_beyond_the_provider_limit_is_refused_and_not_cut()
    {
        var outcome = await Channel.DispatchAsync(Make.ADelivery(Make.ARendition(ChannelKind.Sms, new string('雨', 1601)), 1, Number, _clock.GetUtcNow()), Stop);
        Assert.Equal(DispatchOutcome.Refused(DispatchError.TooLong), outcome);
    }

    [Fact]
    public void A_token_file_that_others_can_read_is_refused()
    {
        var options = Options(_provider.Url);
        ScratchFolder.SetMode(options.TokenFile, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        var refused = Assert.Throws<InvalidOperationException>(() => new TwilioChannel(options, _clock));
        Assert.DoesNotContain("tok\n", refused.Message, StringComparison.Ordinal);
        Assert.Contains("0600", refused.Message, StringComparison.Ordinal);
    }
}
