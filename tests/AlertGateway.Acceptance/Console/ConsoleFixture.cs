using AlertGateway.Core.Approval;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Tracking;
using AlertGateway.Server.Api;
using AlertGateway.Server.Security;
using AlertGateway.Server.Web;
using AlertGateway.Storage.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AlertGateway.Acceptance.Console;

/// <summary>The real pages, API and security on a real socket of their own, over a scripted desk and board.</summary>
internal sealed class ConsoleFixture : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _keys;

    public ScriptedBoard Board { get; }

    public ScriptedDesk Desk { get; }

    public ScriptedPeople People { get; } = new();

    public Uri Address { get; }

    public IServiceProvider Services => _app.Services;

    private ConsoleFixture(WebApplication app, ScriptedBoard board, ScriptedDesk desk, ScriptedPeople people, string keys)
    {
        (_app, Board, Desk, People, _keys) = (app, board, desk, people, keys);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public static async Task<ConsoleFixture> StartAsync(Action<ConsoleOptions>? configure = null, CityMap? map = null, ScriptedBoard? board = null, string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders();
        board ??= new ScriptedBoard(TimeProvider.System);
        var desk = new ScriptedDesk(board, TimeProvider.System);
        var people = new ScriptedPeople();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ITrackingBoard>(board);
        builder.Services.AddSingleton<IDesk>(desk);
        builder.Services.AddSingleton<IPeople>(people);
        builder.Services.AddSingleton<IRefusalLog>(desk);
        builder.Services.AddSingleton<IHealthSource, ScriptedHealth>();
        builder.Services.AddSingleton(map ?? CityMap.Read("溧阳", "Liyang", true, Outline, Cells(board)));
        builder.Services.AddConsole();
        string keys = Directory.CreateTempSubdirectory("agw-console-").FullName;
        builder.Services.AddSingleton<ILedger>(_ => SqliteLedger.Open(Path.Combine(keys, "ledger.db")));
        builder.Services.AddSingleton(s => new FieldReports(board, Authority, person => person is > 100_000 and <= 200_000 ? ScriptedBoard.Code(0, 200) : null, s.GetRequiredService<ILedger>(), TimeProvider.System));
        builder.Services.AddPublicAlerts(Path.Combine(keys, "publishing.key"));
        builder.Services.Configure<ConsoleOptions>(o => o.SignInTriesPerMinute = 1000);
        if (configure is not null) builder.Services.Configure(configure);
        var app = builder.Build();
        app.UseConsole();
        app.MapConsole();
        app.MapApi();
        app.MapPublicAlerts();
        await app.StartAsync();
        return new ConsoleFixture(app, board, desk, people, keys);
    }

    private static readonly AuthorityMatrix Authority = AuthorityMatrix.Parse("""
        { "rows": [ { "name": "wardens", "role": "warden", "areas": ["320481"], "events": ["*"], "maxColour": "red", "statuses": ["Actual", "Exercise"], "may": ["recordReach"] },
                    { "name": "desk", "role": "duty", "areas": ["320481"], "events": ["*"], "maxColour": "red", "statuses": ["Actual"], "may": ["propose", "recordReach"] },
                    { "name": "approvers", "role": "approver", "areas": ["320481"], "events": ["*"], "maxColour": "red", "statuses": ["Actual"], "may": ["approve"] } ] }
        """u8);

    public HttpClient Client(string? token = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_keys, recursive: true);
    }

    private const string Outline = """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[119.12,31.12],[119.64,31.12],[119.64,31.5],[119.12,31.5],[119.12,31.12]]]}}]}""";

    private static string Cells(ScriptedBoard board) => """{"type":"FeatureCollection","features":[""" + string.Join(',', board.Towns.Select((t, i) =>
    {
        double west = 119.13 + 0.125 * (i % 4), south = 31.13 + 0.12 * (i / 4);
        return FormattableString.Invariant($$$"""{"type":"Feature","properties":{"code":"{{{t.Code}}}","name":"{{{t.Name}}}","schematic":true},"geometry":{"type":"Polygon","coordinates":[[[{{{west}}},{{{south}}}],[{{{west + 0.12}}},{{{south}}}],[{{{west + 0.12}}},{{{south + 0.115}}}],[{{{west}}},{{{south + 0.115}}}],[{{{west}}},{{{south}}}]]]}}""");
    })) + "]}";
}
