using System.Runtime.CompilerServices;
using AlertGateway.Channels.Speech;

namespace AlertGateway.Tests.Speech;

/// <summary>The shipped configuration and examples, found from the place of this source file.</summary>
internal static class SpeechConfig
{
    public static string Folder(string name) => Path.Combine(Root(), "config", name);

    public static string Examples => Path.Combine(Root(), "tests", "AlertGateway.Tests", "Speech", "normaliser-examples.tsv");

    public static string WholeWarnings => Path.Combine(Root(), "tests", "AlertGateway.Tests", "Speech", "whole-warnings.txt");

    public static string GoldenProgrammes => Path.Combine(Root(), "tests", "AlertGateway.Tests", "Speech", "golden-programmes.tsv");

    public static LexiconSource Lexicon { get; } = new(Folder("lexicon"));

    public static ToneProfiles Profiles { get; } = ToneProfiles.Load(Folder("tones"));

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
