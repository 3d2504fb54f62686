namespace AlertGateway.Channels.Speech;

/// <summary>
/// An exercise could not be marked by voice: no engine and no clip says 演练. An unmarked exercise would be taken for a real warning, so there is no programme.
/// A real warning never ends here: it goes out with clips or tones.
/// </summary>
public sealed class SpeechUnavailableException : InvalidOperationException
{
    public SpeechUnavailableException() { }

    public SpeechUnavailableException(string message) : base(message) { }

    public SpeechUnavailableException(string message, Exception innerException) : base(message, innerException) { }
}
