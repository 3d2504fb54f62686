using System.Numerics;
using AlertGateway.Core.Targeting;
using CsCheck;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;

namespace AlertGateway.Tests.Targeting;

public sealed class HouseholdGridTests
{
    private static readonly GeometryFactory Factory = new();

    // Small whole numbers, so that points on edges and corners are common.
    private static readonly Gen<Coordinate> GenPoint = Gen.Select(Gen.Int[0, 24], Gen.Int[0, 24], (x, y) => new Coordinate(x, y));

    private static readonly Gen<Geometry> GenShape = GenPoint.Array[3, 14].Select(points => GeometryFixer.Fix(Factory.CreatePolygon([.. points, points[0].Copy()])))
        .Where(g => !g.IsEmpty && g.Area > 0);

    [Fact]
    public void The_grid_agrees_with_an_independent_library_on_every_point() =>
        Gen.Select(GenShape, GenPoint.Array[1, 300]).Sample((shape, points) =>
        {
            double[] latitude = [0, .. points.Select(p => p.Y)], longitude = [0, .. points.Select(p => p.X)];
            var marks = new bool[latitude.Length];
            new HouseholdGrid(latitude, longitude).Mark(shape, marks);
            for (int i = 1; i < marks.Length; i++)
            {
                if (marks[i] == shape.Covers(Factory.CreatePoint(points[i - 1]))) continue;
                // The library asks its sign test twice, ends exchanged, and rounds: exact arithmetic is the higher judge.
                Assert.True(marks[i] && LiesExactlyOnAnEdge(shape, points[i - 1]), $"({points[i - 1].X}, {points[i - 1].Y}): the grid says {marks[i]}");
            }
        }, iter: 2_000);

    [Fact]
    public void The_grid_agrees_on_uneven_coordinates_and_holes() =>
        Gen.Select(Gen.Double[0.5, 5], Gen.Double[-180, 175], Gen.Double[-80, 80], Gen.Int[3, 60], Gen.Select(Gen.Double[-6, 6], Gen.Double[-6, 6]).Array[1, 200]).Sample((radius, x, y, corners, offsets) =>
        {
            var outer = Star(x, y, radius, corners);
            var shape = outer.Difference(Star(x, y, radius * 0.4, corners));
            double[] latitude = [0, .. offsets.Select(o => y + o.Item2)], longitude = [0, .. offsets.Select(o => x + o.Item1)];
            var marks = new bool[latitude.Length];
            new HouseholdGrid(latitude, longitude).Mark(shape, marks);
            return Enumerable.Range(1, offsets.Length).All(i => marks[i] == shape.Covers(Factory.CreatePoint(new Coordinate(longitude[i], latitude[i]))));
        }, iter: 500);

    [Fact]
    public void Whoever_lives_on_the_line_or_the_corner_is_inside()
    {
        var square = Factory.CreatePolygon([new(119, 31), new(120, 31), new(120, 32), new(119, 32), new(119, 31)]);
        double[] latitude = [0, 31, 31, 31.5, 32, 31.5, 30.9999999], longitude = [0, 119, 119.5, 120, 120, 119.5, 119.5];
        var marks = new bool[latitude.Length];
        new HouseholdGrid(latitude, longitude).Mark(square, marks);
        Assert.Equal([false, true, true, true, true, true, false], marks);
    }

    [Fact]
    public void Two_polygons_that_overlap_by_a_sliver_do_not_cancel_each_other()
    {
        var left = Factory.CreatePolygon([new(0, 0), new(2, 0), new(2, 2), new(0, 2), new(0, 0)]);
        var right = Factory.CreatePolygon([new(1.5, 0), new(4, 0), new(4, 2), new(1.5, 2), new(1.5, 0)]);
        double[] latitude = [0, 1, 1, 1, 1], longitude = [0, 1, 1.75, 3, 5];
        var marks = new bool[latitude.Length];
        new HouseholdGrid(latitude, longitude).Mark(Factory.CreateMultiPolygon([left, right]), marks);
        Assert.Equal([false, true, true, true, false], marks);
    }

    [Fact]
    public void A_point_exactly_on_a_line_with_a_rounded_end_is_inside()
    {
        // (4, 18) lies on the first edge to the last bit; the library says that it does not.
        var shape = Factory.CreatePolygon([new(2.1009174311926606, 6.605504587155964), new(5, 24), new(20, 1), new(2.1009174311926606, 6.605504587155964)]);
        Assert.True(LiesExactlyOnAnEdge(shape, new Coordinate(4, 18)));
        Assert.False(LiesExactlyOnAnEdge(shape, new Coordinate(4, 17.999999999999996)));
        bool[] marks = [false, false];
        new HouseholdGrid([0, 18], [0, 4]).Mark(shape, marks);
        Assert.True(marks[1]);
    }

    private static bool LiesExactlyOnAnEdge(Geometry shape, Coordinate point)
    {
        foreach (var line in LinearComponentExtracter.GetLines(shape).Select(l => l.Coordinates))
        {
            for (int i = 1; i < line.Length; i++)
            {
                var (a, b) = (line[i - 1], line[i]);
                var cross = (Exact(b.X) - Exact(a.X)) * (Exact(point.Y) - Exact(a.Y)) - (Exact(b.Y) - Exact(a.Y)) * (Exact(point.X) - Exact(a.X));
                if (cross.IsZero && new Envelope(a, b).Covers(point)) return true;
            }
        }
        return false;
    }

    // In units of 2^-300: exact for every double the generators make.
    private static BigInteger Exact(double degrees) => new(Math.ScaleB(degrees, 300));

    private static Polygon Star(double x, double y, double radius, int corners)
    {
        var points = new Coordinate[2 * corners + 1];
        for (int i = 0; i < 2 * corners; i++)
        {
            double r = i % 2 == 0 ? radius : radius * 0.6, angle = Math.PI * i / corners;
            points[i] = new Coordinate(x + r * Math.Cos(angle), y + r * Math.Sin(angle));
        }
        points[^1] = points[0].Copy();
        return Factory.CreatePolygon(points);
    }
}
