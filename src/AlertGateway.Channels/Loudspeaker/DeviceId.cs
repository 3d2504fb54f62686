using System.Globalization;

namespace AlertGateway.Channels.Loudspeaker;

/// <summary>Device ids <c>H{endpointNo}</c>, and the two topics of a device.</summary>
internal static class DeviceId
{
    public static string Of(int endpointNo) => string.Create(CultureInfo.InvariantCulture, $"H{endpointNo}");

    /// <summary>Reads exactly what <see cref="Of"/> writes.</summary>
    public static bool TryParse(string? deviceId, out int endpointNo)
    {
        endpointNo = 0;
        return deviceId is { Length: >= 2 and <= 11 } && deviceId[0] == 'H' && deviceId[1] != '0' && int.TryParse(deviceId.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out endpointNo);
    }

    public static string OrderTopic(string deviceId) => $"agw/1/horn/{deviceId}/order";

    public static string ReportTopic(string deviceId) => $"agw/1/horn/{deviceId}/report";
}
