using System.CommandLine;
using System.Security.Cryptography;
using AlertGateway.Server.City;
using AlertGateway.Server.Composition;
using AlertGateway.Storage.People;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Server.Cli;

/// <summary><c>agw serve</c>, <c>agw people add</c>, <c>agw city create</c>, <c>agw doctor</c>, <c>agw config show</c>.</summary>
internal static class ServeCommands
{
    internal static readonly Option<string?> Settings = new("--settings") { Description = "覆盖默认设置的文件 · a settings file that wins over the shipped ones" };
    private static readonly Option<bool> EndWithInput = new("--end-with-input") { Description = "标准输入关闭时结束 · end when standard input closes: whoever started it is gone" };
    private static readonly string[] Secret = ["token", "password", "secret", "key"];

    public static Command Serve()
    {
        var serve = new Command("serve", "运行网关 · run the gateway") { Settings, EndWithInput };
        serve.SetAction(async (parsed, cancellationToken) =>
        {
            await using var gateway = await Gateway.StartAsync(parsed.GetValue(Settings), cancellationToken);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(gateway.ReadyLine());
            await parsed.InvocationConfiguration.Output.FlushAsync(cancellationToken);
            if (parsed.GetValue(EndWithInput)) _ = EndWithInputAsync(gateway.App);
            await gateway.App.WaitForShutdownAsync(cancellationToken);
            return Environment.ExitCode;
        });
        return serve;
    }

    // The other end of the pipe closes also when the starter was killed: no pid to watch, none to mistake.
    private static async Task EndWithInputAsync(WebApplication app)
    {
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(Stream.Null, app.Lifetime.ApplicationStopping);
        app.Lifetime.StopApplication();
    }

    public static Command People()
    {
        var name = new Argument<string>("NAME") { Description = "姓名 · name" };
        var role = new Option<string>("--role") { Required = true, Description = "config/authority.json 中的角色 · a role of the authority matrix: editor, duty-officer, deputy, warden" };
        var add = new Command("add", "新增人员，给出一次性令牌 · add a person, print a one-time token") { name, role, Settings };
        add.SetAction(parsed =>
        {
            using var people = PeopleStore.Open(Path.Combine(DataFolder(parsed.GetValue(Settings)), "people.db"), TimeProvider.System, RandomNumberGenerator.Create());
            var (person, token) = people.Add(parsed.GetValue(name)!, parsed.GetValue(role)!);
            parsed.InvocationConfiguration.Error.WriteLine($"#{person.PersonId} {person.Name} ({person.Role})：一次性令牌，只显示这一次 · one-time token, shown only now:");
            parsed.InvocationConfiguration.Output.WriteLine(token);
            return 0;
        });
        var bearer = new Command("bearer", "用一次性令牌（标准输入）换 API 令牌 · exchange a one-time token (stdin) for an API bearer token") { Settings };
        bearer.SetAction(parsed =>
        {
            using var people = PeopleStore.Open(Path.Combine(DataFolder(parsed.GetValue(Settings)), "people.db"), TimeProvider.System, RandomNumberGenerator.Create());
            if (people.Exchange(Console.In.ReadLine()?.Trim()) is not { } exchanged)
            {
                parsed.InvocationConfiguration.Error.WriteLine("令牌无效、已用过或已过期。The token is unknown, used up or expired.");
                return 1;
            }
            parsed.InvocationConfiguration.Output.WriteLine(exchanged.BearerToken);
            return 0;
        });
        var list = new Command("list", "列出人员 · list people") { Settings };
        list.SetAction(parsed =>
        {
            using var people = PeopleStore.Open(Path.Combine(DataFolder(parsed.GetValue(Settings)), "people.db"), TimeProvider.System, RandomNumberGenerator.Create());
            foreach (var person in people.All()) parsed.InvocationConfiguration.Output.WriteLine($"{person.PersonId}\t{person.Name}\t{person.Role}\t{(person.Enabled ? "" : "停用 disabled")}");
            return 0;
        });
        return new Command("people", "人员 · people") { add, bearer, list };
    }

