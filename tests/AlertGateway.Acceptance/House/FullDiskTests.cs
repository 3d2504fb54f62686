using AlertGateway.Server.Composition;
using AlertGateway.Storage.Ledger;
using Microsoft.AspNetCore.Http;

namespace AlertGateway.Acceptance.House;

/// <summary>A provider whose receipt cannot be kept is asked to come again, and only then.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task What_the_ledger_has_no_room_for_is_answered_with_503_and_asked_for_again()
    {
        var context = new DefaultHttpContext();
        await FullDisk.AnswerAsync(context, static _ => throw new LedgerFullException("full"));
        Assert.Equal((503, "30"), (context.Response.StatusCode, context.Response.Headers.RetryAfter.ToString()));
    }

    [Fact]
    public async Task A_ledger_that_failed_is_no_full_disk()
    {
        var context = new DefaultHttpContext();
        await Assert.ThrowsAsync<LedgerException>(() => FullDisk.AnswerAsync(context, static _ => throw new LedgerException("fsync failed")));
        Assert.Equal(200, context.Response.StatusCode);
    }
}
