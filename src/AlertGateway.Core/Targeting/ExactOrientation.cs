using System.Numerics;

namespace AlertGateway.Core.Targeting;

/// <summary>
/// On which side of a line a point lies, without any rounding: a household that stands on the boundary to the last bit is on it. Doubles decide wherever their error bound allows (Shewchuk 1997, the first stage of orient2d); else whole numbers do.
/// </summary>
internal static class ExactOrientation
{
    // (3 + 16u) u with u = 2^-53: the bound of the first stage, relative to the sum of the two products.
    private const double Unit = 1.1102230246251565e-16, Bound = (3 + 16 * Unit) * Unit;

    /// <summary>1 where the point lies left of the line from a to b, -1 right of it, 0 exactly on it.</summary>
    /// <param name="ax">Finite, as all others; degrees.</param>
    public static int Sign(double ax, double ay, double bx, double by, double x, double y)
    {
        double left = (ax - x) * (by - y), right = (ay - y) * (bx - x), determinant = left - right;
        return Math.Abs(determinant) > Bound * (Math.Abs(left) + Math.Abs(right)) && Math.Abs(determinant) > 1e-290 ? Math.Sign(determinant) : Exactly(ax, ay, bx, by, x, y);
    }

    private static int Exactly(double ax, double ay, double bx, double by, double x, double y)
    {
        int unit = Math.Min(Math.Min(Math.Min(Exponent(ax), Exponent(ay)), Math.Min(Exponent(bx), Exponent(by))), Math.Min(Exponent(x), Exponent(y)));
        BigInteger px = Whole(x, unit), py = Whole(y, unit);
        return ((Whole(ax, unit) - px) * (Whole(by, unit) - py) - (Whole(ay, unit) - py) * (Whole(bx, unit) - px)).Sign;
    }

    // A finite double is its 53-bit significand times 2^exponent; zero fits every unit.
    private static int Exponent(double value) => value == 0 ? int.MaxValue : Math.Max(Math.ILogB(value), -1022) - 52;

    private static BigInteger Whole(double value, int unit) =>
        value == 0 ? BigInteger.Zero : new BigInteger(Math.ScaleB(value, -Exponent(value))) << (Exponent(value) - unit);
}
