using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace AlertGateway.Server.Web.Components;

/// <summary>A town's name on the drawing: an SVG <c>text</c> element, which Razor syntax keeps for itself.</summary>
public sealed class CellName : ComponentBase
{
    [Parameter, EditorRequired] public double X { get; set; }

    [Parameter, EditorRequired] public double Y { get; set; }

    [Parameter, EditorRequired] public string Name { get; set; } = "";

    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        builder.OpenElement(0, "text");
        builder.AddAttribute(1, "x", MapFrame.Number(X));
        builder.AddAttribute(2, "y", MapFrame.Number(Y));
        builder.AddAttribute(3, "class", "cell-name");
        builder.AddContent(4, Name);
        builder.CloseElement();
    }
}
