using System.CommandLine;
using AlertGateway.Server.Demo;

namespace AlertGateway.Server.Cli;

/// <summary><c>agw demo</c>: the main job, unattended.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var households = new Option<int>("--households") { DefaultValueFactory = _ => 300_000, Description = "户数 · households" };
        var push = new Option<int>("--push") { DefaultValueFactory = _ => 5_000, Description = "应用用户 · persons with the app" };
        var seed = new Option<ulong>("--seed") { DefaultValueFactory = _ => 1, Description = "随机种子 · seed" };
        var around = new Option<string?>("--around") { Description = "在任一 CAP 文件的区域周围造城并重放它 · a city around the area of any CAP file, which is then replayed" };
        var port = new Option<int>("--port") { DefaultValueFactory = _ => 8080, Description = "控制台端口，被占用则取下一个 · console port, or the next free one" };
        var exit = new Option<bool>("--exit") { Description = "讲完就结束 · stop at the end" };
        var json = new Option<bool>("--json") { Description = "末尾输出一个 JSON 对象 · end with one JSON object on stdout" };
        var noInstall = new Option<bool>("--no-install") { Description = "不安装系统包 · install nothing (handled by ./agw)" };
        var folder = new Option<string?>("--folder") { Description = "运行文件夹，须不存在或为空 · folder of the run" };
        var window = new Option<int>("--window") { DefaultValueFactory = _ => 512, Description = "W：崩溃时最多多少条结果未知 · attempts without a durable result" };
        var kills = new Option<int>("--kills") { DefaultValueFactory = _ => 1, Description = "发送中 kill -9 网关多少次 · how often the gateway is killed while it sends" };
        var noMistake = new Option<bool>("--no-mistake") { Description = "不演误发 · leave out the mistaken warning" };
        var speakers = new Option<int>("--speakers") { DefaultValueFactory = _ => 2_000, Description = "大喇叭 · loudspeakers" };
        var demo = new Command("demo", "一个夜晚：从来源到每一户 · one night, from the feed to every household") { households, push, seed, around, port, exit, json, noInstall, folder, window, kills, noMistake, speakers };
        demo.SetAction((parsed, cancellationToken) => new DemoNight(
            new DemoOptions(parsed.GetValue(households), parsed.GetValue(push), parsed.GetValue(seed), parsed.GetValue(around), parsed.GetValue(port), parsed.GetValue(exit), parsed.GetValue(json), parsed.GetValue(folder), parsed.GetValue(window), parsed.GetValue(kills), parsed.GetValue(noMistake), parsed.GetValue(speakers)),
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, cancellationToken).TellAsync());
        return demo;
    }
}
