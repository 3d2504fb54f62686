using AlertGateway.Server.Security;
using AlertGateway.Server.Web.Components;
using AlertGateway.Storage.Ledger;
using Microsoft.AspNetCore.Antiforgery;

namespace AlertGateway.Server.Web;

/// <summary>In front of every form: it came from our page, it is small, and a ledger that cannot promise is said in words.</summary>
internal static class FormGuard
{
    /// <summary>A CAP document is the largest thing a form carries; some room for the form around it.</summary>
    private const long FormBytesMax = Api.Problems.BodyBytesMax + 64 * 1024;

    public static async ValueTask<object?> CheckAsync(EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        var context = invocation.HttpContext;
        if (context.Request.ContentLength is null or > FormBytesMax)
        {
            Api.Problems.BodyTooLarge.RecordIn(context.RequestServices.GetRequiredService<Core.Dispatch.IRefusalLog>());
            return Answer(context, 413, "文件超过 5.5 MiB，未受理。The document is over 5.5 MiB; nothing was taken.");
        }

        try
        {
            if (!await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context))
                return Answer(context, 400, "表单已过期，什么也没有改变。请返回、刷新后重试。The form is out of date and nothing was changed; go back, reload, try again.");
            return await next(invocation);
        }
        catch (InvalidDataException)
        {
            return Answer(context, 400, "表单无法读取，什么也没有改变。The form cannot be read; nothing was changed.");
        }
        catch (LedgerException)
        {
            return Answer(context, 503, "网关暂时不能保证落盘，什么也没有改变。The gateway cannot make this durable now; nothing was changed.");
        }
    }

    private static IResult Answer(HttpContext context, int status, string message) =>
        Page.Of<MessagePage>(new { Title = "未受理 Refused", Message = message, Back = "/", Person = context.User.TryPerson() }, status);
}
