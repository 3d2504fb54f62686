using System.Globalization;
using System.Net;
using System.Text;

namespace AlertGateway.Emulators.Hosting;

/// <summary>One command-line option: what it is called, its default (null = none) and what it does.</summary>
public sealed record Option(string Name, string? Default, string Help)
{
    /// <summary>True for a switch that takes no value.</summary>
    public bool IsSwitch { get; init; }
}

/// <summary>The command line was wrong; the message says how. Exit code 2.</summary>
public sealed class UsageException(string message) : Exception(message);

/// <summary>The options given on the command line, over their defaults. Unknown or doubled options are refused.</summary>
public sealed class Arguments
{
    private readonly Dictionary<string, Option> _options;
    private readonly Dictionary<string, string> _given = new(StringComparer.Ordinal);

    /// <exception cref="UsageException">An option is unknown, given twice or has no value.</exception>
    public Arguments(IReadOnlyList<Option> options, IReadOnlyList<string> commandLine)
    {
        _options = options.ToDictionary(option => option.Name, StringComparer.Ordinal);
        for (var i = 0; i < commandLine.Count; i++)
        {
            var word = commandLine[i];
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word : word[..equals];
            if (!_options.TryGetValue(name, out var option)) throw new UsageException($"unknown option {name}");
            string value;
            if (option.IsSwitch) value = equals < 0 ? "true" : word[(equals + 1)..];
            else if (equals >= 0) value = word[(equals + 1)..];
            else if (++i < commandLine.Count) value = commandLine[i];
            else throw new UsageException($"{name} needs a value");
            if (!_given.TryAdd(name, value)) throw new UsageException($"{name} is given twice");
        }
    }

    /// <summary>True when <c>--help</c> or <c>-h</c> is among the words.</summary>
    public static bool AsksForHelp(IReadOnlyList<string> commandLine) => commandLine.Contains("--help") || commandLine.Contains("-h");

    /// <summary>The help text: every option with its default.</summary>
    public static string Help(string title, IReadOnlyList<Option> options)
    {
        var width = options.Max(option => option.Name.Length) + 2;
        var text = new StringBuilder(title).AppendLine().AppendLine();
        foreach (var option in options)
        {
            text.Append("  ").Append(option.Name.PadRight(width)).Append(option.Help);
            if (option.Default is { } value) text.Append(CultureInfo.InvariantCulture, $" (default {value})");
            text.AppendLine();
        }

        return text.ToString();
    }

    /// <summary>The text given, else the default, else null.</summary>
    public string? Text(string name) => _given.GetValueOrDefault(name) ?? _options[name].Default;

    /// <summary>The text given.</summary>
    /// <exception cref="UsageException">Nothing was given and there is no default.</exception>
    public string Required(string name) => Text(name) ?? throw new UsageException($"{name} is required");

    /// <summary>True when the switch was given.</summary>
    public bool Switch(string name) => Text(name) is "true";

    /// <summary>A whole number between the bounds, both included.</summary>
    public int WholeNumber(string name, int least = 0, int most = int.MaxValue) =>
        int.TryParse(Required(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new UsageException($"{name} must be a whole number from {least} to {most}");

    /// <summary>A decimal number between the bounds, both included.</summary>
    public double Number(string name, double least, double most) =>
        double.TryParse(Required(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw new UsageException($"{name} must be a number from {least} to {most}");

    /// <summary>A range of waiting times written <c>MIN-MAX</c> in whole milliseconds, for example <c>2000-15000</c>; at most a day.</summary>
    public MillisecondRange Milliseconds(string name)
    {
        var parts = Required(name).Split('-');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var min)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var max)
            && min <= max && max <= 86_400_000
            ? new MillisecondRange(min, max)
            : throw new UsageException($"{name} must be written MIN-MAX in milliseconds");
    }

    /// <summary>HOST:PORT on this machine; a host name other than <c>localhost</c> is not looked up.</summary>
    /// <exception cref="UsageException">It is no HOST:PORT, or points off this machine.</exception>
    public IPEndPoint LoopbackEndpoint(string name)
    {
        var text = Required(name);
        return Uri.TryCreate("tcp://" + text, UriKind.Absolute, out var uri) && uri is { Port: > 0, PathAndQuery: "/" or "", UserInfo: "" }
            ? Loopback.TryAddress(uri, out var address) ? new IPEndPoint(address, uri.Port) : throw new UsageException($"{name} must be on this machine (127.0.0.0/8 or ::1)")
            : throw new UsageException($"{name} must be HOST:PORT");
    }

    /// <summary>The process to live with, or null.</summary>
    public int? ParentPid => Text("--parent") is null ? null : WholeNumber("--parent", least: 1);

    /// <summary>An http URL on this machine, or null when none was given.</summary>
    /// <exception cref="UsageException">It is no absolute http URL, or points off this machine.</exception>
    public Uri? LoopbackUrl(string name)
    {
        if (Text(name) is not { } text) return null;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp)
            throw new UsageException($"{name} must be an absolute http URL");
        return Loopback.IsTarget(uri) ? uri : throw new UsageException($"{name} must be on this machine (127.0.0.0/8 or ::1)");
    }
}
