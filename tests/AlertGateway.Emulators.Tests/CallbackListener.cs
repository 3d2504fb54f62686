using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace AlertGateway.Emulators.Tests;

/// <summary>A post that reached the listener.</summary>
public sealed record ReceivedPost(string Url, string Signature, IReadOnlyDictionary<string, string> Form);

/// <summary>Stands where the gateway stands: takes form posts and answers with the status it is told.</summary>
public sealed class CallbackListener : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly Channel<ReceivedPost> _posts = Channel.CreateUnbounded<ReceivedPost>();

    private CallbackListener(Func<int, int> answer)
    {
        var count = 0;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Run(async context =>
        {
            var form = await context.Request.ReadFormAsync();
            context.Response.StatusCode = answer(Interlocked.Increment(ref count));
            await _posts.Writer.WriteAsync(new ReceivedPost(
                $"http://{context.Request.Host}{context.Request.Path}{context.Request.QueryString}",
                context.Request.Headers["X-Twilio-Signature"].ToString(),
                form.ToDictionary(field => field.Key, field => field.Value.ToString())));
        });
    }

    public string Url => _web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    public static async Task<CallbackListener> StartAsync(Func<int, int>? answer = null)
    {
        var listener = new CallbackListener(answer ?? (_ => 204));
        await listener._web.StartAsync(TestContext.Current.CancellationToken);
        return listener;
    }

    public ValueTask<ReceivedPost> NextAsync() => _posts.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public bool HasPost => _posts.Reader.Count > 0;

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();
}