    public static Command City()
    {
        var households = new Option<int>("--households") { DefaultValueFactory = _ => 300_000, Description = "户数 · households" };
        var push = new Option<int>("--push") { DefaultValueFactory = _ => 5_000, Description = "应用用户 · persons with the app" };
        var seed = new Option<ulong>("--seed") { DefaultValueFactory = _ => 1, Description = "随机种子 · seed" };
        var devices = new Option<string>("--devices") { Required = true, Description = "写设备密钥的文件夹 · folder for the device secrets (mode 0600)" };
        var create = new Command("create", "生成合成城市（合成数据）· make the synthetic city") { households, push, seed, devices, Settings };
        create.SetAction(parsed =>
        {
            string data = DataFolder(parsed.GetValue(Settings));
            Directory.CreateDirectory(data);
            using var store = RegistryStore.Open(Path.Combine(data, "registry.db"));
            if (!store.IsEmpty)
            {
                parsed.InvocationConfiguration.Error.WriteLine("登记库不为空，未改动。The registry is not empty; nothing was changed.");
                return 1;
            }
            var city = SyntheticCity.Create(store, SchematicCity.Read(Path.Combine(GatewayConfiguration.ConfigFolder, "cities", "liyang")), new CityOptions { Households = parsed.GetValue(households), PushPersons = parsed.GetValue(push), Seed = parsed.GetValue(seed) });
            Directory.CreateDirectory(parsed.GetValue(devices)!);
            city.Secrets.WriteTo(parsed.GetValue(devices)!);
            parsed.InvocationConfiguration.Output.WriteLine($"{city.Households} 户 households, {city.Persons} 人 persons, {city.Endpoints} 端点 endpoints（合成数据 synthetic）");
            return 0;
        });
        return new Command("city", "登记库 · the registry") { create };
    }

    public static Command Doctor()
    {
        var install = new Option<bool>("--install") { Description = "安装缺少的 · install what is missing (by ./agw)" };
        var doctor = new Command("doctor", "检查环境 · say what is missing") { install };
        doctor.SetAction(parsed =>
        {
            bool good = true;
            foreach (var (tool, why) in new[] { ("espeak-ng", "语音 speech"), ("ffmpeg", "转码 transcoding") })
            {
                bool present = Machine.Has(tool);
                good &= present;
                parsed.InvocationConfiguration.Output.WriteLine($"{(present ? "✓" : "✗")} {tool}（{why}）{(present ? "" : "：./agw doctor --install")}");
            }
            parsed.InvocationConfiguration.Output.WriteLine($"✓ SQLite {Storage.SqliteGate.VersionText}");
            return good ? 0 : 1;
        });
        return doctor;
    }

    public static Command Config()
    {
        var show = new Command("show", "有效设置，隐去秘密 · effective settings, secrets hidden") { Settings };
        show.SetAction(parsed =>
        {
            var configuration = new ConfigurationManager();
            GatewayConfiguration.Apply(configuration, parsed.GetValue(Settings));
            foreach (var (key, value) in configuration.AsEnumerable().Where(p => p.Value is not null).OrderBy(p => p.Key, StringComparer.OrdinalIgnoreCase))
            {
                bool secret = Secret.Any(word => key.Contains(word, StringComparison.OrdinalIgnoreCase)) && !key.EndsWith("File", StringComparison.OrdinalIgnoreCase);
                parsed.InvocationConfiguration.Output.WriteLine($"{key} = {(secret ? "***" : value)}");
            }
            return 0;
        });
        return new Command("config", "设置 · settings") { show };
    }

    internal static string DataFolder(string? settings)
    {
        var configuration = new ConfigurationManager();
        GatewayConfiguration.Apply(configuration, settings);
        string folder = Path.GetFullPath(Gateway.ReadOptions(configuration).DataFolder, GatewayConfiguration.Home());
        Directory.CreateDirectory(folder);
        return folder;
    }
}
