namespace AlertGateway.Server.Web;

public enum HealthGrade
{
    Good = 0,

    /// <summary>Works, with something missing that a person should know.</summary>
    Degraded = 1,
    Bad = 2,
}

/// <summary>One thing that can be well or unwell.</summary>
public sealed record HealthLine(string Name, string NameEnglish, HealthGrade Grade, string Sentence, string SentenceEnglish);

/// <summary>Says how the gateway's parts are. Cheap: asked at every look at the health page.</summary>
public interface IHealthSource
{
    IReadOnlyList<HealthLine> Read();
}
