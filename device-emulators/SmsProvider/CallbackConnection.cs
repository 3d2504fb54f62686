using System.Net;
using System.Net.Sockets;
using System.Text;

namespace AlertGateway.Emulators.SmsProvider;

/// <summary>
/// One kept-alive HTTP/1.1 connection that posts and reads the status of the answer. Written by hand because hundreds of
/// thousands of small posts share the machine with the gateway under test. One post at a time.
/// </summary>
internal sealed class CallbackConnection : IDisposable
{
    /// <summary>No answer within this time is no answer, as with Twilio.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(15);

    private const int HeadBytesMax = 16 * 1024;
    private const long BodyBytesMax = 1024 * 1024;
    private readonly byte[] _input = new byte[HeadBytesMax];
    private Socket? _socket;
    private IPEndPoint? _endPoint;
    private int _start;
    private int _end;

    /// <summary>Posts; returns the HTTP status, or 0 when there was no answer.</summary>
    public async Task<int> PostAsync(IPEndPoint endPoint, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(AnswerWithin);
        var isReused = _socket is not null && endPoint.Equals(_endPoint);
        try
        {
            if (isReused)
            {
                // The server may have closed an idle connection just now: then the post goes out again on a fresh one, at once.
                var status = await TryOnceAsync(endPoint, request, deadline.Token);
                if (status != 0) return status;
            }

            Close();
            return await TryOnceAsync(endPoint, request, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Close();
            return 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private async Task<int> TryOnceAsync(IPEndPoint endPoint, ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                _endPoint = endPoint;
                await _socket.ConnectAsync(endPoint, cancellationToken);
            }

            for (var sent = 0; sent < request.Length;)
                sent += await _socket.SendAsync(request[sent..], SocketFlags.None, cancellationToken);
            return await ReadAnswerAsync(cancellationToken);
        }
        catch (SocketException)
        {
            Close();
            return 0;
        }
    }

    private async Task<int> ReadAnswerAsync(CancellationToken cancellationToken)
    {
        _start = _end = 0;
        int headLength;
        while ((headLength = _input.AsSpan(0, _end).IndexOf("\r\n\r\n"u8)) < 0)
        {
            if (_end == _input.Length || !await FillAsync(cancellationToken))
            {
                Close();
                return 0;
            }
        }

        var head = Encoding.Latin1.GetString(_input, 0, headLength).Split("\r\n");
        _start = headLength + 4;
        if (head[0].Length < 12 || !head[0].StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || !int.TryParse(head[0].AsSpan(9, 3), out var status))
        {
            Close();
            return 0;
        }

        long length = status is 204 or 304 ? 0 : -1;
        var isChunked = false;
        var closes = false;
        foreach (var line in head.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            var name = line.AsSpan(0, colon);
            var value = line.AsSpan(colon + 1).Trim();
            if (length < 0 && name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase) && long.TryParse(value, out var stated)) length = stated;
            else if (name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)) isChunked = value.EndsWith("chunked", StringComparison.OrdinalIgnoreCase);
            else if (name.Equals("Connection", StringComparison.OrdinalIgnoreCase)) closes = value.Equals("close", StringComparison.OrdinalIgnoreCase);
        }

        var isWhole = isChunked ? await SkipChunksAsync(cancellationToken)
            : length is >= 0 and <= BodyBytesMax && await SkipAsync(length, cancellationToken);
        if (!isWhole || closes) Close();
        return status;
    }

    private async Task<bool> SkipChunksAsync(CancellationToken cancellationToken)
    {
        long total = 0;
        while (true)
        {
            int lineEnd;
            while ((lineEnd = _input.AsSpan(_start, _end - _start).IndexOf("\r\n"u8)) < 0)
                if (!await FillAsync(cancellationToken)) return false;
            var text = Encoding.Latin1.GetString(_input, _start, lineEnd).Split(';')[0].Trim();
            if (!int.TryParse(text, System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var size)
                || size < 0 || (total += size) > BodyBytesMax)
            {
                return false;
            }

            _start += lineEnd + 2;
            if (!await SkipAsync(size + 2L, cancellationToken)) return false;
            if (size == 0) return true;
        }
    }

    private async Task<bool> SkipAsync(long count, CancellationToken cancellationToken)
    {
        while (count > _end - _start)
        {
            count -= _end - _start;
            _start = _end = 0;
            if (!await FillAsync(cancellationToken)) return false;
        }

        _start += (int)count;
        return true;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_end == _input.Length)
        {
            if (_start == 0) return false;
            _input.AsSpan(_start, _end - _start).CopyTo(_input);
            (_start, _end) = (0, _end - _start);
        }

        var count = await _socket!.ReceiveAsync(_input.AsMemory(_end), SocketFlags.None, cancellationToken);
        _end += count;
        return count > 0;
    }

    private void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }
}
