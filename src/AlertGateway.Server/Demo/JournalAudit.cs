using System.Text;
using AlertGateway.Core;
using AlertGateway.Core.Dispatch;
using AlertGateway.Storage.Ledger;
using AlertGateway.Storage.Registry;

namespace AlertGateway.Server.Demo;

/// <summary>What the emulators' journals, joined to the registry, say really happened.</summary>
/// <param name="Lost">Deliveries that the board calls taken but no far side ever had, deliveries of the audience without any final state, and <paramref name="Unplanned"/>.</param>
/// <param name="Duplicates">Deliveries that a far side took more than once.</param>
/// <param name="UnlabelledDuplicates">Those of them whose repeat carried no possible-duplicate label.</param>
/// <param name="Stray">Deliveries that a far side took though no dissemination of the ledger planned them.</param>
/// <param name="WrongAddress">Messages that arrived at a number that is not the endpoint's in the registry.</param>
/// <param name="Unplanned">Endpoints of the registry that a citywide warning should have had and that no plan holds.</param>
/// <param name="TakenYetFailed">Deliveries that a far side took and the gateway calls failed without knowing that.</param>
/// <param name="TakenYetSuppressed">Deliveries that a far side took and the gateway calls suppressed.</param>
/// <param name="Labels">Labelled starts by kill.</param>
internal sealed record AuditResult(int Taken, int Lost, int Duplicates, int UnlabelledDuplicates, int WrongAddress, int HadMistake, int ToldOfMistake, int ToldWithoutHaving, int HavingNotTold, int Stray, double SendsPerSecond, int Unplanned, int TakenYetFailed, int TakenYetSuppressed, KillLabels Labels);

/// <summary>The judge of a run: who had what is from the provider's and the devices' journals, who should have had a citywide warning from the registry; the ledger only says what was labelled and what was promised.</summary>
internal static class JournalAudit
{
    /// <param name="broken">Endpoints that were told to fail: nobody is lost there whom the gateway goes on asking.</param>
    /// <param name="citywide">Warnings of the whole city, in their order; null where the audience is some other.</param>
    public static AuditResult Run(string folder, string dataFolder, RegistrySnapshot registry, AddressReader addresses, IReadOnlySet<int> cancelled, IReadOnlySet<int>? broken = null, IEnumerable<int>? citywide = null)
    {
        var reader = new LedgerCopy(Path.Combine(dataFolder, "ledger.db"));
        var room = new DisseminationRoom(reader, registry, TimeProvider.System, _ => new ChannelTimes(TimeSpan.MaxValue, TimeSpan.MaxValue));
        long firstStart = long.MaxValue, lastResult = 0, handOffs = 0;
        var labels = new KillLabels();
        reader.Read(1, (first, rows) =>
        {
            room.OnCommitted(first, rows);
            foreach (ref readonly var row in rows)
            {
                labels.Take(row);
                if (row.DisseminationNo != 1) continue;
                if (row.Kind == LedgerEventKind.Started) firstStart = Math.Min(firstStart, row.AtTicks);
                if (row.Kind != LedgerEventKind.Result || row.Code != (byte)ResultCode.Accepted) continue;
                lastResult = Math.Max(lastResult, row.AtTicks);
                handOffs++;
            }
        });

        var taken = new Dictionary<DeliveryKey, int>();
        int wrong = ReadSms(folder, addresses, registry, taken);
        ReadDevices(folder, taken);
        int lost = 0, duplicates = 0, unlabelled = 0, had = 0, told = 0, toldWithout = 0, notTold = 0, planned = 0, yetFailed = 0, yetSuppressed = 0;
        var plan = new HashSet<DeliveryKey>();
        for (int no = 1; no <= room.Disseminations.Count; no++)
        {
            foreach (var line in room.Deliveries(no))
            {
                int times = taken.GetValueOrDefault(line.Key);
                if (citywide is not null) plan.Add(line.Key);
                if (times > 0) planned++;
                bool promised = line.Outcome is Outcome.Accepted or Outcome.Delivered or Outcome.HandedOff;
                // A push that a dying connection took is given again when the device comes back, unless it was taken back meanwhile: then nobody lacks anything.
                bool takenBack = line.Key.Channel == ChannelKind.Push && line.Outcome != Outcome.Delivered && cancelled.Contains(no);
                if (broken?.Contains(line.Key.EndpointNo) == true) continue;
                if ((promised && times == 0 && !takenBack) || line.Outcome is Outcome.Planned or Outcome.InFlight or Outcome.Retrying or Outcome.Unknown) lost++;
                if (times > 0 && line is { Outcome: Outcome.Failed, Evidence: < Evidence.Accepted }) yetFailed++;
                if (times > 0 && line.Outcome == Outcome.Suppressed) yetSuppressed++;
                if (times > 1)
                {
                    duplicates++;
                    if (!line.Labelled) unlabelled++;
                }
                if (!cancelled.Contains(no) || line.Key.Purpose != Purpose.Original || line.Key.Channel != ChannelKind.Sms) continue;
                bool hasIt = times > 0, wasTold = taken.ContainsKey(line.Key with { Purpose = Purpose.Cancel });
                if (hasIt) had++;
                if (wasTold) told++;
                if (wasTold && !hasIt) toldWithout++;
                if (hasIt && !wasTold) notTold++;
            }
        }
        int unplanned = citywide is null ? 0 : CitywideAudience.Unplanned(registry, citywide, plan);
        double seconds = Math.Max(0.001, TimeSpan.FromTicks(Math.Max(0, lastResult - firstStart)).TotalSeconds);
        return new AuditResult(taken.Values.Sum(), lost + unplanned, duplicates, unlabelled, wrong, had, told, toldWithout, notTold, taken.Count - planned, handOffs / seconds, unplanned, yetFailed, yetSuppressed, labels);
    }

