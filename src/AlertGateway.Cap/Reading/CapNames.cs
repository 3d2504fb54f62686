namespace AlertGateway.Cap;

/// <summary>Namespaces and the version that each stands for.</summary>
internal static class CapNames
{
    public const string V10 = "http://www.incident.com/cap/1.0";
    public const string V11 = "urn:oasis:names:tc:emergency:cap:1.1";
    public const string V12 = "urn:oasis:names:tc:emergency:cap:1.2";
    public const string Atom = "http://www.w3.org/2005/Atom";
    public const string Signature = "http://www.w3.org/2000/09/xmldsig#";

    public static CapVersion VersionOf(string ns) => ns switch
    {
        V12 => CapVersion.V12,
        V11 => CapVersion.V11,
        V10 => CapVersion.V10,
        _ => CapVersion.Unknown,
    };

    /// <summary>True for namespaces in which an <c>alert</c> element is taken for CAP: CAP's own, none, and Atom's where the author forgot one.</summary>
    public static bool MayHoldAlert(string ns) => VersionOf(ns) != CapVersion.Unknown || ns.Length == 0 || ns == Atom;

    public static CapRoot RootOf(string localName) => localName switch
    {
        "alert" => CapRoot.Alert,
        "alerts" => CapRoot.Alerts,
        "feed" => CapRoot.Feed,
        "rss" or "RDF" => CapRoot.Rss,
        "EDXLDistribution" => CapRoot.Edxl,
        _ => CapRoot.Other,
    };
}
