namespace AlertGateway.Cap;

internal sealed partial class AlertParser
{
    private void AddArea(ref List<Area>? areas)
    {
        _areaIndex++;
        _areas++;
        if (_areas > options.AreasMax)
        {
            if (_areas == options.AreasMax + 1) sink.Add(FindingCodes.AreasOversized, Path(null), $"The alert has more than {options.AreasMax} areas; the rest was not read.");
            _reader.Skip();
            return;
        }

        _inArea = true;
        (areas ??= []).Add(ParseArea());
        _inArea = false;
    }

    private Area ParseArea()
    {
        string? desc = null, altitude = null, ceiling = null, stray = null;
        List<CapPolygon>? polygons = null, excluded = null;
        List<CapCircle>? circles = null;
        List<string>? badPolygons = null, badCircles = null;
        List<NamedValue>? geocodes = null;
        var depth = _reader.Depth;
        if (!_reader.IsEmpty)
        {
            while (_reader.NextChild(depth, ref stray))
            {
                if (!IsOurs()) continue;
                switch (_reader.LocalName)
                {
                    case "areaDesc": Once(ref desc); break;
                    case "polygon": AddPolygon(Text(), ref polygons, ref badPolygons); break;
                    case "circle": AddCircle(Text(), ref circles, ref badCircles); break;
                    case "geocode": AddGeocode(Pair(), ref geocodes, ref excluded); break;
                    case "altitude": Once(ref altitude); break;
                    case "ceiling": Once(ref ceiling); break;
                    default: Unknown(); break;
                }
            }
        }

        if (string.IsNullOrEmpty(desc)) sink.Add(FindingCodes.TextMissing, Path("areaDesc"), "The area has no description.");
        return new Area
        {
            AreaDesc = desc ?? "",
            Polygons = polygons ?? (IReadOnlyList<CapPolygon>)[],
            UnreadablePolygons = badPolygons ?? (IReadOnlyList<string>)[],
            Circles = circles ?? (IReadOnlyList<CapCircle>)[],
            UnreadableCircles = badCircles ?? (IReadOnlyList<string>)[],
            Geocodes = geocodes ?? (IReadOnlyList<NamedValue>)[],
            ExcludedPolygons = excluded ?? (IReadOnlyList<CapPolygon>)[],
            AltitudeFeet = Feet(altitude, "altitude"),
            CeilingFeet = Feet(ceiling, "ceiling"),
        };
    }

    private void AddPolygon(string text, ref List<CapPolygon>? polygons, ref List<string>? unreadable)
    {
        var index = (polygons?.Count ?? 0) + (unreadable?.Count ?? 0);
        if (ReadPolygon(text, $"polygon[{index}]") is { } polygon) (polygons ??= []).Add(polygon);
        else (unreadable ??= []).Add(text);
    }

    private void AddGeocode(NamedValue geocode, ref List<NamedValue>? geocodes, ref List<CapPolygon>? excluded)
    {
        var index = geocodes?.Count ?? 0;
        (geocodes ??= []).Add(geocode);
        if (geocode.Value.Length == 0) sink.Add(FindingCodes.GeocodeEmpty, Path($"geocode[{index}]"), "A geocode has no value.");
        else if (geocode.ValueName == Area.ExcludePolygonName && ReadPolygon(geocode.Value, $"geocode[{index}]") is { } hole) (excluded ??= []).Add(hole);
    }

    private CapPolygon? ReadPolygon(string text, string leaf)
    {
        var verdict = CapShapes.ReadPolygon(text, options.VerticesMax - _vertices, out var polygon, out var flaws);
        if (verdict == ShapeVerdict.TooMany)
        {
            if (!_verticesReported) sink.Add(FindingCodes.VerticesOversized, Path(leaf), $"The alert has more than {options.VerticesMax} polygon vertices; the rest was not read.");
            _verticesReported = true;
            return null;
        }

        if (verdict == ShapeVerdict.Empty) sink.Add(FindingCodes.PolygonEmpty, Path(leaf), "The polygon is empty.");
        else if (verdict == ShapeVerdict.Degenerate) sink.Add(FindingCodes.PolygonDegenerate, Path(leaf), "The polygon has fewer than three different points.");
        else if (verdict != ShapeVerdict.Usable) ReportCoordinates(verdict, FindingCodes.PolygonUnreadable, leaf, text);
        else
        {
            _vertices += polygon!.Points.Count;
            if (flaws.HasFlag(ShapeFlaws.Open)) sink.Add(FindingCodes.PolygonOpen, Path(leaf), "The polygon does not end where it begins; it was closed.");
            ReportFlaws(flaws, leaf);
        }

        return polygon;
    }

    private void AddCircle(string text, ref List<CapCircle>? circles, ref List<string>? unreadable)
    {
        var leaf = $"circle[{(circles?.Count ?? 0) + (unreadable?.Count ?? 0)}]";
        var verdict = CapShapes.ReadCircle(text, out var circle, out var flaws);
        if (verdict == ShapeVerdict.Usable)
        {
            (circles ??= []).Add(circle!);
            if (flaws.HasFlag(ShapeFlaws.PointCircle)) sink.Add(FindingCodes.CirclePoint, Path(leaf), "The circle has radius zero.");
            ReportFlaws(flaws, leaf);
            return;
        }

        (unreadable ??= []).Add(text);
        if (verdict == ShapeVerdict.Empty) sink.Add(FindingCodes.PolygonEmpty, Path(leaf), "The circle is empty.");
        else ReportCoordinates(verdict, FindingCodes.CircleUnreadable, leaf, text);
    }

    private void ReportFlaws(ShapeFlaws flaws, string leaf)
    {
        if (flaws.HasFlag(ShapeFlaws.Spacing)) sink.Add(FindingCodes.PolygonSpacing, Path(leaf), "The shape has other separators than “lat,lon” pairs with single spaces between.");
        if (flaws.HasFlag(ShapeFlaws.PastAntimeridian)) sink.Add(FindingCodes.CoordinatePastAntimeridian, Path(leaf), "A longitude is written past ±180.");
    }

    private void ReportCoordinates(ShapeVerdict verdict, FindingCode unreadable, string leaf, string text)
    {
        if (verdict == ShapeVerdict.Swapped) sink.Add(FindingCodes.CoordinateSwapped, Path(leaf), "The numbers fit the Earth only with latitude and longitude exchanged.");
        else if (verdict == ShapeVerdict.OutOfRange) sink.Add(FindingCodes.CoordinateRange, Path(leaf), "A latitude or longitude is not on the Earth.");
        else sink.Add(unreadable, Path(leaf), $"“{Shown(text)}” cannot be read as a shape.");
    }
}
