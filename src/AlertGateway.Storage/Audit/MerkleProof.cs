using System.Security.Cryptography;

namespace AlertGateway.Storage.Audit;

/// <summary>Inclusion and consistency proofs of RFC 9162 §2.1.3 and §2.1.4: what an outsider needs besides a signed head.</summary>
public static class MerkleProof
{
    /// <summary>The path that leads from leaf <paramref name="index"/> to the root of the tree over all <paramref name="leaves"/>.</summary>
    public static List<byte[]> Inclusion(IReadOnlyList<byte[]> leaves, int index)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leaves.Count);
        var path = new List<byte[]>();
        int start = 0, end = leaves.Count;
        while (end - start > 1)
        {
            int split = start + Split(end - start);
            if (index < split)
            {
                path.Add(RootOf(leaves, split, end));
                end = split;
            }
            else
            {
                path.Add(RootOf(leaves, start, split));
                start = split;
            }
        }
        path.Reverse();
        return path;
    }

    /// <summary>True when the path proves that the leaf is entry <paramref name="index"/> of the tree of <paramref name="size"/> leaves with this root (RFC 9162 §2.1.3.2).</summary>
    public static bool IsIncluded(ReadOnlySpan<byte> leafHash, long index, long size, IReadOnlyList<byte[]> path, ReadOnlySpan<byte> root)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (index < 0 || index >= size) return false;
        long node = index, last = size - 1;
        byte[] hash = leafHash.ToArray();
        foreach (byte[] sibling in path)
        {
            if (last == 0 || sibling.Length != MerkleTree.HashBytes) return false;
            if ((node & 1) != 0 || node == last)
            {
                MerkleTree.Node(sibling, hash, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                MerkleTree.Node(hash, sibling, hash);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && root.SequenceEqual(hash);
    }

    /// <summary>Proves that the tree over the first <paramref name="oldSize"/> leaves is the beginning of the tree over all.</summary>
    public static List<byte[]> Consistency(IReadOnlyList<byte[]> leaves, int oldSize)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        ArgumentOutOfRangeException.ThrowIfLessThan(oldSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, leaves.Count);
        var path = new List<byte[]>();
        int start = 0, end = leaves.Count;
        bool whole = true;
        while (oldSize != end)
        {
            int split = start + Split(end - start);
            if (oldSize <= split)
            {
                path.Add(RootOf(leaves, split, end));
                end = split;
            }
            else
            {
                path.Add(RootOf(leaves, start, split));
                (start, whole) = (split, false);
            }
        }
        if (!whole) path.Add(RootOf(leaves, start, end));
        path.Reverse();
        return path;
    }

    /// <summary>True when the path proves that the old head is a beginning of the new one (RFC 9162 §2.1.4.2).</summary>
    public static bool IsConsistent(long oldSize, ReadOnlySpan<byte> oldRoot, long newSize, ReadOnlySpan<byte> newRoot, IReadOnlyList<byte[]> path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (oldSize < 1 || oldSize > newSize) return false;
        if (oldSize == newSize) return path.Count == 0 && oldRoot.SequenceEqual(newRoot);
        long node = oldSize - 1, last = newSize - 1;
        while ((node & 1) != 0) (node, last) = (node >> 1, last >> 1);
        int at = 0;
        byte[] old;
        if (node == 0) old = oldRoot.ToArray();
        else if (path.Count == 0 || path[0].Length != MerkleTree.HashBytes) return false;
        else old = (byte[])path[at++].Clone();
        byte[] hash = (byte[])old.Clone();
        for (; at < path.Count; at++)
        {
            byte[] sibling = path[at];
            if (last == 0 || sibling.Length != MerkleTree.HashBytes) return false;
            if ((node & 1) != 0 || node == last)
            {
                MerkleTree.Node(sibling, old, old);
                MerkleTree.Node(sibling, hash, hash);
                while ((node & 1) == 0 && node != 0) (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                MerkleTree.Node(hash, sibling, hash);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && oldRoot.SequenceEqual(old) && newRoot.SequenceEqual(hash);
    }

    /// <summary>Root over a range of leaf hashes, by the definition of RFC 9162 §2.1.1.</summary>
    public static byte[] RootOf(IReadOnlyList<byte[]> leaves, int start, int end)
    {
        ArgumentNullException.ThrowIfNull(leaves);
        if (end == start) return SHA256.HashData([]);
        if (end - start == 1) return leaves[start];
        int split = start + Split(end - start);
        var node = new byte[MerkleTree.HashBytes];
        MerkleTree.Node(RootOf(leaves, start, split), RootOf(leaves, split, end), node);
        return node;
    }

    /// <summary>The largest power of two below <paramref name="count"/>, which is at least 2.</summary>
    private static int Split(int count) => 1 << (31 - System.Numerics.BitOperations.LeadingZeroCount((uint)count - 1));
}
