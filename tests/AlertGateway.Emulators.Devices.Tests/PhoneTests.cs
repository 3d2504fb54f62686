using AlertGateway.Emulators.Resident;

namespace AlertGateway.Emulators.Devices.Tests;

public sealed class PhoneTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 5, 4, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_new_alert_sounds_and_owes_delivered_then_presented()
    {
        var phone = new Phone();
        Assert.Equal(new AlertVerdict(true, false, true), phone.Take(AMessage("d7-1-2-0-1", 5), Now));
        Assert.Equal(5, phone.Cursor);
        Assert.Equal(["delivered", "presented"], Owed(phone));
    }

    [Fact]
    public void The_next_attempt_of_the_same_alert_is_a_repeat_that_is_delivered_but_does_not_sound()
    {
        var phone = new Phone();
        phone.Take(AMessage("d7-1-2-0-1", 5), Now);
        Owed(phone);
        Assert.Equal(new AlertVerdict(true, true, false), phone.Take(AMessage("d7-1-2-0-2", 6), Now));
        Assert.Equal(["delivered"], Owed(phone));
    }

    [Fact]
    public void The_cancel_of_an_alert_sounds_although_the_alert_has() =>
        Assert.True(Sounding("d7-1-2-0-1").Take(AMessage("d7-1-2-1-1", 6) with { Purpose = "cancel" }, Now).Sounds);

    [Fact]
    public void An_expired_alert_is_stored_but_not_sounded()
    {
        var phone = new Phone();
        Assert.False(phone.Take(AMessage("d7-1-2-0-1", 5) with { Expires = "2026-07-05T11:59:00+08:00" }, Now).Sounds);
        Assert.Equal(["delivered"], Owed(phone));
    }

    [Fact]
    public void What_has_not_the_form_of_a_message_moves_nothing()
    {
        var phone = new Phone();
        Assert.False(phone.Take(AMessage("d7-1-2-0-1", 5) with { Purpose = "advert" }, Now).IsTaken);
        Assert.Equal((0, 0), (phone.Cursor, phone.Owed));
    }

    private static Phone Sounding(string tag)
    {
        var phone = new Phone();
        phone.Take(AMessage(tag, 5), Now);
        return phone;
    }

    private static PushMessage AMessage(string tag, long serial) => new() { Tag = tag, Serial = serial, Purpose = "original", Sha256 = new string('0', 64) };

    private static List<string> Owed(Phone phone)
    {
        var levels = new List<string>();
        while (phone.TryPeekOwed(out var ack))
        {
            levels.Add(ack.Level);
            phone.Settle(ack);
        }

        return levels;
    }
}
