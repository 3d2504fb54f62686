using System.CommandLine;
using AlertGateway.CityLoad;
using AlertGateway.Server.Demo;

var households = new Option<int>("--households") { DefaultValueFactory = _ => 300_000, Description = "户数 · households" };
var push = new Option<int>("--push") { DefaultValueFactory = _ => 5_000, Description = "应用用户 · persons with the app" };
var speakers = new Option<int>("--speakers") { DefaultValueFactory = _ => 2_000, Description = "大喇叭 · loudspeakers" };
var seed = new Option<ulong>("--seed") { DefaultValueFactory = _ => 1, Description = "随机种子 · seed" };
var cycles = new Option<int>("--cycles") { DefaultValueFactory = _ => 1, Description = "轮数，每轮一条全市预警，中途撤销 · citywide alerts, each cancelled in the middle" };
var cancelAt = new Option<int>("--cancel-at") { DefaultValueFactory = _ => 40, Description = "撤销前最多已开始的百分比 · largest share started before the cancel, in per cent" };
var killEvery = new Option<int>("--kill-every") { DefaultValueFactory = _ => 0, Description = "每隔多少毫秒 kill -9 网关，0 为不 · milliseconds between kills of the gateway, 0 for none" };
var kills = new Option<int>("--kills") { DefaultValueFactory = _ => 0, Description = "每轮在种子决定的时刻 kill -9 这么多次 · kills in each cycle, at instants that the seed draws" };
var fill = new Option<bool>("--fill-disk") { Description = "每次撤销前写满数据目录所在的（自备的小）文件系统 · fill the file system of the data folder, a small one of its own, before each cancel" };
var campaign = new Option<string?>("--campaign") { Description = "把本次结果追加为一行 · file that gets one line about this run" };
var window = new Option<int>("--window") { DefaultValueFactory = _ => 512, Description = "W：崩溃时最多多少条结果未知 · attempts without a durable result" };
var noCancel = new Option<bool>("--no-cancel") { Description = "不撤销，发到底 · cancel nothing, send each alert to its end" };
var rate = new Option<int>("--rate") { DefaultValueFactory = _ => 0, Description = "短信每秒上限，0 为不限 · SMS a second at most, 0 for no limit" };
var script = new Option<string?>("--faults", "--provider-script") { Description = "短信平台故障脚本，每行“秒 JSON”，从首条预警起算 · faults of the SMS provider, a line each: seconds after the first alert, and what POST /control takes" };
var unread = new Option<int>("--never-read") { DefaultValueFactory = _ => 0, Description = "从不读取的应用数 · apps that never read" };
var unanswering = new Option<int>("--never-answer") { DefaultValueFactory = _ => 0, Description = "从不应答的大喇叭数 · loudspeakers that never answer" };
var unreadable = new Option<int>("--unreadable") { DefaultValueFactory = _ => 0, Description = "登记册里这么多页号码已损坏，其上的人读不出来 · so many pages of numbers in the registry are damaged, nobody on them can be read" };
var standby = new Option<bool>("--standby") { Description = "第二家短信供应商，首家不应答时代发 · a second SMS provider, which carries the work while the first does not answer" };
var quake = new Option<int>("--quake") { DefaultValueFactory = _ => 0, Description = "不压短信，改发这么多帧地震预警，测到首台和末台大喇叭的时间 · instead of a storm: so many earthquake frames, timed to the first and the last loudspeaker" };
var quakeEvery = new Option<int>("--quake-every") { DefaultValueFactory = _ => 500, Description = "两帧之间的毫秒 · milliseconds between frames" };
var restarts = new Option<int>("--restarts") { DefaultValueFactory = _ => 0, Description = "不压短信，改在一条全市预警中途这么多次 kill -9 后重启，测到续发首条的时间 · instead of a storm: so many restarts in the middle of one citywide alert, timed to the first message that goes on" };
var history = new Option<long>("--history") { DefaultValueFactory = _ => 0, Description = "重启之前账本至少有这么多行（先发完若干条全市预警）· rows that the ledger has before the restarts, made by citywide alerts sent to their end" };
var report = new Option<string?>("--report") { Description = "写一个 HTML 报告（触达曲线）· write an HTML report with the curves of reach" };
var folder = new Option<string?>("--folder") { Description = "运行文件夹 · folder of the run" };
var json = new Option<bool>("--json") { Description = "末尾输出一个 JSON 对象 · end with one JSON object on stdout" };
var root = new RootCommand("全市压测：以各端日志与登记册对账 · citywide load test, judged by the far sides' journals joined to the registry") { households, push, speakers, seed, cycles, cancelAt, noCancel, killEvery, kills, fill, campaign, rate, window, script, unread, unanswering, unreadable, standby, quake, quakeEvery, restarts, history, report, folder, json };
root.SetAction(async (parsed, cancellationToken) =>
{
    var city = new DemoOptions(parsed.GetValue(households), parsed.GetValue(push), parsed.GetValue(seed), null, 0, true, parsed.GetValue(json), parsed.GetValue(folder), parsed.GetValue(window), 0, true, parsed.GetValue(speakers), Math.Max(0, parsed.GetValue(rate)), parsed.GetValue(unread), parsed.GetValue(unanswering), parsed.GetValue(standby));
    var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
    try
    {
        return await RunAsync();
    }
    catch (OperationCanceledException ex) when (!cancellationToken.IsCancellationRequested)
    {
        // A time-out, not a wish: without a word the run would look as if somebody had ended it.
        await error.WriteLineAsync($"没有按时答复，压测中止 · no answer in time, the run ends here: {ex.Message}");
        return 1;
    }

    Task<int> RunAsync()
    {
        if (parsed.GetValue(quake) > 0) return new QuakeRun(city, parsed.GetValue(quake), TimeSpan.FromMilliseconds(parsed.GetValue(quakeEvery)), parsed.GetValue(json), output, error, cancellationToken).RunAsync();
        if (parsed.GetValue(restarts) is > 0 and var times) return new RestartRun(city, times, parsed.GetValue(history), parsed.GetValue(json), output, error, cancellationToken).RunAsync();
        return new LoadRun(new LoadOptions(city, parsed.GetValue(cycles), Math.Clamp(parsed.GetValue(cancelAt), 1, 100), TimeSpan.FromMilliseconds(parsed.GetValue(killEvery)), parsed.GetValue(json), parsed.GetValue(noCancel), parsed.GetValue(report), parsed.GetValue(script) is { } file ? ProviderScript.Parse(File.ReadLines(file)) : null, Math.Max(0, parsed.GetValue(kills)), parsed.GetValue(campaign), parsed.GetValue(fill), Math.Max(0, parsed.GetValue(unreadable))), output, error, cancellationToken).RunAsync();
    }
});
return await root.Parse(args).InvokeAsync();
