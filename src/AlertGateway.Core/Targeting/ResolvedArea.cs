using AlertGateway.Core.Ingest;
using NetTopologySuite.Geometries;

namespace AlertGateway.Core.Targeting;

/// <summary>What an alert's area comes to on the ground of one registry.</summary>
/// <param name="Shape">Valid polygons, or null when only codes describe the area.</param>
/// <param name="InHousehold">Household → lies in the area; element 0 unused. All false where nothing could be resolved.</param>
/// <param name="InVillage">Village index → the whole village is named by a code.</param>
public sealed record ResolvedArea(AlertArea Area, Geometry? Shape, bool[] InHousehold, bool[] InVillage, IReadOnlyList<HoldReason> Holds);
