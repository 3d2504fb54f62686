using System.Text.Json;
using AlertGateway.Server.Cli;

namespace AlertGateway.Acceptance.House;

/// <summary><c>agw cap check</c> says what geometry made of each shape.</summary>
public sealed class CapCheckTests
{
    [Theory]
    [InlineData("swapped", "119.36,31.37 119.38,31.37 119.39,31.40 119.36,31.37", "", "coordinate.swapped", "quarantine")]
    [InlineData("figure-of-eight", "31.36,119.36 31.42,119.42 31.42,119.36 31.36,119.42 31.36,119.36", "", "polygon.unclear", "accept")]
    [InlineData("spike", "31.36,119.36 31.36,119.42 31.42,119.42 31.36,119.42 31.42,119.36 31.36,119.36", "", "polygon.mended", "accept")]
    [InlineData("open", "31.36,119.36 31.36,119.42 31.42,119.42", "", "polygon.open", "accept")]
    [InlineData("antimeridian", "-17,178 -17,-178 -19,-178 -19,178 -17,178", "", "polygon.cut", "accept")]
    [InlineData("past-antimeridian", "-17,178 -17,182 -19,182 -19,178 -17,178", "", "coordinate.past-antimeridian", "accept")]
    [InlineData("pole", "85,0 85,90 85,180 85,-90 85,0", "", "polygon.unclear", "accept")]
    [InlineData("hole", "31.36,119.36 31.36,119.42 31.42,119.42 31.42,119.36 31.36,119.36", "<geocode><valueName>EXCLUDE_POLYGON</valueName><value>31.38,119.38 31.38,119.40 31.40,119.40 31.38,119.38</value></geocode>", "polygon.excluded", "accept")]
    [InlineData("point", "", "<circle>31.4,119.4 0</circle>", "circle.widened", "accept")]
    public async Task Each_repair_is_a_finding(string name, string polygon, string more, string code, string disposition)
    {
        var file = Path.Combine(Path.GetTempPath(), $"agw-check-{name}-{Guid.NewGuid():N}.xml");
        var xml = new CapDocument { Identifier = name, Sent = new DateTimeOffset(2026, 7, 5, 14, 20, 0, TimeSpan.FromHours(8)), Polygons = polygon.Length > 0 ? [polygon] : [] }.ToString();
        await File.WriteAllTextAsync(file, xml.Replace("</area>", more + "</area>", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        try
        {
            using var output = new StringWriter();
            var exit = await CapCommands.Create().Parse(["check", file, "--json"]).InvokeAsync(new() { Output = output }, TestContext.Current.CancellationToken);
            using var verdict = JsonDocument.Parse(output.ToString());
            Assert.Contains(code, verdict.RootElement.GetProperty("findings").EnumerateArray().Select(f => f.GetProperty("code").GetString()));
            Assert.Equal((disposition, disposition == "accept" ? 0 : 1), (verdict.RootElement.GetProperty("disposition").GetString(), exit));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
