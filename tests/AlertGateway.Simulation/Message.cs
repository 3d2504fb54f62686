using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Rendering;

namespace AlertGateway.Simulation;

/// <summary>One message of the night, as its author wants it.</summary>
/// <param name="To">Endpoint numbers, ascending.</param>
/// <param name="TakesOver">Number of the dissemination that it takes over from; 0 for none.</param>
internal sealed record Message(string Name, long WallTicks, long ExpiresTicks, int[] To, int TakesOver = 0, WarningColour Colour = WarningColour.Red, AlertStatus Status = AlertStatus.Actual)
{
    /// <summary>Severe or Extreme: on a blind channel an unknown outcome is sent once more.</summary>
    public bool IsLifeThreat => Colour >= WarningColour.Orange;

    /// <summary>What a rendition says: its purpose, as a word, and between the marks of the exercise world where it is of that.</summary>
    /// <param name="marked">False leaves the marks out, as rendering never may.</param>
    public static string Words(ChannelKind channel, Purpose purpose, AlertStatus status, bool marked = true)
    {
        string word = status == AlertStatus.Actual || !marked ? purpose.ToString() : Renditions.ZhMark + purpose + Renditions.ZhMark;
        return status != AlertStatus.Actual && channel == ChannelKind.Push ? $$"""{"title":"{{word}}","body":"{{word}}"}""" : word;
    }
}
