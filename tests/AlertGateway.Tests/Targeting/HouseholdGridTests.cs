using System.Numerics;
using AlertGateway.Core.Targeting;
using CsCheck;
using NetTopologySuite.Geometries;
using NetTopologySuite.Geometries.Utilities;
using NetTopologySuite.IO;

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
                // The library's sign test rounds, either way: only where it disagrees is exact arithmetic asked, as the higher judge.
                var point = points[i - 1];
                Assert.True(marks[i] == shape.Covers(Factory.CreatePoint(point)) || marks[i] == CoversExactly(shape, point), $"({point.X}, {point.Y}): the grid says {marks[i]}");
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
            return Enumerable.Range(1, offsets.Length).Select(i => (Mark: marks[i], Point: new Coordinate(longitude[i], latitude[i])))
                .All(p => p.Mark == shape.Covers(Factory.CreatePoint(p.Point)) || p.Mark == CoversExactly(shape, p.Point));
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

    [Theory]
    [InlineData("POLYGON ((2.1009174311926606 6.605504587155964, 5 24, 20 1, 2.1009174311926606 6.605504587155964))", 4, 18)] // the library says that it is outside
    [InlineData("POLYGON ((1.9230769230769231 3.230769230769231, 1 6, 6.25 9, 1.9230769230769231 3.230769230769231))", 4, 6)] // double-double says that it is outside
    public void A_point_exactly_on_a_line_with_a_rounded_end_is_inside(string text, double x, double y)
    {
        var shape = new WKTReader().Read(text);
        Assert.True(CoversExactly(shape, new Coordinate(x, y)));
        foreach (var start in (Coordinate[])[new(x, y), new(x, Math.BitDecrement(y)), new(x, Math.BitIncrement(y)), new(Math.BitDecrement(x), y), new(Math.BitIncrement(x), y)])
        {
            bool[] marks = [false, false];
            new HouseholdGrid([0, start.Y], [0, start.X]).Mark(shape, marks);
            Assert.Equal(CoversExactly(shape, start), marks[1]);
        }
    }

    [Fact]
    public void The_sides_of_a_line_are_exact_to_the_last_bit() =>
        Gen.Select(Gen.Double[-180, 180].Array[4], Gen.Double[0, 1], Gen.Int[-3, 3]).Sample((end, part, bits) =>
        {
            double x = end[0] + part * (end[2] - end[0]), y = end[1] + part * (end[3] - end[1]) + bits * Math.ScaleB(1, -52);
            Assert.Equal(Cross(new(end[0], end[1]), new(end[2], end[3]), new(x, y)).Sign, ExactOrientation.Sign(end[0], end[1], end[2], end[3], x, y));
            Assert.Equal(-ExactOrientation.Sign(end[2], end[3], end[0], end[1], x, y), ExactOrientation.Sign(end[0], end[1], end[2], end[3], x, y));
        }, iter: 20_000);

    private static bool CoversExactly(Geometry shape, Coordinate point)
    {
        for (int g = 0; g < shape.NumGeometries; g++)
        {
            bool inside = false;
            foreach (var line in LinearComponentExtracter.GetLines(shape.GetGeometryN(g)).Select(l => l.Coordinates))
            {
                for (int i = 1; i < line.Length; i++)
                {
                    var (a, b) = (line[i - 1], line[i]);
                    int side = Cross(a, b, point).Sign;
                    if (side == 0 && new Envelope(a, b).Covers(point)) return true;
                    if (a.Y > point.Y != b.Y > point.Y && side == (b.Y > a.Y ? 1 : -1)) inside = !inside;
                }
            }
            if (inside) return true;
        }
        return false;
    }

    private static BigInteger Cross(Coordinate a, Coordinate b, Coordinate point) =>
        (Exact(b.X) - Exact(a.X)) * (Exact(point.Y) - Exact(a.Y)) - (Exact(b.Y) - Exact(a.Y)) * (Exact(point.X) - Exact(a.X));

    // In units of 2^-900: exact for every double the generators make.
    private static BigInteger Exact(double degrees) => new(Math.ScaleB(degrees, 900));

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
