using System.CommandLine;
using AlertGateway.Cap;
using AlertGateway.Core.Targeting;

namespace AlertGateway.Server.Cli;

/// <summary><c>agw cap check</c> and <c>agw cap write</c>. Exit 0: all accepted, or written; 1: not; 2: a file cannot be read.</summary>
public static class CapCommands
{
    private const int Good = 0;
    private const int No = 1;
    private const int WrongUsage = 2;

    private static readonly Dictionary<string, CapProfile> Profiles = new(StringComparer.Ordinal)
    {
        ["ipaws"] = CapProfile.Ipaws,
        ["cap-cp"] = CapProfile.CapCp,
        ["cap-au"] = CapProfile.CapAu,
        ["meteoalarm"] = CapProfile.MeteoAlarm,
        ["cma"] = CapProfile.Cma,
        ["none"] = CapProfile.None,
    };

    public static Command Create()
    {
        var cap = new Command("cap", "检查或改写 CAP 消息 · check CAP messages, or write them as strict CAP 1.2");
        cap.Subcommands.Add(Check());
        cap.Subcommands.Add(Write());
        return cap;
    }

    private static Command Check()
    {
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.OneOrMore, Description = "CAP 或含 CAP 的文件 · files with CAP" };
        var json = new Option<bool>("--json") { Description = "每条预警一行 JSON · one JSON object a line" };
        var profile = new Option<string?>("--profile") { Description = "按该规范检查：ipaws cap-cp cap-au meteoalarm cma none；不写则按报文自己声明的 · check this profile's rules; without it the one that the message declares" };
        profile.AcceptOnlyFromAmong([.. Profiles.Keys]);
        var check = new Command("check", "逐条判定 · one verdict per alert") { files, json, profile };
        check.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var exit = Good;
            // An archive is checked, not received: an old message is fine, one from the future is not.
            var options = new CapReaderOptions { ReceivedAt = TimeProvider.System.GetUtcNow(), AgeMax = null, Profile = parsed.GetValue(profile) is { } name ? Profiles[name] : null };
            foreach (var file in parsed.GetValue(files) ?? [])
            {
                if (!TryRead(file, options.BytesMax, parsed.InvocationConfiguration.Error, out var bytes))
                {
                    exit = WrongUsage;
                    continue;
                }

                var document = WithGeometry(CapReader.Read(bytes, options));
                foreach (var line in parsed.GetValue(json) ? CapReport.JsonLines(file, document) : CapReport.TextLines(file, document)) output.WriteLine(line);
                if (exit == Good && document.Messages.Any(m => m.Disposition != Disposition.Accept)) exit = No;
            }

            return exit;
        });
        return check;
    }

    // What geometry makes of the shapes: no part of the CAP library, which knows no geometry.
    private static CapDocument WithGeometry(CapDocument document) =>
        document with { Messages = [.. document.Messages.Select(m => m.Alert is { } alert && AreaFindings.Of(alert, new TargetingConfig()) is { Count: > 0 } more ? m with { Findings = [.. m.Findings, .. more] } : m)] };

    private static Command Write()
    {
        var file = new Argument<string>("FILE") { Description = "含一条预警的文件 · a file with one alert" };
        var write = new Command("write", "改写为严格的 CAP 1.2 · the same message as strict CAP 1.2 on stdout") { file };
        write.SetAction(parsed =>
        {
            var error = parsed.InvocationConfiguration.Error;
            var name = parsed.GetValue(file)!;
            if (!TryRead(name, new CapReaderOptions().BytesMax, error, out var bytes)) return WrongUsage;
            var messages = CapReader.Read(bytes).Messages;
            if (messages.Count != 1)
            {
                error.WriteLine($"{name}: 含 {messages.Count} 条预警 · holds {messages.Count} alerts; give one");
                return No;
            }

            var message = messages[0];
            var obstacle = message.Alert is null || message.Disposition == Disposition.Reject
                ? message.Findings.Where(f => f.Level == FindingLevel.Error).Select(f => f.Message).FirstOrDefault() ?? "No alert."
                : CapWriter.Obstacle(message.Alert);
            if (obstacle is not null)
            {
                error.WriteLine($"{name}: 无法改写 · cannot be written: {obstacle}");
                return No;
            }

            using var stdout = Console.OpenStandardOutput();
            stdout.Write(CapWriter.Write(message.Alert!));
            stdout.Write("\n"u8);
            return Good;
        });
        return write;
    }

    /// <summary>Reads at most one byte more than the reader takes, so that an endless file ends as "too large".</summary>
    private static bool TryRead(string file, int bytesMax, TextWriter error, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        try
        {
            using var stream = File.OpenRead(file);
            var buffer = new MemoryStream();
            var chunk = new byte[81_920];
            while (buffer.Length <= bytesMax && stream.Read(chunk) is > 0 and var read) buffer.Write(chunk, 0, read);
            bytes = buffer.ToArray();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            error.WriteLine($"{file}: 无法读取 · cannot be read ({e.GetType().Name})");
            return false;
        }
    }
}
