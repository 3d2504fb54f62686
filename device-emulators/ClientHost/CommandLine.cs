using System.Globalization;
using System.Text;

namespace AlertGateway.Emulators.ClientHost;

/// <summary>One option of an emulator. A flag takes no value; everything else takes exactly one.</summary>
internal sealed record CommandOption(string Name, string? Default, string Meaning, bool IsFlag = false, bool IsRequired = false);

/// <summary>Wrong usage: the message goes to stderr and the process ends with exit code 2.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The parsed command line of an emulator; every read is culture-invariant and checked against its range.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string?> _values;

    private CommandLine(Dictionary<string, string?> values) => _values = values;

    public bool WantsHelp => _values.ContainsKey("--help");

    public static CommandLine Parse(IReadOnlyList<string> arguments, IReadOnlyList<CommandOption> options)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            if (name is "--help" or "-h")
            {
                values["--help"] = "";
                continue;
            }

            var option = options.FirstOrDefault(o => o.Name == name) ?? throw new UsageException($"unknown option '{name}'; see --help");
            if (option.IsFlag)
            {
                values[name] = "";
            }
            else if (++i < arguments.Count)
            {
                values[name] = arguments[i];
            }
            else
            {
                throw new UsageException($"{name} needs a value");
            }
        }

        if (!values.ContainsKey("--help") && options.FirstOrDefault(o => o.IsRequired && !values.ContainsKey(o.Name)) is { } missing)
        {
            throw new UsageException($"{missing.Name} is required");
        }

        foreach (var option in options.Where(o => !o.IsFlag))
        {
            values.TryAdd(option.Name, option.Default);
        }

        return new CommandLine(values);
    }

    public static string Help(string what, IReadOnlyList<CommandOption> options)
    {
        var text = new StringBuilder(what).Append("\n\nOptions (default):\n");
        foreach (var o in options)
        {
            var standard = o.IsRequired ? "required" : o.IsFlag ? "off" : o.Default ?? "none";
            text.Append(CultureInfo.InvariantCulture, $"  {o.Name,-24} {o.Meaning} ({standard})\n");
        }

        return text.ToString();
    }

    public bool Has(string flag) => _values.ContainsKey(flag);

    public string? Text(string name) => _values[name];

    public string RequiredText(string name) => _values[name] ?? throw new UsageException($"{name} is required");

    public int Integer(string name, int min, int max) =>
        int.TryParse(_values[name], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new UsageException($"{name} must be a whole number from {min} to {max}");

    public double Number(string name, double min, double max) =>
        double.TryParse(_values[name], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number from {min} to {max}"));

    /// <summary>A range of milliseconds written <c>min-max</c>, for example <c>2000-15000</c>.</summary>
    public MillisecondRange Range(string name)
    {
        var parts = (_values[name] ?? "").Split('-');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var min)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var max)
            && min <= max && max <= 86_400_000
            ? new MillisecondRange(min, max)
            : throw new UsageException($"{name} must be written MIN-MAX in milliseconds");
    }
}

/// <summary>An inclusive range of milliseconds from which a wait is drawn.</summary>
internal readonly record struct MillisecondRange(int Min, int Max)
{
    public TimeSpan Draw(Random random) => TimeSpan.FromMilliseconds(random.Next(Min, Max + 1));
}
