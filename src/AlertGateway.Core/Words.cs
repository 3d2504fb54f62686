using System.Globalization;

namespace AlertGateway.Core;

/// <summary>The medium of a delivery. Persisted: lines are added, none is edited.</summary>
public enum ChannelKind : byte
{
    None = 0,
    Sms = 1,
    Push = 2,
    Loudspeaker = 3,
    Broadcast = 4,
}

/// <summary>What a delivery is for. Persisted: lines are added, none is edited.</summary>
public enum Purpose : byte
{
    Original = 0,
    Cancel = 1,

    /// <summary>The correction of a false alarm (I5), to media and people with any evidence.</summary>
    Correction = 2,
    Reminder1 = 11,
    Reminder2 = 12,
}

/// <summary>How far a delivery, a person or a household was reached. Merged upwards only. Persisted.</summary>
public enum Evidence : byte
{
    Planned = 0,
    Started = 1,

    /// <summary>A provider or network took it.</summary>
    Accepted = 2,

    /// <summary>The device has it.</summary>
    Delivered = 3,

    /// <summary>Shown, or played and measured audible, or a call heard to its end.</summary>
    Presented = 4,

    /// <summary>A person said so.</summary>
    Acknowledged = 5,

    /// <summary>A warden stood at the door.</summary>
    Visited = 6,
}

/// <summary>Where a delivery stands. Everything from <see cref="Delivered"/> on is final: nothing more will be sent. Persisted.</summary>
public enum Outcome : byte
{
    Planned = 0,
    InFlight = 1,

    /// <summary>Waits for its next attempt.</summary>
    Retrying = 2,

    /// <summary>The outcome of the last attempt is unknown and will be asked for.</summary>
    Unknown = 3,

    /// <summary>Taken by the provider; a receipt may still come.</summary>
    Accepted = 4,
    Delivered = 10,

    /// <summary>Taken by the provider, no receipt in time.</summary>
    HandedOff = 11,
    Failed = 12,
    Suppressed = 13,
}

/// <summary>One rendition to one endpoint for one purpose.</summary>
public readonly record struct DeliveryKey(int DisseminationNo, int EndpointNo, ChannelKind Channel, Purpose Purpose);

/// <summary>The text form of a delivery's attempt as it travels to providers and devices: <c>d7-123456-1-0-1</c>.</summary>
public readonly record struct DeliveryTag(DeliveryKey Key, byte Attempt)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"d{Key.DisseminationNo}-{Key.EndpointNo}-{(byte)Key.Channel}-{(byte)Key.Purpose}-{Attempt}");

    /// <summary>Reads what <see cref="ToString"/> writes; anything else is false.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DeliveryTag tag)
    {
        tag = default;
        if (text.Length is < 10 or > 48 || text[0] != 'd') return false;
        text = text[1..];
        Span<int> numbers = stackalloc int[5];
        for (int i = 0; i < 5; i++)
        {
            int dash = i < 4 ? text.IndexOf('-') : text.Length;
            if (dash <= 0 || !int.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return false;
            text = i < 4 ? text[(dash + 1)..] : [];
        }
        if (numbers[2] > byte.MaxValue || numbers[3] > byte.MaxValue || numbers[4] > byte.MaxValue) return false;
        tag = new DeliveryTag(new DeliveryKey(numbers[0], numbers[1], (ChannelKind)numbers[2], (Purpose)numbers[3]), (byte)numbers[4]);
        return true;
    }
}
