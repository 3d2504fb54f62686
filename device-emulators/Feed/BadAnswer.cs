using System.Text;

namespace AlertGateway.Emulators.Feed;

/// <summary>The ways in which real feeds let their readers down.</summary>
internal static class BadAnswer
{
    private const int HugeBytes = 32 * 1024 * 1024;

    private const string EntityBomb =
        "<!DOCTYPE feed [<!ENTITY a \"warnwarnwarn\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">" +
        "<!ENTITY x SYSTEM \"file:///etc/hostname\">]>\n";

    /// <summary>Writes an answer that is wrong in the way asked for.</summary>
    public static async Task WriteAsync(HttpContext context, Misbehaviour kind, byte[] good, string contentType)
    {
        var response = context.Response;
        response.ContentType = contentType;
        switch (kind)
        {
            case Misbehaviour.Html:
                response.ContentType = "text/html; charset=utf-8";
                await response.WriteAsync("<!doctype html><html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway<br></body>", context.RequestAborted);
                break;
            case Misbehaviour.Status500:
                response.StatusCode = 500;
                break;
            case Misbehaviour.Drop:
                context.Abort();
                break;
            case Misbehaviour.Unchanged:
                response.StatusCode = 304;
                break;
            case Misbehaviour.Garbage:
                await response.Body.WriteAsync(Enumerable.Range(0, 4_096).Select(i => (byte)(i * 167 >> 3)).ToArray(), context.RequestAborted);
                break;
            case Misbehaviour.Hang:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
                break;
            case Misbehaviour.Truncated:
                response.ContentLength = good.Length;
                await response.Body.WriteAsync(good.AsMemory(0, good.Length / 2), context.RequestAborted);
                await response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
                break;
            case Misbehaviour.Slow:
                response.ContentLength = good.Length;
                using (var timer = new PeriodicTimer(TimeSpan.FromSeconds(1)))
                {
                    for (var (sent, piece) = (0, Math.Max(1, good.Length / 30)); sent < good.Length; sent += piece)
                    {
                        await response.Body.WriteAsync(good.AsMemory(sent, Math.Min(piece, good.Length - sent)), context.RequestAborted);
                        await response.Body.FlushAsync(context.RequestAborted);
                        await timer.WaitForNextTickAsync(context.RequestAborted);
                    }
                }

                break;
            case Misbehaviour.Dtd:
                var text = Encoding.UTF8.GetString(good);
                var body = text.IndexOf("?>", StringComparison.Ordinal) is var end and >= 0 ? text[(end + 2)..] : text;
                await response.WriteAsync("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + EntityBomb + body.Replace("</title>", "&c;&x;</title>", StringComparison.Ordinal), context.RequestAborted);
                break;
            case Misbehaviour.Huge:
                var filler = Encoding.ASCII.GetBytes("<!-- " + new string('x', 65527) + " -->");
                await response.WriteAsync("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", context.RequestAborted);
                for (var sent = 0; sent < HugeBytes; sent += filler.Length) await response.Body.WriteAsync(filler, context.RequestAborted);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such misbehaviour");
        }
    }
}
