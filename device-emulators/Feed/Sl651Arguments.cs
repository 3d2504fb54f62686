using System.Globalization;
using AlertGateway.Emulators.Hosting;

namespace AlertGateway.Emulators.Feed;

/// <summary>Reads the options of a simulated station.</summary>
internal static class Sl651Arguments
{
    public static string Address(Arguments arguments)
    {
        var address = arguments.Required("--station").ToUpperInvariant();
        return address.Length == 10 && address.All(char.IsAsciiHexDigit) ? address : throw new UsageException("--station is ten hexadecimal digits");
    }

    public static IReadOnlyList<double> Stages(Arguments arguments) =>
    [
        .. arguments.Required("--stages").Split(',').Select(text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var stage) && stage is > -999 and < 9999
            ? stage
            : throw new UsageException("--stages are numbers, parted by commas")),
    ];

    public static StationFaults Faults(Arguments arguments) => new()
    {
        Cut = arguments.Number("--cut", 0, 1),
        Twice = arguments.Number("--twice", 0, 1),
        Noise = arguments.Number("--noise", 0, 1),
    };
}