    /// <summary>Rows that the ledger of this data folder has.</summary>
    internal static long LedgerRows(string dataFolder) => SqliteLedger.LastSequenceOf(Path.Combine(dataFolder, "ledger.db"));

    /// <summary>Lines of the journal of this name and, for a second provider, of those that begin with its name.</summary>
    internal static IEnumerable<string> LinesOf(string folder, string name) => Directory.EnumerateFiles(folder, name + "*.journal").Order(StringComparer.Ordinal).SelectMany(Lines);

    private static int ReadSms(string folder, AddressReader addresses, RegistrySnapshot registry, Dictionary<DeliveryKey, int> taken)
    {
        int wrong = 0;
        var address = new ReadOnlyMemory<byte>[1];
        foreach (string line in LinesOf(folder, "sms"))
        {
            string[] columns = line.Split('\t');
            if (columns.Length < 6 || columns[1] != "accept" || !DeliveryTag.TryParse(columns[5], out var tag)) continue;
            taken[tag.Key] = taken.GetValueOrDefault(tag.Key) + 1;
            bool known = tag.Key.EndpointNo <= registry.Endpoints && registry.EndpointChannel[tag.Key.EndpointNo] == (byte)ChannelKind.Sms;
            if (known) addresses.Read([tag.Key.EndpointNo], address);
            if (!known || Encoding.UTF8.GetString(address[0].Span) != columns[2]) wrong++;
        }
        return wrong;
    }

    private static void ReadDevices(string folder, Dictionary<DeliveryKey, int> taken)
    {
        foreach (string line in LinesOf(folder, "resident"))
        {
            string[] columns = line.Split('\t');
            if (columns.Length >= 7 && columns[1] == "alert" && columns[6] == "0" && DeliveryTag.TryParse(columns[3], out var tag)) taken[tag.Key] = taken.GetValueOrDefault(tag.Key) + 1;
        }
        // A loudspeaker or encoder took an order when it accepted it; a repeat of the same order is refused or folded by the device itself.
        foreach (string file in Directory.EnumerateFiles(folder, "encoder-*.journal").Concat(Directory.EnumerateFiles(folder, "loudspeaker*.journal")).Select(f => Path.GetFileName(f)))
        {
            var starts = new HashSet<(DeliveryKey, string)>();
            foreach (string line in Lines(Path.Combine(folder, file)))
            {
                string[] columns = line.Split('\t');
                string? text = columns.Length >= 6 && columns[1] == "order" && columns[3] is "arm" or "stop" && columns[5] is "armed" or "accepted" or "ok" or "stopped" ? columns[4]
                    : columns.Length >= 5 && columns[1] == "order" && file[0] == 'e' && columns[4] is "accepted" or "ok" or "taken" ? columns[2] : null;
                if (text is not null && DeliveryTag.TryParse(text, out var tag)) taken.TryAdd(tag.Key, 1);
                if (columns.Length >= 5 && columns[1] == "start" && file[0] == 'l' && DeliveryTag.TryParse(columns[3], out var played))
                {
                    // The same play of the same delivery heard twice would be a duplicate.
                    if (!starts.Add((played.Key, columns[4]))) taken[played.Key] = taken.GetValueOrDefault(played.Key) + 1;
                    else taken.TryAdd(played.Key, 1);
                }
            }
        }
    }

    internal static IEnumerable<string> Lines(string file)
    {
        if (!File.Exists(file)) yield break;
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        while (reader.ReadLine() is { } line) yield return line;
    }

    /// <summary>A ledger that is only read.</summary>
    private sealed class LedgerCopy(string path) : ILedger
    {
        public long LastSequence => 0;

        public ValueTask<long> AppendAsync(ReadOnlyMemory<LedgerEvent> events, CancellationToken cancellationToken = default) => throw new NotSupportedException("A report changes nothing.");

        public void Read(long fromSequence, Action<long, ReadOnlySpan<LedgerEvent>> onBatch) => SqliteLedger.ReadFile(path, onBatch);

        public void Observe(ICommitObserver observer) => throw new NotSupportedException("A report observes nothing.");
    }
}
