using System.Buffers.Binary;
using System.Security.Cryptography;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Storage.Audit;

/// <summary>What a leaf of the audit log stands for. Persisted.</summary>
public enum AuditEntryKind : byte
{
    /// <summary>One commit of the ledger: all its rows, in order.</summary>
    Commit = 1,

    /// <summary>One decision: a single row, provable without the rest of its commit.</summary>
    Decision = 2,
}

/// <summary>
/// The bytes of an audit entry and their leaf hash, SHA-256 over 0 and the entry (RFC 9162 §2.1.1). A commit's entry is kind, first row's number (int64), number of rows (int32), then each row; a decision's is kind and its row.
/// All numbers little-endian; <c>docs/ledger-format.md</c> must agree with this file. Not thread-safe; one instance is used again and again.
/// </summary>
internal sealed class AuditEntry : IDisposable
{
    private const int RowBytes = 56;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _used;
    private bool _flushed;

    /// <summary>Rows that are decisions get a leaf of their own.</summary>
    public static bool IsDecision(LedgerEventKind kind) => kind is
        LedgerEventKind.Submitted or LedgerEventKind.Refused or LedgerEventKind.Proposed or LedgerEventKind.Signed or LedgerEventKind.Returned or LedgerEventKind.Cleared
        or LedgerEventKind.Cancelled or LedgerEventKind.Superseded or LedgerEventKind.CorrectionOrdered or LedgerEventKind.Visited or LedgerEventKind.ClockTrusted;

    public void BeginCommit(long firstSequence, int rows)
    {
        Begin(AuditEntryKind.Commit);
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(2), firstSequence);
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(10), rows);
        _used = 14;
    }

    public void BeginDecision() => Begin(AuditEntryKind.Decision);

    public void AddRow(long sequence, int shard, long fence, long head, long atTicks, int dissemination, int endpoint, long number, ReadOnlySpan<byte> body)
    {
        if (_used + RowBytes > _buffer.Length) Flush();
        var row = _buffer.AsSpan(_used, RowBytes);
        BinaryPrimitives.WriteInt64LittleEndian(row, sequence);
        BinaryPrimitives.WriteInt64LittleEndian(row[8..], fence);
        BinaryPrimitives.WriteInt64LittleEndian(row[16..], head);
        BinaryPrimitives.WriteInt64LittleEndian(row[24..], atTicks);
        BinaryPrimitives.WriteInt64LittleEndian(row[32..], number);
        BinaryPrimitives.WriteInt32LittleEndian(row[40..], dissemination);
        BinaryPrimitives.WriteInt32LittleEndian(row[44..], endpoint);
        BinaryPrimitives.WriteInt32LittleEndian(row[48..], shard);
        BinaryPrimitives.WriteInt32LittleEndian(row[52..], body.Length);
        _used += RowBytes;
        if (body.IsEmpty) return;
        if (body.Length > _buffer.Length - _used) Flush();
        if (body.Length > _buffer.Length)
        {
            _hash.AppendData(body);
            return;
        }
        body.CopyTo(_buffer.AsSpan(_used));
        _used += body.Length;
    }

    /// <param name="leafHash">32 bytes.</param>
    public void End(Span<byte> leafHash)
    {
        if (!_flushed)
        {
            SHA256.HashData(_buffer.AsSpan(0, _used), leafHash);
        }
        else
        {
            _hash.AppendData(_buffer, 0, _used);
            _hash.GetHashAndReset(leafHash);
            _flushed = false;
        }
        _used = 0;
    }

    public void Dispose() => _hash.Dispose();

    private void Begin(AuditEntryKind kind)
    {
        if (_flushed)
        {
            // The entry before was given up half way, with its transaction.
            Span<byte> unused = stackalloc byte[MerkleTree.HashBytes];
            _hash.GetHashAndReset(unused);
            _flushed = false;
        }
        _buffer[0] = 0;
        _buffer[1] = (byte)kind;
        _used = 2;
    }

    private void Flush()
    {
        _hash.AppendData(_buffer, 0, _used);
        _used = 0;
        _flushed = true;
    }
}
