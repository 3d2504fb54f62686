using System.Diagnostics;
using System.Globalization;
using System.Xml;
using AlertGateway.Cap;
using AlertGateway.Core.Targeting;

namespace AlertGateway.Benchmarks;

/// <summary>
/// Reading a CAP message to the model with findings, beside a bare <see cref="XmlReader"/> that only walks the same bytes, in turns. Schema, signature and geometry repair, which the bare pass does not do, stand on lines of their own.
/// Measured in processor time of the thread's work: the machine may be busy with other things.
/// </summary>
internal static class CapAgainstXmlReader
{
    private static readonly CapReaderOptions ModelOnly = new() { ValidateSchema = false, VerifySignatures = false };
    private static readonly CapReaderOptions WithSchema = new() { VerifySignatures = false };
    private static readonly CapReaderOptions WithSignature = new() { ValidateSchema = false };

    /// <param name="corpus">Folder of the CAP corpus.</param>
    public static void Run(string corpus, TextWriter to)
    {
        to.WriteLine("| document | bytes | bare XmlReader, values read | values skipped | model and findings | ratio | ratio to values skipped | with schema | with signature |");
        to.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var name in (string[])["c0002.xml", "c0124.xml", "c0126.xml", "c0120.xml", "c0106.xml", "c0183.xml"])
        {
            var bytes = File.ReadAllBytes(Path.Combine(corpus, name));
            var rounds = Math.Clamp(9_000_000 / bytes.Length, 20, 1_500);
            double[] medians = Alternate(7, rounds, () => Bare(bytes, values: true), () => Bare(bytes, values: false), () => Read(bytes, ModelOnly), () => Read(bytes, WithSchema), () => Read(bytes, WithSignature));
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {bytes.Length:N0} | {medians[0]:0.0} µs | {medians[1]:0.0} µs | {medians[2]:0.0} µs | {medians[2] / medians[0]:0.00} | {medians[2] / medians[1]:0.00} | {medians[3]:0.0} µs | {medians[4]:0.0} µs |"));
        }

        EveryMiddlingFile(corpus, to);
        to.WriteLine("| largest polygon (c0088.xml) | median of 7 |");
        to.WriteLine("|---|---|");
        var large = File.ReadAllBytes(Path.Combine(corpus, "c0088.xml"));
        var alert = CapReader.Read(large, ModelOnly).Messages[0].Alert!;
        double[] parts = Alternate(7, 3, () => Read(large, new CapReaderOptions()), () => Shape(alert), () => Outline(alert));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {large.Length:N0} bytes, {alert.Infos.SelectMany(i => i.Areas).SelectMany(a => a.Polygons).Max(p => p.Points.Count):N0} points: read, schema, signature | {parts[0] / 1000:0} ms |"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| geometry made valid | {parts[1] / 1000:0} ms |"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| outline of at most 100 corners that covers it | {(parts[2] - parts[1]) / 1000:0} ms |"));
    }

    // The files above might be chosen well; here is every single alert of about that size.
    private static void EveryMiddlingFile(string corpus, TextWriter to)
    {
        var ratios = new List<(double Ratio, string Name)>();
        foreach (var file in Directory.EnumerateFiles(corpus, "*.xml").Order(StringComparer.Ordinal))
        {
            var bytes = File.ReadAllBytes(file);
            if (bytes.Length is < 4_000 or > 9_000 || CapReader.Read(bytes, ModelOnly) is not { Root: CapRoot.Alert, Messages: [{ Disposition: not Disposition.Reject }] }) continue;
            double[] medians = Alternate(3, 600, () => Bare(bytes, values: true), () => Read(bytes, ModelOnly));
            ratios.Add((medians[1] / medians[0], Path.GetFileName(file)));
        }

        var ordered = ratios.OrderBy(r => r.Ratio).ToList();
        to.WriteLine();
        to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"All {ordered.Count} single alerts of 4 to 9 kB: ratio {ordered[0].Ratio:0.00} at best, {ordered[ordered.Count / 2].Ratio:0.00} in the middle, {ordered[^1].Ratio:0.00} at worst ({ordered[^1].Name})."));
        to.WriteLine();
    }

    private static int Bare(byte[] bytes, bool values)
    {
        using var xml = XmlReader.Create(new MemoryStream(bytes), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
        var seen = 0;
        while (xml.Read())
        {
            if (xml.NodeType == XmlNodeType.Element) seen += xml.LocalName.Length;
            else if (values && xml.HasValue) seen += xml.Value.Length; // as any reader of the document must
        }

        return seen;
    }

    private static int Read(byte[] bytes, CapReaderOptions options) => CapReader.Read(bytes, options).Messages.Count;

    private static int Shape(Alert alert) => AreaShapes.Of(alert, new TargetingConfig()).Geometry?.NumPoints ?? 0;

    private static int Outline(Alert alert) => OutwardOutline.Of(AreaShapes.Of(alert, new TargetingConfig()).Geometry!, 100).NumPoints;

    /// <summary>Median microseconds of each, over several alternations of some rounds; the first alternation warms up and does not count.</summary>
    private static double[] Alternate(int alternations, int rounds, params Func<int>[] works)
    {
        var times = works.Select(_ => new List<double>()).ToArray();
        for (var turn = 0; turn <= alternations; turn++)
        {
            for (var w = 0; w < works.Length; w++)
            {
                using var process = Process.GetCurrentProcess();
                var before = process.TotalProcessorTime;
                for (var i = 0; i < rounds; i++) _ = works[w]();
                process.Refresh();
                if (turn > 0) times[w].Add((process.TotalProcessorTime - before).TotalMicroseconds / rounds);
            }
        }

        return [.. times.Select(t => t.Order().ElementAt(t.Count / 2))];
    }
}
