using AlertGateway.Core.Targeting;
using CsCheck;
using NetTopologySuite.Geometries;
using NetTopologySuite.Operation.Valid;

namespace AlertGateway.Tests.Targeting;

public sealed class OutwardOutlineTests
{
    private static readonly GeometryFactory Factory = new(new PrecisionModel(), 4326);

    /// <summary>Stars of many corners around one or two middles, some with a hole.</summary>
    private static readonly Gen<Geometry> Shapes = Gen.Select(Gen.Int[8, 400], Gen.Double[0.01, 3], Gen.Double[0.05, 1], Gen.Int[0, int.MaxValue], Gen.Int[0, 2]).Select((corners, size, depth, seed, kind) =>
    {
        var random = new Random(seed);
        var star = Star(random, 119.4, 31.4, corners, size, depth);
        Geometry shape = kind switch
        {
            1 => star.Union(Star(random, 119.4 + size * 3, 31.4, corners, size, depth)),
            2 => star.Difference(Star(random, 119.4, 31.4, 12, size * (1 - depth) * 0.5, 0.3)),
            _ => star,
        };
        return shape;
    });

    [Fact]
    public void An_outline_always_covers_the_original_within_its_number_of_corners() =>
        Gen.Select(Shapes, Gen.Int[5, 100]).Sample((shape, corners) =>
        {
            var outline = OutwardOutline.Of(shape, corners);
            return outline.NumPoints <= Math.Max(corners, 5) && new IsValidOp(outline).IsValid && outline.Covers(shape)
                && shape.Coordinates.All(c => outline.Covers(Factory.CreatePoint(c)));
        }, iter: 100, threads: 2);

    [Fact]
    public void A_round_shape_grows_little()
    {
        var disc = Factory.CreatePoint(new Coordinate(119.4, 31.4)).Buffer(0.2, 64);
        Assert.InRange(OutwardOutline.Of(disc, 24).Area / disc.Area, 1, 1.25);
    }

    [Fact]
    public void A_small_shape_stays_as_it_is()
    {
        var square = Factory.ToGeometry(new Envelope(119, 120, 31, 32));
        Assert.Same(square, OutwardOutline.Of(square, 20));
    }

    private static Polygon Star(Random random, double x, double y, int corners, double size, double depth)
    {
        var ring = new Coordinate[corners + 1];
        for (var i = 0; i < corners; i++)
        {
            var radius = size * (1 - depth * random.NextDouble());
            ring[i] = new Coordinate(x + radius * Math.Cos(2 * Math.PI * i / corners), y + radius * Math.Sin(2 * Math.PI * i / corners));
        }

        ring[corners] = ring[0].Copy();
        return Factory.CreatePolygon(ring);
    }
}
