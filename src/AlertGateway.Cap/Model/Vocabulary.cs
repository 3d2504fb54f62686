namespace AlertGateway.Cap;

/// <summary>Which CAP a message was written in, taken from the namespace of its <c>alert</c> element.</summary>
public enum CapVersion
{
    /// <summary>No namespace, or one that no CAP version uses.</summary>
    Unknown = 0,

    /// <summary><c>http://www.incident.com/cap/1.0</c>.</summary>
    V10 = 10,

    /// <summary><c>urn:oasis:names:tc:emergency:cap:1.1</c>.</summary>
    V11 = 11,

    /// <summary><c>urn:oasis:names:tc:emergency:cap:1.2</c>.</summary>
    V12 = 12,
}

/// <summary>CAP 1.2 §3.2.1 <c>status</c>. <see cref="Unknown"/>: missing or not one of the five words.</summary>
public enum AlertStatus { Unknown = 0, Actual, Exercise, System, Test, Draft }

/// <summary>CAP 1.2 §3.2.1 <c>msgType</c>. <see cref="Unknown"/>: missing or not one of the five words.</summary>
public enum MsgType { Unknown = 0, Alert, Update, Cancel, Ack, Error }

/// <summary>CAP 1.2 §3.2.1 <c>scope</c>. <see cref="Unknown"/>: missing or not one of the three words.</summary>
public enum AlertScope { Unknown = 0, Public, Restricted, Private }

/// <summary>CAP 1.2 §3.2.2 <c>category</c>, spelt as there.</summary>
public enum Category { Unknown = 0, Geo, Met, Safety, Security, Rescue, Fire, Health, Env, Transport, Infra, CBRNE, Other }

/// <summary>CAP 1.2 §3.2.2 <c>responseType</c>. <see cref="None"/> is the standard's own word: no action recommended.</summary>
public enum ResponseType { Unknown = 0, Shelter, Evacuate, Prepare, Execute, Avoid, Monitor, Assess, AllClear, None }

/// <summary>CAP 1.2 §3.2.2 <c>urgency</c>; a larger number is more urgent. <see cref="Unknown"/> is also what a missing or unreadable value becomes.</summary>
public enum Urgency { Unknown = 0, Past, Future, Expected, Immediate }

/// <summary>CAP 1.2 §3.2.2 <c>severity</c>; a larger number is worse. <see cref="Unknown"/> is also what a missing or unreadable value becomes.</summary>
public enum Severity { Unknown = 0, Minor, Moderate, Severe, Extreme }

/// <summary>CAP 1.2 §3.2.2 <c>certainty</c>; a larger number is surer. CAP 1.0's "Very Likely" is read as <see cref="Likely"/>.</summary>
public enum Certainty { Unknown = 0, Unlikely, Possible, Likely, Observed }
