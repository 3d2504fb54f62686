namespace AlertGateway.Audio;

/// <summary>
/// One band of G.722: adaptive quantiser (clause 3.3 to 3.5) and predictor of two poles and six zeros (clause 3.6), in the integer arithmetic of the standard,
/// so that encoder and any decoder stay in step. Method names in comments are the blocks of the standard's own description.
/// </summary>
internal sealed class G722Band
{
    private const int LowScaleMax = 18_432, HighScaleMax = 22_528;
    private const int HighDecision = 564;

    // Decision levels of the six-bit quantiser and the codes on either side (tables 11 and 12).
    private static readonly int[] Decisions = [0, 35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219, 1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919];
    private static readonly int[] Levels6 =
    [
        -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360, -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688, -1360, -1040, -728,
        24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136, -432, -136,
    ];
    private static readonly int[] Levels4 = [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];
    private static readonly int[] Levels2 = [-7408, -1616, 7408, 1616];
    private static readonly int[] LowRanks = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0];
    private static readonly int[] LowSteps = [-60, -30, 58, 172, 334, 538, 1198, 3042];
    private static readonly int[] HighSteps = [798, -214, 798, -214];
    private static readonly int[] Antilogs = [2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008];

    private readonly int[] _poles = new int[3], _zeros = new int[7];
    private readonly int[] _reconstructed = new int[3], _partial = new int[3], _differences = new int[7];
    private int _scale, _logScale, _predicted, _zeroPredicted;

    private G722Band(int scale) => _scale = scale;

    public static G722Band Low() => new(32);

    public static G722Band High() => new(8);

    public static short Saturated(int value) => (short)Math.Clamp(value, short.MinValue, short.MaxValue);

    /// <summary>The six bits for the next sample of the lower band.</summary>
    public int QuantiseLow(int sample)
    {
        int difference = Saturated(sample - _predicted);
        var magnitude = difference >= 0 ? difference : -(difference + 1);
        var rank = 1;
        while (rank < Decisions.Length && magnitude >= (Decisions[rank] * _scale) >> 12) rank++;
        // QUANTL: positive codes run from 61 down; negative ones begin with 63 and 62 and go on from 31.
        var code = difference >= 0 ? 62 - rank : rank <= 2 ? 64 - rank : 34 - rank;
        AdaptLow(code >> 2);
        return code;
    }

    /// <summary>The two bits for the next sample of the upper band.</summary>
    public int QuantiseHigh(int sample)
    {
        int difference = Saturated(sample - _predicted);
        var magnitude = difference >= 0 ? difference : -(difference + 1);
        var far = magnitude >= (HighDecision * _scale) >> 12;
        var code = difference >= 0 ? (far ? 2 : 3) : far ? 0 : 1;
        AdaptHigh(code);
        return code;
    }

    public int ReconstructLow(int code)
    {
        var value = _predicted + ((_scale * Levels6[code]) >> 15);
        AdaptLow(code >> 2);
        return value;
    }

    public int ReconstructHigh(int code)
    {
        var value = _predicted + ((_scale * Levels2[code]) >> 15);
        AdaptHigh(code);
        return value;
    }

    // INVQAL, LOGSCL and SCALEL: four of the six bits drive the adaption, so that a bit taken by data does not disturb it.
    private void AdaptLow(int code)
    {
        var difference = (_scale * Levels4[code]) >> 15;
        _logScale = Math.Clamp(((_logScale * 127) >> 7) + LowSteps[LowRanks[code]], 0, LowScaleMax);
        _scale = Antilog(8);
        Predict(difference);
    }

    private void AdaptHigh(int code)
    {
        var difference = (_scale * Levels2[code]) >> 15;
        _logScale = Math.Clamp(((_logScale * 127) >> 7) + HighSteps[code], 0, HighScaleMax);
        _scale = Antilog(10);
        Predict(difference);
    }

    private int Antilog(int shift)
    {
        var mantissa = Antilogs[(_logScale >> 6) & 31];
        var exponent = shift - (_logScale >> 11);
        return (exponent < 0 ? mantissa << -exponent : mantissa >> exponent) << 2;
    }

    private void Predict(int difference)
    {
        _differences[0] = difference;
        _reconstructed[0] = Saturated(_predicted + difference);
        _partial[0] = Saturated(_zeroPredicted + difference);
        var second = SecondPole();
        var first = FirstPole(second);
        MoveZeros(difference);
        Array.Copy(_differences, 0, _differences, 1, 6);
        Array.Copy(_reconstructed, 0, _reconstructed, 1, 2);
        Array.Copy(_partial, 0, _partial, 1, 2);
        (_poles[1], _poles[2]) = (first, second);
        // FILTEP, FILTEZ, PREDIC.
        int poles = Saturated(((_poles[1] * Saturated(2 * _reconstructed[1])) >> 15) + ((_poles[2] * Saturated(2 * _reconstructed[2])) >> 15));
        var zeros = 0;
        for (var i = 6; i > 0; i--) zeros += (_zeros[i] * Saturated(2 * _differences[i])) >> 15;
        _zeroPredicted = Saturated(zeros);
        _predicted = Saturated(poles + _zeroPredicted);
    }

    // UPPOL2
    private int SecondPole()
    {
        int pull = Saturated(_poles[1] << 2);
        if (SameSign(_partial[0], _partial[1])) pull = -pull;
        pull = Math.Min(pull, short.MaxValue) >> 7;
        pull += SameSign(_partial[0], _partial[2]) ? 128 : -128;
        return Math.Clamp(pull + ((_poles[2] * 32_512) >> 15), -12_288, 12_288);
    }

    // UPPOL1
    private int FirstPole(int second)
    {
        var bound = Saturated(15_360 - second);
        int moved = Saturated((SameSign(_partial[0], _partial[1]) ? 192 : -192) + ((_poles[1] * 32_640) >> 15));
        return Math.Clamp(moved, -bound, bound);
    }

    // UPZERO
    private void MoveZeros(int difference)
    {
        var step = difference == 0 ? 0 : 128;
        for (var i = 1; i <= 6; i++)
            _zeros[i] = Saturated((SameSign(difference, _differences[i]) ? step : -step) + ((_zeros[i] * 32_640) >> 15));
    }

    private static bool SameSign(int a, int b) => (a < 0) == (b < 0);
}
