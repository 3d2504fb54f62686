using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AlertGateway.Server.City;
using AlertGateway.Server.Demo;
using AlertGateway.Storage.People;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Acceptance.House;

/// <summary>
/// The gateway as the process that an operator runs, over a small synthetic 溧阳 of its own, with three people who hold bearer tokens. Emulators join on demand, each a process too. Everything ends, and its folder goes, with the house.
/// </summary>
internal sealed partial class RunningHouse : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly string Configuration = AppContext.BaseDirectory.Contains("release", StringComparison.OrdinalIgnoreCase) ? "release" : "debug";
    private readonly List<ChildProcess> _emulators = [];
    private readonly List<HttpClient> _clients = [];
    private ChildProcess? _gateway;
    private string _deputyOneTimeToken = "";

    private RunningHouse(string folder) => Folder = folder;

    public static string Repository { get; } = FindRepository();

    public string Folder { get; }

    public string DataFolder => Path.Combine(Folder, "data");

    public Uri Url { get; private set; } = null!;

    public string SmsTokenFile => Path.Combine(Folder, "twilio.token");

    public ChildProcess Gateway => _gateway!;

    public CityResult City { get; private set; } = null!;

    /// <summary>May propose.</summary>
    public HttpClient Editor { get; private set; } = null!;

    /// <summary>May approve.</summary>
    public HttpClient Officer { get; private set; } = null!;

    /// <param name="households">Size of the city.</param>
    /// <param name="withSmsProvider">Starts the SMS provider's emulator; without it nobody answers at its address.</param>
    /// <param name="householdsMax">The configured cap of an audience; null leaves the shipped one.</param>
    /// <param name="prepare">Changes the configuration of the folder before the gateway reads it.</param>
    /// <param name="redUnpublishedMinutes">How long another's red warning may wait before it is an alarm.</param>
    public static async Task<RunningHouse> StartAsync(int households, CancellationToken cancellationToken, bool withSmsProvider = false, int? householdsMax = null, int push = 10, int loudspeakers = 12, Action<RunningHouse>? prepare = null, int redUnpublishedMinutes = 10)
    {
        if (!File.Exists(Program("SmsProvider", "agw-smsprovider"))) Assert.Skip("The emulators are not built in this configuration.");
        var house = new RunningHouse(Directory.CreateTempSubdirectory("agw-house-").FullName);
        try
        {
            house.CopyConfig(householdsMax);
            house.Fill(new CityOptions { Households = households, PushPersons = push, Loudspeakers = loudspeakers });
            house.Url = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}");
            string smsUrl = "http://127.0.0.1:9"; // The discard port: nothing listens there.
            if (withSmsProvider)
            {
                var sms = await house.JoinAsync("SmsProvider", "agw-smsprovider", ["--token-file", house.SmsTokenFile, "--journal", house.Journal("sms"), "--seed", "1"], cancellationToken);
                smsUrl = sms.Ready.GetProperty("url").GetString()!;
            }
            house.WriteSettings(smsUrl, redUnpublishedMinutes);
            prepare?.Invoke(house);
            await house.StartGatewayAsync(cancellationToken);
            (house.Editor, house.Officer) = (house.AddPerson("王编辑", "editor"), house.AddPerson("李值班", "duty-officer"));
            using var people = house.OpenPeople();
            house._deputyOneTimeToken = people.Add("赵副值班", "deputy").OneTimeToken;
            return house;
        }
        catch
        {
            await house.DisposeAsync();
            throw;
        }
    }

    public async Task StartGatewayAsync(CancellationToken cancellationToken) =>
        _gateway = await ChildProcess.StartAsync(Program("AlertGateway.Server", "agw"), ["serve", "--end-with-input", "--settings", Path.Combine(Folder, "settings.json")], Path.Combine(Folder, "gateway.log"), Patience, cancellationToken, home: Folder);

    /// <summary>Ends the gateway with kill -9 and starts it again at the same address.</summary>
    public async Task KillAndRestartAsync(CancellationToken cancellationToken)
    {
        _gateway!.Kill();
        _gateway.Dispose();
        await StartGatewayAsync(cancellationToken);
    }

    /// <summary>Lets the gateway notice that whoever started it is gone; its exit code.</summary>
    public Task<int> OrphanAsync(CancellationToken cancellationToken) => _gateway!.OrphanAsync(cancellationToken);

    public string Journal(string name) => Path.Combine(Folder, name + ".journal");

    /// <summary>Starts an emulator and waits until it is ready.</summary>
    public async Task<ChildProcess> JoinAsync(string project, string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var child = await ChildProcess.StartAsync(Program(project, program), [.. arguments, "--parent", FormattableString.Invariant($"{Environment.ProcessId}")], Path.Combine(Folder, $"{program}-{_emulators.Count}.log"), Patience, cancellationToken);
        _emulators.Add(child);
        return child;
    }

    /// <summary>Ends the emulators cleanly, so that their journals are whole.</summary>
    public void EndEmulators()
    {
        foreach (var emulator in _emulators) emulator.End();
    }

    public async Task<HttpResponseMessage> SubmitAsync(string cap, CancellationToken cancellationToken) => await SubmitAsync(Encoding.UTF8.GetBytes(cap), cancellationToken);

    public async Task<HttpResponseMessage> SubmitAsync(byte[] document, CancellationToken cancellationToken)
    {
        using var body = new ByteArrayContent(document);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/cap+xml");
        return await Editor.PostAsync(new Uri("/v1/alerts", UriKind.Relative), body, cancellationToken);
    }

    public static async Task<HttpResponseMessage> SignAsync(HttpClient person, JsonElement proposal, string role, CancellationToken cancellationToken)
    {
        var hashes = proposal.GetProperty("hashes");
        return await person.PostAsJsonAsync($"/v1/proposals/{proposal.GetProperty("proposalNo").GetInt32()}/sign", new
        {
            content = hashes.GetProperty("content").GetString(), area = hashes.GetProperty("area").GetString(), audience = hashes.GetProperty("audience").GetString(),
            renditions = hashes.GetProperty("renditions").GetString(), expiresTicks = hashes.GetProperty("expiresTicks").GetInt64(), role,
        }, cancellationToken);
    }

    /// <summary>A JSON answer of the API, read as the officer.</summary>
    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await Officer.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }

    /// <summary>A browser without scripts, signed in by the page's own form.</summary>
    public async Task<HttpClient> SignInAsync(CancellationToken cancellationToken)
    {
        var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = Url };
        _clients.Add(browser);
        string page = await browser.GetStringAsync(new Uri("/sign-in", UriKind.Relative), cancellationToken);
        using var form = new FormUrlEncodedContent([new("form-token", FormToken().Match(page).Groups[1].Value), new("token", _deputyOneTimeToken), new("then", "/")]);
        using var answer = await browser.PostAsync(new Uri("/sign-in", UriKind.Relative), form, cancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return browser;
    }

    /// <summary>Fills the form of a page and sends it, as a browser without scripts does.</summary>
    public static async Task<HttpResponseMessage> PressAsync(HttpClient browser, string page, string action, IEnumerable<KeyValuePair<string, string>> fields, CancellationToken cancellationToken)
    {
        string html = await browser.GetStringAsync(new Uri(page, UriKind.Relative), cancellationToken);
        using var form = new FormUrlEncodedContent([new("form-token", FormToken().Match(html).Groups[1].Value), .. fields]);
        return await browser.PostAsync(new Uri(action, UriKind.Relative), form, cancellationToken);
    }

    /// <summary>A page as text that a person reads: no tags, entities resolved.</summary>
    public static async Task<string> ReadPageAsync(HttpClient browser, string path, CancellationToken cancellationToken) =>
        WebUtility.HtmlDecode(Tags().Replace(await browser.GetStringAsync(new Uri(path, UriKind.Relative), cancellationToken), " "));

    /// <summary>Asks again until the answer is as it must be; after two minutes the test fails with the last answer.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> done, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var both = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            var answer = await ask();
            if (done(answer)) return answer;
            try
            {
                await pause.WaitForNextTickAsync(both.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"It did not come about: {answer}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        EndEmulators();
        _gateway?.End();
        foreach (var client in _clients) client.Dispose();
        foreach (var child in _emulators) child.Dispose();
        _gateway?.Dispose();
        await Task.Run(() => Directory.Delete(Folder, recursive: true));
    }

    private HttpClient AddPerson(string name, string role)
    {
        using var people = OpenPeople();
        var client = new HttpClient { BaseAddress = Url, Timeout = Patience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", people.Exchange(people.Add(name, role).OneTimeToken)!.BearerToken);
        _clients.Add(client);
        return client;
    }

    private PeopleStore OpenPeople() => PeopleStore.Open(Path.Combine(DataFolder, "people.db"), TimeProvider.System, RandomNumberGenerator.Create());

    // The gateway finds its configuration beside its home: a copy, so that one number can differ.
    private void CopyConfig(int? householdsMax)
    {
        string from = Path.Combine(Repository, "config");
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string to = Path.Combine(Folder, "config", Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        if (householdsMax is not { } max) return;
        string targeting = Path.Combine(Folder, "config", "targeting.json");
        string text = File.ReadAllText(targeting), changed = text.Replace("\"householdsMax\": 400000", FormattableString.Invariant($"\"householdsMax\": {max}"), StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        File.WriteAllText(targeting, changed);
    }

    private void Fill(CityOptions options)
    {
        Directory.CreateDirectory(DataFolder);
        string devices = Directory.CreateDirectory(Path.Combine(Folder, "devices")).FullName;
        Directory.CreateDirectory(Path.Combine(Folder, "feeds"));
        using var store = RegistryStore.Open(Path.Combine(DataFolder, "registry.db"));
        City = SyntheticCity.Create(store, SchematicCity.Read(Path.Combine(Repository, "config", "cities", "liyang")), options);
        City.Secrets.WriteTo(devices);
        var secret = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) secret.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var token = new FileStream(SmsTokenFile, secret);
        token.Write("0123456789abcdef0123456789abcdef"u8);
    }

    private void WriteSettings(string smsUrl, int redUnpublishedMinutes)
    {
        var lane = new { ReceiptTimeout = "00:00:20", UnreachableTimeout = "00:00:20" };
        var once = new { Repeat = 1 };
        File.WriteAllText(Path.Combine(Folder, "settings.json"), JsonSerializer.Serialize(new
        {
            Gateway = new { Url = Url.ToString(), DataFolder, DiskReserveMiB = 8, Lanes = new { Sms = lane, Push = lane, Loudspeaker = lane, Broadcast = lane } },
            Sms = new { BaseUrl = smsUrl, AccountSid = "AC" + new string('0', 32), TokenFile = SmsTokenFile, From = "12379", PublicUrl = Url.ToString() },
            Loudspeaker = new { BindAddress = "127.0.0.1", Port = LoopbackPort.Free(), ProgrammeBaseUrl = Url.ToString(), Plays = new { Red = once, Orange = once, Yellow = once, Blue = once } },
            Broadcast = new { Plays = new { Red = once, Orange = once, Yellow = once, Blue = once } },
            Feeds = new { Folder = Path.Combine(Folder, "feeds") },
            Hydrology = new { RedUnpublishedMinutes = redUnpublishedMinutes },
            Console = new { SignInTriesPerMinute = 1000 },
        }));
    }

    private static string Program(string project, string program) => Path.Combine(Repository, "artifacts", "bin", project, Configuration, program);

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "AlertGateway.sln"))) return folder.FullName;
        }
        throw new InvalidOperationException("The repository's root was not found.");
    }

    [GeneratedRegex("name=\"form-token\"[^>]*value=\"([^\"]+)\"", RegexOptions.CultureInvariant)]
    private static partial Regex FormToken();

    [GeneratedRegex("<[^>]+>", RegexOptions.CultureInvariant)]
    private static partial Regex Tags();
}
