using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

/// <summary>Bursts with the tones and the pace of SAME, but bytes sent in another order: no receiver may read them.</summary>
internal static class WrongFraming
{
    public static Pcm SerialLine(string text, int rateHz) => Bits(Bytes(text).SelectMany(b => new[] { 0 }.Concat(Enumerable.Range(0, 8).Select(bit => (b >> bit) & 1)).Append(1)), rateHz);

    public static Pcm MostSignificantFirst(string text, int rateHz) => Bits(Bytes(text).SelectMany(b => Enumerable.Range(0, 8).Select(bit => (b >> (7 - bit)) & 1)), rateHz);

    private static IEnumerable<int> Bytes(string text) => Enumerable.Repeat(0xAB, 16).Concat(text.Select(c => (int)c));

    private static Pcm Bits(IEnumerable<int> bits, int rateHz)
    {
        var all = bits.ToArray();
        var samplesPerBit = rateHz * 6 / 3125.0;
        var samples = new short[(int)(all.Length * samplesPerBit)];
        double phase = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = (short)(16_000 * Math.Sin(phase));
            phase += 2 * Math.PI * (all[Math.Min((int)(i / samplesPerBit), all.Length - 1)] == 1 ? 6250.0 / 3 : 1562.5) / rateHz;
        }
        return new Pcm(rateHz, samples);
    }
}
