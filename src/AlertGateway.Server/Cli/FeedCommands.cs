using System.CommandLine;
using System.Globalization;
using AlertGateway.Feeds.Decoding;

namespace AlertGateway.Server.Cli;

/// <summary><c>agw feed decode</c>. Exit 0: every document and record good; 1: something in them is not; 2: a file cannot be read, or the kind is unknown.</summary>
public static class FeedCommands
{
    private const long BytesMax = 64L << 20;

    public static Command Create()
    {
        var feed = new Command("feed", "查看监测与预警数据源 · look into feeds");
        feed.Subcommands.Add(Decode());
        return feed;
    }

    private static Command Decode()
    {
        var kinds = string.Join(' ', FeedDecoders.ByKind.Keys);
        var kind = new Option<string>("--kind") { Required = true, HelpName = "KIND", Description = $"{kinds}" };
        var files = new Argument<string[]>("FILE") { Arity = ArgumentArity.OneOrMore, Description = "保存的数据 · saved documents of that kind" };
        var json = new Option<bool>("--json") { Description = "每条一行 JSON · one JSON object a line" };
        var decode = new Command("decode", "逐条解读 · one line per observation, event or warning") { kind, files, json };
        decode.SetAction(parsed =>
        {
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            var name = parsed.GetValue(kind)!;
            if (!FeedDecoders.ByKind.TryGetValue(name, out var decoder))
            {
                error.WriteLine($"没有这种数据源 · unknown kind \"{name}\"; one of: {kinds}");
                return 2;
            }

            var exit = 0;
            foreach (var file in parsed.GetValue(files) ?? [])
            {
                if (CliFiles.TryRead(file, BytesMax) is not { } bytes)
                {
                    exit = 2;
                    continue;
                }

                var decoded = decoder(bytes, null);
                foreach (var record in decoded.Records) output.WriteLine(parsed.GetValue(json) ? FeedRecordJson.Line(record) : TextLine(record));
                foreach (var finding in decoded.Findings) error.WriteLine($"{file}: {finding.Level} {finding.Code} {finding.Path} {finding.Message}");
                if (!decoded.Good && exit == 0) exit = 1;
            }

            return exit;
        });
        return decode;
    }

    private static string TextLine(FeedRecord r)
    {
        static string Of(IFormattable? value, string? format = null) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
        var worst = r.Findings.Count == 0 ? "" : "  " + string.Join(' ', r.Findings.Select(f => f.Code));
        return $"{r.Type,-11} {r.Id}  rev {r.Revision ?? "-"}  {Of(r.EventTime, "yyyy-MM-dd'T'HH:mm:ssK")}  {Of(r.Lat)},{Of(r.Lon)}  {Of(r.Value)} {r.Unit ?? "-"}  {r.Severity ?? "-"}  {r.Status}{(r.Cancel ? "  CANCEL" : "")}{worst}";
    }
}
