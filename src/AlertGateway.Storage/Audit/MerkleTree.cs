using System.Security.Cryptography;

namespace AlertGateway.Storage.Audit;

/// <summary>
/// The right edge of an RFC 9162 Merkle tree: one hash for each full subtree, largest first. Leaves are added at the end; the root is known at any size. Not thread-safe.
/// </summary>
public sealed class MerkleTree
{
    /// <summary>Bytes of a hash: SHA-256.</summary>
    public const int HashBytes = 32;

    private const int DepthMax = 64;

    private readonly byte[] _edge = new byte[DepthMax * HashBytes];
    private int _depth;

    /// <summary>Leaves so far.</summary>
    public long Size { get; private set; }

    /// <summary>The full subtrees' hashes, largest first: as many as <see cref="Size"/> has one bits.</summary>
    public ReadOnlySpan<byte> Edge => _edge.AsSpan(0, _depth * HashBytes);

    /// <summary>Takes up a tree where it was left.</summary>
    /// <exception cref="ArgumentException">The number of hashes does not fit the size.</exception>
    public static MerkleTree FromEdge(long size, ReadOnlySpan<byte> edge)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        int depth = System.Numerics.BitOperations.PopCount((ulong)size);
        if (edge.Length != depth * HashBytes) throw new ArgumentException($"A tree of {size} leaves has {depth} full subtrees, not {edge.Length} bytes.", nameof(edge));
        var tree = new MerkleTree { Size = size, _depth = depth };
        edge.CopyTo(tree._edge);
        return tree;
    }

    /// <summary>Takes over another tree's state.</summary>
    public void CopyFrom(MerkleTree other)
    {
        (Size, _depth) = (other.Size, other._depth);
        other.Edge.CopyTo(_edge);
    }

    /// <summary>Adds the hash of one leaf.</summary>
    public void Add(ReadOnlySpan<byte> leafHash)
    {
        Span<byte> hash = _edge.AsSpan(_depth * HashBytes, HashBytes);
        leafHash.CopyTo(hash);
        _depth++;
        for (long full = Size; (full & 1) != 0; full >>= 1)
        {
            var left = _edge.AsSpan((_depth - 2) * HashBytes, HashBytes);
            Node(left, _edge.AsSpan((_depth - 1) * HashBytes, HashBytes), left);
            _depth--;
        }
        Size++;
    }

    /// <summary>The Merkle tree hash of everything added (RFC 9162 §2.1.1).</summary>
    /// <param name="root">32 bytes.</param>
    public void Root(Span<byte> root)
    {
        if (_depth == 0)
        {
            SHA256.HashData([], root);
            return;
        }
        Span<byte> hash = stackalloc byte[HashBytes];
        _edge.AsSpan((_depth - 1) * HashBytes, HashBytes).CopyTo(hash);
        for (int i = _depth - 2; i >= 0; i--) Node(_edge.AsSpan(i * HashBytes, HashBytes), hash, hash);
        hash.CopyTo(root);
    }

    /// <summary>Hash of an inner node: SHA-256 over 1, left, right.</summary>
    public static void Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> node)
    {
        Span<byte> input = stackalloc byte[1 + (2 * HashBytes)];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + HashBytes)..]);
        SHA256.HashData(input, node);
    }
}
