using AlertGateway.Cap;
using AlertGateway.Core.Ingest;
using AlertGateway.Core.Seismic;
using CsCheck;

namespace AlertGateway.Tests.Seismic;

public sealed class QuakeBookTests
{
    private static readonly DateTimeOffset Origin = new(2026, 7, 5, 6, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Origin.AddSeconds(6);
    private static readonly SubmissionSource Official = new("feed:bureau", true, 0);
    private static readonly SubmissionSource Other = new("feed:relay", false, 0);
    private static readonly QuakePlace[] Places = [new("320481100001", "东", 31.43, 119.60), new("320481100002", "中", 31.43, 119.48), new("320481100003", "西", 31.43, 119.36)];

    private static QuakeBook ABook(QuakeOptions? options = null) => new(Places, options ?? new QuakeOptions());

    private static QuakeReport AReport(SubmissionSource? source = null, long? number = 1, double? magnitude = 6.0, double lat = 31.45, double lon = 119.25, bool cancel = false, AlertStatus status = AlertStatus.Actual) => new()
    {
        Source = source ?? Official, EventId = "e1", Number = number, Origin = Origin, Lat = lat, Lon = lon, DepthKm = 12, Magnitude = magnitude, Status = status, Cancel = cancel,
    };

    [Fact]
    public void The_relation_gives_the_intensity_that_was_observed_at_liyang_in_1979()
    {
        // M 6.0 of 9 July 1979: epicentral intensity VIII.
        Assert.Equal(8, Math.Round(Attenuation.ModerateZoneLongAxis.IntensityAt(6.0, 0)));
        // Long and short axis meet at the epicentre, as an ellipse does.
        Assert.Equal(Attenuation.ModerateZoneLongAxis.IntensityAt(6.0, 0), Attenuation.ModerateZoneShortAxis.IntensityAt(6.0, 0), 0.01);
        Assert.Equal(5.8410 + 1.0710 * 5 - 3.6570 * Math.Log10(65), Attenuation.ModerateZoneLongAxis.IntensityAt(5, 50), 1e-9);
    }

    [Fact]
    public void Intensity_falls_with_distance_and_rises_with_magnitude() =>
        Gen.Select(Gen.Double[3, 8.5], Gen.Double[0, 500], Gen.Double[0.1, 100], Gen.Double[0.1, 2]).Sample((magnitude, distance, further, stronger) =>
        {
            var a = Attenuation.ModerateZoneLongAxis;
            Assert.InRange(a.IntensityAt(magnitude, distance + further), 1, a.IntensityAt(magnitude, distance));
            Assert.InRange(a.IntensityAt(magnitude + stronger, distance), a.IntensityAt(magnitude, distance), 12);
            if (distance < 170) Assert.True(a.IntensityAt(magnitude, distance) >= Attenuation.ModerateZoneShortAxis.IntensityAt(magnitude, distance) - 0.011);
        });

    [Fact]
    public void The_s_wave_needs_hypocentral_distance_over_three_and_a_half_kilometres_a_second()
    {
        Assert.Equal(111.2, SeismicWaves.EpicentralKm(31, 119, 32, 119), 0.1);
        Assert.Equal(50, SeismicWaves.HypocentralKm(40, 30), 1e-9);
        Assert.Equal(TimeSpan.FromSeconds(20), SeismicWaves.STravel(70));
        var d = ABook().Take(AReport(), Now);
        Assert.Equal(["西", "中", "东"], d.Shaking.Select(s => s.Place.Name)); // the epicentre lies west
        var west = d.Shaking[0];
        Assert.Equal(Origin + TimeSpan.FromSeconds(Math.Sqrt(west.EpicentralKm * west.EpicentralKm + 144) / 3.5), west.SArrival);
        Assert.True(west.Left(Now) < TimeSpan.Zero && d.Shaking[2].Left(Now) > TimeSpan.Zero); // near the epicentre no warning is in time
    }

    [Fact]
    public void Only_an_official_source_may_be_released_and_others_give_a_draft()
    {
        Assert.Equal((QuakeAct.Release, "official", WarningColour.Red), ABook().Take(AReport(), Now) is var d ? (d.Act, d.Reason, d.Colour) : default);
        Assert.Equal((QuakeAct.Draft, "not-official"), ABook().Take(AReport(Other), Now) is var o ? (o.Act, o.Reason) : default);
        Assert.Equal(QuakeAct.Draft, ABook().Take(AReport(new SubmissionSource("person:1", true, 1)), Now).Act);
    }

    [Fact]
    public void What_was_announced_before_a_restart_is_known_after_it_and_is_taken_back_by_its_cancel()
    {
        var first = ABook().Take(AReport(number: 2), Now);
        var alert = QuakeAlerts.Of(AReport(number: 2), first, "agw.feed.bureau", null, Now)!;
        var read = CapReader.Read(CapWriter.Write(alert)).Messages[0].Alert!;
        var report = QuakeAlerts.ReportOf(read, Official);
        Assert.Equal(AReport(number: 2), report);

        QuakeBook Restored()
        {
            var book = ABook();
            book.Restore(report!);
            return book;
        }

        Assert.Equal("not-newer", Restored().Take(AReport(number: 2), Now).Reason);
        Assert.Equal("nothing-new", Restored().Take(AReport(number: 3), Now).Reason);
        Assert.Equal((QuakeAct.Release, true), Restored().Take(AReport(number: 3, magnitude: 7.0), Now) is var again ? (again.Act, again.Again) : default);
        var cancel = Restored().Take(AReport(number: 4, cancel: true), Now);
        Assert.Equal(QuakeAct.Cancel, cancel.Act);

        var cancelAlert = QuakeAlerts.Of(AReport(number: 4, cancel: true), cancel, "agw.feed.bureau", alert.Key, Now)!;
        var after = Restored();
        after.Restore(QuakeAlerts.ReportOf(CapReader.Read(CapWriter.Write(cancelAlert)).Messages[0].Alert!, Official)!);
        Assert.Equal("not-newer", after.Take(AReport(number: 3, magnitude: 7.5), Now).Reason);
    }

    [Theory]
    [InlineData(AlertStatus.Exercise)]
    [InlineData(AlertStatus.Test)]
    [InlineData(AlertStatus.System)]
    public void What_is_not_actual_is_never_released(AlertStatus status)
    {
        var d = ABook().Take(AReport(status: status), Now);
        Assert.Equal((QuakeAct.Draft, status), (d.Act, d.Status));
    }

    [Fact]
    public void What_leaves_the_envelope_is_a_draft_with_its_doubts()
    {
        QuakeDecision Take(QuakeReport report) => ABook().Take(report, Now);
        Assert.Equal(["magnitude-implausible"], Take(AReport(magnitude: 9.4)).Doubts);
        Assert.Equal(["depth-implausible"], Take(AReport() with { DepthKm = 400 }).Doubts);
        Assert.Equal(["origin-ahead"], Take(AReport() with { Origin = Now.AddMinutes(1) }).Doubts);
        Assert.Equal(["report-doubtful"], Take(AReport() with { Doubtful = true }).Doubts);
        Assert.Equal(["magnitude-missing"], Take(AReport(magnitude: null)).Doubts);
        Assert.All(new[] { AReport(magnitude: 9.4), AReport() with { DepthKm = 400 }, AReport() with { Doubtful = true }, AReport(magnitude: null), AReport() with { Lat = double.NaN } }, r => Assert.Equal(QuakeAct.Draft, Take(r).Act));
        var book = ABook();
        book.Take(AReport(magnitude: 4.5), Now);
        Assert.Equal(["magnitude-jumps"], book.Take(AReport(number: 2, magnitude: 7.5), Now).Doubts);
    }

    [Fact]
    public void Old_news_far_ones_and_small_ones_are_nothing()
    {
        Assert.Equal("too-old", ABook().Take(AReport(), Origin.AddSeconds(601)).Reason);
        Assert.Equal("not-felt-here", ABook().Take(AReport(magnitude: 5, lat: 42, lon: 80), Now).Reason);
        Assert.Equal("too-small", ABook().Take(AReport(magnitude: 2.5), Now).Reason);
    }

    [Fact]
    public void A_report_number_only_grows_and_only_what_is_new_is_announced_again()
    {
        var book = ABook();
        Assert.Equal(QuakeAct.Release, book.Take(AReport(number: 3), Now).Act);
        Assert.Equal("not-newer", book.Take(AReport(number: 2, magnitude: 7), Now).Reason);
        Assert.Equal("not-newer", book.Take(AReport(number: 3), Now).Reason);
        Assert.Equal("nothing-new", book.Take(AReport(number: 4, magnitude: 6.1), Now).Reason);
        var again = book.Take(AReport(number: 5, magnitude: 6.4), Now);
        Assert.Equal((QuakeAct.Release, true), (again.Act, again.Again));
        Assert.True(book.Take(AReport(number: 6, magnitude: 6.4, lon: 119.6), Now).Again);
        var gone = book.Take(AReport(number: 7, magnitude: 5.2, lat: 30.2), Now);
        Assert.Equal((QuakeAct.Draft, "no-longer-felt-here"), (gone.Act, gone.Reason));
    }

    [Theory]
    [InlineData(6, 2.5)] // smaller than anything that is believed
    [InlineData(601, 2.5)]
    [InlineData(601, 4.2)]
    public void A_warning_that_stands_is_put_right_by_a_person_whatever_the_size_and_age_of_the_revision(int secondsAfterOrigin, double magnitude)
    {
        var book = ABook();
        book.Take(AReport(), Now);
        var far = AReport(number: 2, magnitude: magnitude) with { Lon = 122 };
        var asked = book.Take(far, Origin.AddSeconds(secondsAfterOrigin));
        Assert.Equal((QuakeAct.Draft, QuakeDecision.NoLongerFelt, true), (asked.Act, asked.Reason, asked.Asks));
        Assert.Equal(["西", "中", "东"], asked.Shaking.Select(s => s.Place.Name)); // those who were warned
        Assert.Equal(QuakeAct.None, book.Take(far with { Number = 3 }, Origin.AddSeconds(secondsAfterOrigin)).Act); // asked once
        Assert.Equal(3, book.Take(AReport(number: 4, cancel: true), Now).Shaking.Count);
    }

    [Fact]
    public void A_warning_that_stands_is_raised_by_a_person_once_the_report_is_old()
    {
        var book = ABook();
        book.Take(AReport(), Now);
        Assert.Equal("nothing-new", book.Take(AReport(number: 2, magnitude: 6.1), Origin.AddSeconds(601)).Reason);
        var raised = book.Take(AReport(number: 3, magnitude: 6.4), Origin.AddSeconds(601));
        Assert.Equal((QuakeAct.Draft, "too-old", false), (raised.Act, raised.Reason, raised.Asks));
    }

    [Fact]
    public void An_incomplete_report_is_asked_about_once_unless_nothing_of_it_could_be_felt_here()
    {
        var book = ABook();
        var asked = book.Take(AReport(magnitude: null), Now);
        Assert.Equal((QuakeAct.Draft, QuakeDecision.Incomplete, true, 0), (asked.Act, asked.Reason, asked.Asks, asked.Shaking.Count));
        Assert.Equal(QuakeAct.None, book.Take(AReport(number: 2, magnitude: null), Now).Act);
        Assert.Equal((QuakeAct.Release, false), book.Take(AReport(number: 3), Now) is var d ? (d.Act, d.Again) : default);
        var later = book.Take(AReport(number: 4) with { Origin = null }, Now);
        Assert.Equal((QuakeAct.Draft, 3), (later.Act, later.Shaking.Count));
        Assert.Equal(QuakeAct.None, ABook().Take(AReport(magnitude: null, lat: 52, lon: 5), Now).Act);
        var taken = ABook();
        taken.Take(AReport(magnitude: null), Now);
        Assert.Equal((QuakeAct.Cancel, 0), taken.Take(AReport(number: 2, cancel: true), Now) is var c ? (c.Act, c.Shaking.Count) : default); // the draft at the desk is overtaken
    }

    [Fact]
    public void A_cancel_takes_back_what_its_own_source_announced_and_leaves_a_tombstone()
    {
        var book = ABook();
        book.Take(AReport(), Now);
        Assert.Equal("cancelled-unannounced", book.Take(AReport(Other, number: 9, cancel: true), Now).Reason); // another source's word takes nothing back
        var cancel = book.Take(AReport(number: 2, cancel: true), Now);
        Assert.Equal((QuakeAct.Cancel, 3), (cancel.Act, cancel.Shaking.Count));
        Assert.Equal("not-newer", book.Take(AReport(number: 1), Now).Reason);
        Assert.Equal(QuakeAct.None, book.Take(AReport(number: 3, cancel: true), Now).Act);
        var early = ABook();
        early.Take(AReport(number: 2, cancel: true), Now);
        Assert.Equal("not-newer", early.Take(AReport(number: 1), Now).Reason);
    }

    [Fact]
    public void A_cancel_with_the_number_of_the_report_it_takes_back_counts()
    {
        var book = ABook();
        book.Take(AReport(number: 4), Now);
        Assert.Equal(QuakeAct.Cancel, book.Take(AReport(number: 4, cancel: true), Now).Act);
    }

    [Fact]
    public void Two_sources_that_mean_the_same_earthquake_corroborate_each_other()
    {
        var book = ABook();
        book.Take(AReport(Other, magnitude: 5.8, lat: 31.5) with { EventId = "x" }, Now);
        Assert.Equal(["feed:relay"], book.Take(AReport(), Now).CorroboratedBy);
        Assert.Empty(book.Take(AReport(lat: 33) with { EventId = "e2" }, Now).CorroboratedBy);
    }

    [Fact]
    public void Any_order_and_repetition_of_reports_and_a_cancel_ends_cancelled() =>
        Gen.Shuffle(new[] { 0, 1, 2, 3, 0, 2, 3 }).Sample(order =>
        {
            var book = ABook();
            QuakeReport[] reports = [AReport(number: 1), AReport(number: 2, magnitude: 6.5), AReport(number: 3, magnitude: 6.9), AReport(number: 4, cancel: true)];
            var acts = order.Select(i => book.Take(reports[i], Now).Act).ToList();
            var cancelled = Array.IndexOf(order, 3);
            Assert.All(acts.Skip(cancelled + 1), a => Assert.Equal(QuakeAct.None, a));
            Assert.Equal(cancelled > 0 ? QuakeAct.Cancel : QuakeAct.None, acts[cancelled]);
        });

    [Fact]
    public void The_message_is_sound_cap_in_two_languages_that_names_each_village()
    {
        var book = ABook();
        var report = AReport();
        var first = QuakeAlerts.Of(report, book.Take(report, Now), "gateway@liyang", null, Now)!;
        var read = CapReader.Read(CapWriter.Write(first), new CapReaderOptions { ReceivedAt = Now }).Messages[0];
        Assert.Equal((Disposition.Accept, true), (read.Disposition, read.XsdValid));
        Assert.Equal((MsgType.Alert, WarningColour.Red, 3), (read.Alert!.MsgType, CmaProfile.ColourOf(read.Alert.Infos[0]), read.Alert.Infos[0].Areas.Count));
        var cancel = AReport(number: 2, cancel: true);
        var last = QuakeAlerts.Of(cancel, book.Take(cancel, Now.AddSeconds(5)), "gateway@liyang", first.Key, Now.AddSeconds(5))!;
        Assert.Equal((MsgType.Cancel, first.Identifier), (last.MsgType, last.References[0].Identifier));
        Assert.Equal(Disposition.Accept, CapReader.Read(CapWriter.Write(last), new CapReaderOptions { ReceivedAt = Now.AddSeconds(5) }).Messages[0].Disposition);
        var weak = AReport(magnitude: 2);
        Assert.Null(QuakeAlerts.Of(weak, ABook().Take(weak, Now), "g", null, Now));
    }
}
