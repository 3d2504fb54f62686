using System.Security.Cryptography;
using AlertGateway.Storage.Audit;
using CsCheck;

namespace AlertGateway.Tests.Audit;

public sealed class MerkleTests
{
    // Inputs and roots of the Certificate Transparency reference tests (RFC 6962, same tree as RFC 9162).
    private static readonly string[] Inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Roots_are_those_of_the_reference(int leaves, string root)
    {
        var tree = new MerkleTree();
        foreach (string input in Inputs.Take(leaves)) tree.Add(SHA256.HashData([0, .. Convert.FromHexString(input)]));
        Assert.Equal(root, RootOf(tree));
    }

    [Fact]
    public void The_growing_edge_has_the_root_of_the_definition_at_every_size()
    {
        var leaves = Leaves(300);
        var tree = new MerkleTree();
        for (int size = 0; size <= leaves.Count; size++)
        {
            Assert.Equal(Convert.ToHexStringLower(MerkleProof.RootOf(leaves, 0, size)), RootOf(tree));
            Assert.Equal(RootOf(tree), RootOf(MerkleTree.FromEdge(size, tree.Edge)));
            if (size < leaves.Count) tree.Add(leaves[size]);
        }
    }

    [Fact]
    public void Every_leaf_of_every_size_is_proven_and_no_other_leaf_place_or_root_passes()
    {
        var leaves = Leaves(40);
        for (int size = 1; size <= leaves.Count; size++)
        {
            byte[] root = MerkleProof.RootOf(leaves, 0, size);
            var own = leaves.Take(size).ToList();
            for (int index = 0; index < size; index++)
            {
                var path = MerkleProof.Inclusion(own, index);
                Assert.True(MerkleProof.IsIncluded(own[index], index, size, path, root));
                Assert.False(MerkleProof.IsIncluded(own[index], index, size, path, SHA256.HashData(root)));
                Assert.False(MerkleProof.IsIncluded(leaves[^1], index, size, path, root) && index != leaves.Count - 1);
                if (size > 1) Assert.False(MerkleProof.IsIncluded(own[index], (index + 1) % size, size, path, root));
            }
        }
    }

    [Fact]
    public void Every_older_head_is_proven_to_be_a_beginning_of_a_newer_one() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 200], Gen.Int[0, 8], Gen.Byte[1, 255]).Sample((a, b, at, flip) =>
        {
            int older = Math.Min(a, b), newer = Math.Max(a, b);
            var leaves = Leaves(newer);
            byte[] old = MerkleProof.RootOf(leaves, 0, older), root = MerkleProof.RootOf(leaves, 0, newer);
            var path = MerkleProof.Consistency(leaves, older);
            Assert.True(MerkleProof.IsConsistent(older, old, newer, root, path));
            if (path.Count == 0) return;
            path[at % path.Count][at] ^= flip;
            Assert.False(MerkleProof.IsConsistent(older, old, newer, root, path));
        }, iter: 200);

    private static List<byte[]> Leaves(int count) => [.. Enumerable.Range(0, count).Select(i => SHA256.HashData(BitConverter.GetBytes(i)))];

    private static string RootOf(MerkleTree tree)
    {
        var root = new byte[32];
        tree.Root(root);
        return Convert.ToHexStringLower(root);
    }
}
