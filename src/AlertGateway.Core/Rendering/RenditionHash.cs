namespace AlertGateway.Core.Rendering;

/// <summary>Hashes of renditions: what people approve, field by field.</summary>
public static class RenditionHash
{
    /// <summary>SHA-256 hex over everything that the rendition says and that decides how it is sent.</summary>
    public static string Of(Rendition rendition)
    {
        ArgumentNullException.ThrowIfNull(rendition);
        using var canon = new Canon("agw-rendition-v1");
        canon.Number((byte)rendition.Channel).Number((byte)rendition.Purpose).Text(rendition.Language).Text(rendition.Status).Text(rendition.Text)
            .Number(rendition.Segments).Text(rendition.ProgrammeSha256).Number(rendition.ProgrammeBytes).Number(rendition.ProgrammeDuration.Ticks).Number((int)rendition.Colour);
        if (rendition.Horns is { } plan) canon.Text("horns").Number(plan.Plays).Number(plan.EverySeconds).Number(plan.ThenEverySeconds).Number(plan.UntilEvacuated ? 1 : 0);
        if (rendition.InStock) canon.Text("in-stock");
        return canon.Hex();
    }

    /// <summary>SHA-256 hex over all renditions in their order.</summary>
    public static string Of(IReadOnlyList<Rendition> renditions)
    {
        ArgumentNullException.ThrowIfNull(renditions);
        using var canon = new Canon("agw-renditions-v1");
        canon.Number(renditions.Count);
        foreach (var rendition in renditions) canon.Text(rendition.Sha256);
        return canon.Hex();
    }
}
