using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using AlertGateway.Cap;
using AlertGateway.Core.Targeting;
using AlertGateway.Server.City;
using AlertGateway.Server.Composition;
using AlertGateway.Storage.People;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Server.Demo;

/// <summary>What <c>agw demo</c> takes.</summary>
/// <param name="SmsRate">SMS a second at most; 0 = as fast as the provider takes them.</param>
/// <param name="NeverRead">Apps that connect and never read.</param>
/// <param name="NeverAnswer">Loudspeakers that connect and never answer.</param>
/// <param name="QuakeFeed">An official source of earthquake frames (wolfx, WebSocket), with a standing order that releases them; null for none.</param>
/// <param name="Standby">A second SMS provider, which takes over while the first does not answer.</param>
internal sealed record DemoOptions(int Households, int Push, ulong Seed, string? Around, int Port, bool Exit, bool Json, string? Folder, int Window, int Kills, bool NoMistake, int Speakers, int SmsRate = 0, int NeverRead = 0, int NeverAnswer = 0, bool Standby = false, Uri? QuakeFeed = null);

/// <summary>A fresh folder with city, people, settings and device files; and the emulators and the gateway as child processes.</summary>
internal sealed class DemoHouse : IDisposable
{
    /// <summary>Enough attempts in flight that a group commit is worth its fsync, over a few HTTP/2 connections.</summary>
    private const int SmsSlots = 256;

    private readonly List<ChildProcess> _emulators = [];
    private readonly DemoOptions _options;
    private readonly string _configuration = Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/'));

    // What is replayed is not Actual: then the exercise devices are on the air beside the live ones.
    private bool _isExercise;

    private DemoHouse(DemoOptions options, string folder, Uri url, int mqttPort) => (_options, Folder, Url, MqttPort) = (options, folder, url, mqttPort);

    /// <summary>Where gateway and emulators were built: one folder a project.</summary>
    private static string Bin => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", ".."));

    public string Folder { get; }

    public string DataFolder => Path.Combine(Folder, "data");

    public Uri Url { get; }

    /// <summary>The emulator's HTTP/1.1 address.</summary>
    public Uri SmsProvider { get; private set; } = null!;

    /// <summary>Port of the first SMS provider to which the gateway sends.</summary>
    public int SmsPort { get; private set; }

    public int MqttPort { get; }

    public ChildProcess Gateway { get; private set; } = null!;

    public GatewayClient Editor { get; private set; } = null!;

    public GatewayClient Officer { get; private set; } = null!;

    /// <summary>One-time token with which a person can sign in at the console.</summary>
    public string ConsoleToken { get; private set; } = "";

    public CityResult City { get; private set; } = null!;

    public double PeakMemoryMiB { get; private set; }

