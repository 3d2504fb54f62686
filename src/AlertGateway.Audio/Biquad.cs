namespace AlertGateway.Audio;

/// <summary>A second-order filter section in transposed direct form II. Holds the state of one signal; not thread-safe.</summary>
public sealed class Biquad
{
    private readonly double _b0, _b1, _b2, _a1, _a2;
    private double _z1, _z2;

    private Biquad(double b0, double b1, double b2, double a0, double a1, double a2) =>
        (_b0, _b1, _b2, _a1, _a2) = (b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0);

    /// <summary>The first stage of ITU-R BS.1770-4 Annex 1 (the head's high shelf, +4 dB), for any sample rate: at 48 kHz it gives the table's coefficients.</summary>
    public static Biquad HeadShelf(int sampleRateHz)
    {
        const double centreHz = 1681.974450955533, gainDb = 3.999843853973347, q = 0.7071752369554196;
        var k = Math.Tan(Math.PI * centreHz / sampleRateHz);
        var vh = Math.Pow(10, gainDb / 20);
        var vb = Math.Pow(vh, 0.4996667741545416);
        return new Biquad(vh + vb * k / q + k * k, 2 * (k * k - vh), vh - vb * k / q + k * k, 1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k);
    }

    /// <summary>The second stage of BS.1770-4 (the RLB high pass at 38 Hz). Its numerator is 1, −2, 1 at every rate, as in the table.</summary>
    public static Biquad RlbHighPass(int sampleRateHz)
    {
        const double centreHz = 38.13547087602444, q = 0.5003270373238773;
        var k = Math.Tan(Math.PI * centreHz / sampleRateHz);
        var a0 = 1 + k / q + k * k;
        return new Biquad(a0, -2 * a0, a0, a0, 2 * (k * k - 1), 1 - k / q + k * k);
    }

    /// <summary>Second-order Butterworth high pass.</summary>
    public static Biquad HighPass(double cornerHz, int sampleRateHz)
    {
        var k = Math.Tan(Math.PI * cornerHz / sampleRateHz);
        var damping = Math.Sqrt(2) * k;
        return new Biquad(1, -2, 1, 1 + damping + k * k, 2 * (k * k - 1), 1 - damping + k * k);
    }

    /// <summary>Second-order Butterworth low pass.</summary>
    public static Biquad LowPass(double cornerHz, int sampleRateHz)
    {
        var k = Math.Tan(Math.PI * cornerHz / sampleRateHz);
        var damping = Math.Sqrt(2) * k;
        return new Biquad(k * k, 2 * k * k, k * k, 1 + damping + k * k, 2 * (k * k - 1), 1 - damping + k * k);
    }

    public double Next(double x)
    {
        var y = _b0 * x + _z1;
        _z1 = _b1 * x - _a1 * y + _z2;
        _z2 = _b2 * x - _a2 * y;
        return y;
    }
}
