namespace AlertGateway.Server.Api;

/// <summary>Reads a request body up to a bound, and not a byte beyond.</summary>
internal static class BoundedBody
{
    /// <summary>Null when the body is longer than <paramref name="bytesMax"/>.</summary>
    public static async Task<byte[]?> ReadAsync(HttpRequest request, int bytesMax, CancellationToken cancellationToken)
    {
        if (request.ContentLength > bytesMax) return null;
        var body = new MemoryStream((int)(request.ContentLength ?? 16 * 1024));
        byte[] piece = new byte[64 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(piece, cancellationToken)) > 0)
        {
            if (body.Length + read > bytesMax) return null;
            body.Write(piece, 0, read);
        }

        return body.ToArray();
    }
}