    public static async Task<DemoHouse> BuildAsync(DemoOptions options, Action<string> say, CancellationToken cancellationToken)
    {
        string folder = options.Folder ?? Path.Combine(GatewayConfiguration.Home(), "run", "demo-" + TimeProvider.System.GetLocalNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture));
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        Directory.CreateDirectory(Path.Combine(folder, "devices"));
        Directory.CreateDirectory(Path.Combine(folder, "feed"));
        Directory.CreateDirectory(Path.Combine(folder, "feeds"));
        var house = new DemoHouse(options, folder, new Uri($"http://127.0.0.1:{LoopbackPort.Free(options.Port)}"), LoopbackPort.Free());
        house.MakeCity(say);
        house.AddPeople();
        await house.StartOutsideAsync(cancellationToken);
        await house.StartGatewayAsync(cancellationToken);
        say("设备联机 · connecting devices…");
        await house.StartDevicesAsync(cancellationToken);
        return house;
    }

    public async Task StartGatewayAsync(CancellationToken cancellationToken) =>
        Gateway = await ChildProcess.StartAsync(Path.Combine(Bin, "AlertGateway.Server", _configuration, "agw"), ["serve", "--end-with-input", "--settings", Path.Combine(Folder, "settings.json")], Path.Combine(Folder, "gateway.log"), TimeSpan.FromMinutes(3), cancellationToken);

    public void KillGateway()
    {
        RememberMemory();
        Gateway.Kill();
        Gateway.Dispose();
    }

    /// <summary>Lets the gateway send no more SMS a second than this, from its next start on.</summary>
    public void PaceSms(int perSecond)
    {
        string file = Path.Combine(Folder, "settings.json");
        var settings = JsonNode.Parse(File.ReadAllText(file))!;
        settings[nameof(Gateway)]!["Lanes"]!["Sms"]!["RatePerSecond"] = perSecond;
        File.WriteAllText(file, settings.ToJsonString());
    }

    public void RememberMemory() => PeakMemoryMiB = Math.Max(PeakMemoryMiB, Gateway.PeakMemoryMiB());

    /// <summary>Ends the emulators cleanly, so that their journals are whole.</summary>
    public void EndEmulators()
    {
        foreach (var emulator in _emulators) emulator.End();
    }

    public void Dispose()
    {
        EndEmulators();
        if (Gateway is { } gateway)
        {
            gateway.End();
            gateway.Dispose();
        }
        foreach (var emulator in _emulators) emulator.Dispose();
        Editor?.Dispose();
        Officer?.Dispose();
    }

    private void MakeCity(Action<string> say)
    {
        say($"生成合成城市：{_options.Households:N0} 户 · making the synthetic city");
        string config = GatewayConfiguration.ConfigFolder;
        CityPlan plan = SchematicCity.Read(Path.Combine(config, "cities", "liyang"));
        if (_options.Around is { } around)
        {
            var message = CapReader.Read(File.ReadAllBytes(around)).Messages.FirstOrDefault(m => m.Alert is not null)
                ?? throw new InvalidDataException($"{around} 中没有可读的预警 · holds no readable alert.");
            plan = AreaCity.Around(message.Alert!, TargetingConfig.Parse(File.ReadAllText(Path.Combine(config, "targeting.json"))));
        }
        using var store = RegistryStore.Open(Path.Combine(DataFolder, "registry.db"));
        City = SyntheticCity.Create(store, plan, new CityOptions { Households = _options.Households, PushPersons = _options.Push, Seed = _options.Seed, Loudspeakers = _options.Speakers });
        City.Secrets.WriteTo(Path.Combine(Folder, "devices"));
        string feedFile = _options.Around ?? Path.Combine(config, "cities", "liyang", "demo-alert.xml");
        var replayed = CapReader.Read(File.ReadAllBytes(feedFile)).Messages.First(m => m.Alert is not null);
        _isExercise = replayed.Alert!.Status != AlertStatus.Actual;
        File.WriteAllBytes(Path.Combine(Folder, "feed", "alert.xml"), replayed.RawBytes.ToArray());
    }

    private void AddPeople()
    {
        using var people = PeopleStore.Open(Path.Combine(DataFolder, "people.db"), TimeProvider.System, RandomNumberGenerator.Create());
        Editor = new GatewayClient(Url, Exchange(people, "王编辑", "editor"));
        Officer = new GatewayClient(Url, Exchange(people, "李值班", "duty-officer"));
        ConsoleToken = people.Add("参观者", "duty-officer").OneTimeToken;
    }

    private static string Exchange(PeopleStore people, string name, string role) =>
        people.Exchange(people.Add(name, role).OneTimeToken)?.BearerToken ?? throw new InvalidOperationException("A fresh one-time token was not taken.");

    private async Task StartOutsideAsync(CancellationToken cancellationToken)
    {
        var provider = await StartProviderAsync(0, cancellationToken);
        var standby = _options.Standby ? await StartProviderAsync(1, cancellationToken) : null;
        var feed = await StartAsync("Feed", ["--dir", Path.Combine(Folder, "feed"), "--replay", "--journal", Path.Combine(Folder, "feed.journal")], cancellationToken);
        await WriteSettingsAsync(provider, standby, feed.Ready.GetProperty("url").GetString()!, cancellationToken);
    }

    private async Task<ProviderSettings> StartProviderAsync(int number, CancellationToken cancellationToken)
    {
        string name = number == 0 ? "sms" : "sms-standby", tokenFile = Path.Combine(DataFolder, name + ".token");
        WriteSecret(tokenFile, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)));
        string inbound = $"{Url}v1/receipts/twilio-inbound{(number == 0 ? "" : "/" + Number(number))}";
        var sms = await StartAsync("SmsProvider", ["--token-file", tokenFile, "--journal", Path.Combine(Folder, name + ".journal"), "--seed", Seed, "--inbound-url", inbound, "--callback-connections", "128", "--reply", "0.25", "--reply-delay-ms", "1000-15000"], cancellationToken);
        string sends = sms.Ready.GetProperty("h2Url").GetString()!;
        if (number == 0) (SmsProvider, SmsPort) = (new Uri(sms.Ready.GetProperty("url").GetString()!), new Uri(sends).Port);
        return new ProviderSettings(number, number == 0 ? "第一家 first" : "备用 standby", sends, "AC" + new string('0', 32), tokenFile, "12379", Url.ToString(), SmsSlots, Http2: true);
    }

    private sealed record ProviderSettings(int Number, string Name, string BaseUrl, string AccountSid, string TokenFile, string From, string PublicUrl, int Slots, bool Http2)
    {
        public IReadOnlyList<ProviderSettings> Standby { get; init; } = [];
    }

    private async Task WriteSettingsAsync(ProviderSettings provider, ProviderSettings? standby, string feedUrl, CancellationToken cancellationToken)
    {
        var lane = new { Slots = 64, _options.Window, ReceiptTimeout = "00:00:20", UnreachableTimeout = "00:00:30" };
        var once = new { Repeat = 1 };
        string authority = Path.Combine(Folder, "authority.json");
        string shipped = await File.ReadAllTextAsync(Path.Combine(GatewayConfiguration.ConfigFolder, "authority.json"), cancellationToken);
        // A city made around another country's alert has divisions of its own.
        if (_options.QuakeFeed is not null) shipped = shipped.Replace("\"standingOrders\": []", """
            "standingOrders": [{ "name": "eew", "source": "feed:eew", "areas": ["320481"], "events": ["11C02"], "minColour": "blue", "maxColour": "red", "statuses": ["Actual"], "minMagnitude": 4.5, "minIntensity": 4, "cancels": true }]
            """, StringComparison.Ordinal);
        await File.WriteAllTextAsync(authority, _options.Around is null ? shipped : shipped.Replace("\"areas\": [\"320481\"]", "\"areas\": [\"*\"]", StringComparison.Ordinal), cancellationToken);
        var settings = new
        {
            Gateway = new { Url = Url.ToString(), DataFolder, City = _options.Around is null ? "liyang" : "", AuthorityFile = authority, Lanes = new { Sms = new { Slots = SmsSlots, lane.Window, lane.ReceiptTimeout, lane.UnreachableTimeout, RatePerSecond = _options.SmsRate }, Push = lane, Loudspeaker = lane with { Slots = 4096, Window = 4096 }, Broadcast = lane with { Slots = 8, Window = 16 } } },
            Sms = standby is null ? provider : provider with { Standby = [standby] },
            Loudspeaker = new { BindAddress = "127.0.0.1", Port = MqttPort, ProgrammeBaseUrl = Url.ToString(), Plays = new { Red = once, Orange = once, Yellow = once, Blue = once } },
            Broadcast = new { Plays = new { Red = once, Orange = once, Yellow = once, Blue = once } },
            Feeds = new { Folder = Path.Combine(Folder, "feeds") },
            Earthquake = new { AdviceAfter = _options.QuakeFeed is null ? "00:00:20" : "1.00:00:00" }, // a load test of warnings: the advice would be the citywide load test a thousand times over
            Console = new { KeyFolder = Path.Combine(DataFolder, "keys") },
        };
        await File.WriteAllTextAsync(Path.Combine(Folder, "settings.json"), JsonSerializer.Serialize(settings), cancellationToken);
        if (_options.QuakeFeed is { } quakes) await File.WriteAllTextAsync(Path.Combine(Folder, "feeds", "eew.json"), JsonSerializer.Serialize(new { name = "eew", kind = "wolfx", url = quakes, official = true, senderName = "压测地震台网", enabled = true, silenceSeconds = 3_600 }), cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(Folder, "feeds", "demo.json"), JsonSerializer.Serialize(new { name = "demo", url = feedUrl + "/atom", official = false, enabled = true, intervalSeconds = 5 }), cancellationToken);
    }

    private async Task StartDevicesAsync(CancellationToken cancellationToken)
    {
        string devices = Path.Combine(Folder, "devices");
        string orderKey = Gateway.Ready.GetProperty("orderKey").GetString()!, keyId = Gateway.Ready.GetProperty("orderKeyId").GetString()!;
        string[] horns = ["--broker", $"127.0.0.1:{MqttPort}", "--order-key", orderKey, "--order-key-id", keyId, "--speed", _options.QuakeFeed is null ? "8" : "400", "--seed", Seed];
        await StartAsync("Loudspeaker", [.. horns, "--devices", Path.Combine(devices, CitySecrets.HornFile), "--journal", Path.Combine(Folder, "loudspeaker.journal"), "--never-answer", Number(_options.NeverAnswer)], cancellationToken);
        await StartAsync("Resident", ["--server", Url.ToString(), "--seed", Seed, "--devices", Path.Combine(devices, CitySecrets.PushFile), "--journal", Path.Combine(Folder, "resident.journal"), "--never-read", Number(_options.NeverRead)], cancellationToken);
        if (_isExercise)
        {
            await StartAsync("Loudspeaker", [.. horns, "--exercise", "--devices", Path.Combine(devices, CitySecrets.HornExerciseFile), "--journal", Path.Combine(Folder, "loudspeaker-exercise.journal")], cancellationToken);
            await StartAsync("Resident", ["--server", Url.ToString(), "--seed", Seed, "--devices", Path.Combine(devices, CitySecrets.PushExerciseFile), "--journal", Path.Combine(Folder, "resident-exercise.journal")], cancellationToken);
        }
        foreach (var station in City.Secrets.Stations.Where(s => !s.Exercise || _isExercise))
        {
            await StartAsync("BroadcastEncoder", ["--server", Url.ToString(), "--token-file", Path.Combine(devices, CitySecrets.StationFile(station.EndpointNo)), "--order-key", orderKey, "--speed", "8", "--station", $"station-{station.EndpointNo}",
                "--journal", Path.Combine(Folder, $"encoder-{station.EndpointNo}.journal")], cancellationToken);
        }
    }

    private async Task<ChildProcess> StartAsync(string emulator, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        string program = Path.Combine(Bin, emulator, _configuration, "agw-" + emulator.ToLowerInvariant());
        var child = await ChildProcess.StartAsync(program, [.. arguments, "--parent", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)], Path.Combine(Folder, emulator.ToLowerInvariant() + ".log"), TimeSpan.FromMinutes(2), cancellationToken, yields: _options.QuakeFeed is not null);
        _emulators.Add(child);
        return child;
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private string Seed => Math.Max(1, _options.Seed % int.MaxValue).ToString(CultureInfo.InvariantCulture);

    private static void WriteSecret(string path, string text)
    {
        var mode = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) mode.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(path, mode);
        using var writer = new StreamWriter(stream);
        writer.WriteLine(text);
    }
}
