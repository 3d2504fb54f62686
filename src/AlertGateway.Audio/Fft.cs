using System.Numerics;

namespace AlertGateway.Audio;

/// <summary>Radix-2 Fourier transform in place.</summary>
internal static class Fft
{
    /// <param name="values">A power of two of them.</param>
    public static void Transform(Span<Complex> values, bool inverse)
    {
        var n = values.Length;
        if (!BitOperations.IsPow2(n)) throw new ArgumentException("A power of two.", nameof(values));
        for (int i = 1, j = 0; i < n; i++)
        {
            var bit = n >> 1;
            for (; (j & bit) != 0; bit >>= 1) j ^= bit;
            j ^= bit;
            if (i < j) (values[i], values[j]) = (values[j], values[i]);
        }
        var twiddles = new Complex[n / 2];
        for (var i = 0; i < twiddles.Length; i++) twiddles[i] = Complex.FromPolarCoordinates(1, (inverse ? 2 : -2) * Math.PI * i / n);
        for (var length = 2; length <= n; length <<= 1)
        {
            var half = length / 2;
            var stride = n / length;
            for (var start = 0; start < n; start += length)
            {
                for (var k = 0; k < half; k++)
                {
                    var odd = values[start + k + half] * twiddles[k * stride];
                    var even = values[start + k];
                    values[start + k] = even + odd;
                    values[start + k + half] = even - odd;
                }
            }
        }
        if (inverse) for (var i = 0; i < n; i++) values[i] /= n;
    }
}
