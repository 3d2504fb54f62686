using System.Runtime.InteropServices;
using System.Text.Json;
using AlertGateway.Cap;
using AlertGateway.Core;
using AlertGateway.Core.Audit;
using AlertGateway.Core.Dispatch;
using AlertGateway.Core.Rendering;
using AlertGateway.Storage.Ledger;

namespace AlertGateway.Simulation;

/// <summary>Under whose authority (I7), and for which world (I8), each send goes out.</summary>
internal sealed partial class Oracle
{
    private readonly Dictionary<object, Worded> _worded = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, HashSet<string>> _signedRenditions = [];
    private AuthorityTrail _trail = new();
    private int _walked;
    private long _sends;

    /// <summary>What leaves, by what was signed: its bytes, its purpose, and the world of the endpoint.</summary>
    private void OnTheWire(DeliveryTag tag, Rendition rendition)
    {
        var key = tag.Key;
        if (!_messageOf.TryGetValue(key.DisseminationNo, out var message)) return; // Said when it was opened.
        if (!_worded.TryGetValue(rendition, out var worded)) _worded[rendition] = worded = Worded.Of(rendition);
        bool exercise = message.Status != AlertStatus.Actual;
        if (exercise && !run.Town.IsExercise(key.EndpointNo)) Fail($"I8: {tag} is an {message.Status}, and endpoint {key.EndpointNo} is live", key.EndpointNo);
        if (!exercise && run.Town.IsExercise(key.EndpointNo)) Fail($"I8: {tag} is real, and endpoint {key.EndpointNo} is of the exercise world", key.EndpointNo);
        if (exercise && !worded.IsMarked) Fail($"I8: {tag} is an {message.Status} and does not say so first and last", key.EndpointNo);
        if (!SignedRenditions(key.DisseminationNo, message).Contains(worded.Sha256)) Fail($"I7: {tag} carries what nobody signed", key.EndpointNo);
        if (rendition.Channel != key.Channel || (key.Purpose == Purpose.Original ? worded.Word is not nameof(Purpose.Original) : worded.Word is not (nameof(Purpose.Cancel) or nameof(Purpose.Correction)))) Fail($"{tag} carries the words of another purpose", key.EndpointNo);
    }

    /// <summary>By the rows alone: each send has its clearance, by an author, an approver who is another, a rule, and the hashes of what is stored.</summary>
    /// <param name="fromTheFirst">From the first row on; otherwise from the row where the last look ended.</param>
    public void JudgeAuthority(bool fromTheFirst)
    {
        var rows = CollectionsMarshal.AsSpan(run.Disk.Rows);
        if (fromTheFirst || _walked > rows.Length) (_trail, _walked, _sends) = (new AuthorityTrail(), 0, 0);
        for (; _walked < rows.Length; _walked++)
        {
            ref readonly var row = ref rows[_walked];
            _trail.Fold(_walked + 1, in row);
            if (row.Kind == LedgerEventKind.Started) _sends++;
        }
        if (_trail.Findings.Count > 0) Fail($"I7: {_trail.Findings[0].Sentence}");
        var authorities = _trail.Authorities;
        foreach (var authority in authorities)
        {
            if (authority.Author is null) Fail($"I7: nobody knows who handed in what dissemination {authority.DisseminationNo} sends");
            if (authority.Signatures is not [var first, var second] || first.PersonId == second.PersonId) Fail($"I7: dissemination {authority.DisseminationNo} was not signed by two persons");
        }
        if (authorities.Sum(a => a.Sends) != _sends) Fail($"I7: {_sends} sends, {authorities.Sum(a => a.Sends)} of them under an authority");
    }

    /// <summary>Made again from the message, apart from what the desk, the rows and the room say.</summary>
    private HashSet<string> SignedRenditions(int no, Message message)
    {
        if (_signedRenditions.TryGetValue(no, out var signed)) return signed;
        _signedRenditions[no] = signed = [];
        foreach (var kind in run.Town.Kinds)
        {
            foreach (var purpose in (Purpose[])[Purpose.Original, Purpose.Cancel, Purpose.Correction])
            {
                signed.Add(RenditionHash.Of(new Rendition { Channel = kind, Purpose = purpose, Language = "zh", Status = message.Status.ToString(), Text = Message.Words(kind, purpose, message.Status, marked: run.Sabotage != Sabotage.ForgetsMarks), Segments = 1, Colour = message.Colour, Sha256 = "" }));
            }
        }
        return signed;
    }

    /// <summary>What a rendition on the wire is.</summary>
    private sealed record Worded(string Sha256, string Word, bool IsMarked)
    {
        private const string Mark = "【演练】";

        public static Worded Of(Rendition rendition)
        {
            string[] shown = [rendition.Text];
            if (rendition.Text.StartsWith('{'))
            {
                using var json = JsonDocument.Parse(rendition.Text);
                shown = [.. json.RootElement.EnumerateObject().Select(p => p.Value.GetString()!)];
            }
            return new Worded(RenditionHash.Of(rendition), shown[0].Replace(Mark, "", StringComparison.Ordinal), Array.TrueForAll(shown, s => s.StartsWith(Mark, StringComparison.Ordinal) && s.EndsWith(Mark, StringComparison.Ordinal)));
        }
    }
}
