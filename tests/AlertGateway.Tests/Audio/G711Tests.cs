using AlertGateway.Audio;

namespace AlertGateway.Tests.Audio;

public sealed class G711Tests
{
    // Decoder output values of ITU-T G.711 tables 1a and 2a, scaled to 16 bits: first and last step of both signs.
    [Theory]
    [InlineData(0xFF, 0)]
    [InlineData(0x7F, 0)]
    [InlineData(0x80, 32124)]
    [InlineData(0x00, -32124)]
    public void Mu_law_ends_stand_where_the_table_puts_them(int code, int value) => Assert.Equal(value, G711.DecodeMuLaw((byte)code));

    [Theory]
    [InlineData(0xD5, 8)]
    [InlineData(0x55, -8)]
    [InlineData(0xAA, 32256)]
    [InlineData(0x2A, -32256)]
    public void A_law_ends_stand_where_the_table_puts_them(int code, int value) => Assert.Equal(value, G711.DecodeALaw((byte)code));

    [Fact]
    public void Every_code_survives_decoding_and_encoding()
    {
        for (var code = 0; code < 256; code++)
        {
            Assert.Equal(code, G711.EncodeALaw(G711.DecodeALaw((byte)code)));
            // µ-law has two zeros; both encode to the positive one.
            Assert.Equal(code == 0x7F ? 0xFF : code, G711.EncodeMuLaw(G711.DecodeMuLaw((byte)code)));
        }
    }

    [Theory]
    [InlineData("mu-law", "ul")]
    [InlineData("a-law", "al")]
    public async Task Sox_decodes_our_codes_to_the_same_samples(string law, string type)
    {
        ForeignTool.Require("sox");
        using var folder = new WorkFolder();
        var tone = Sounds.Mix(Sounds.ATone(700, 400, 8000, -6), Sounds.Noise(1, 3200, 8000, -40));
        var codes = new byte[tone.Length];
        if (type == "ul") G711.EncodeMuLaw(tone.Samples, codes);
        else G711.EncodeALaw(tone.Samples, codes);
        await File.WriteAllBytesAsync(folder["x." + type], codes, TestContext.Current.CancellationToken);
        await ForeignTool.RunAsync("sox", $"-t {type} -r 8000 -c 1 {folder["x." + type]} -e signed -b 16 {folder["x.wav"]}");
        var ours = new short[codes.Length];
        if (type == "ul") G711.DecodeMuLaw(codes, ours);
        else G711.DecodeALaw(codes, ours);
        Assert.Equal(ours, folder.Read("x.wav").Samples.ToArray());
        Assert.NotEmpty(law);
    }

    [Fact]
    public void Quantisation_noise_stays_35_dB_below_a_loud_tone()
    {
        var tone = Sounds.ATone(1004, 1000, 8000, -10);
        double signal = 0, noise = 0;
        foreach (var sample in tone.Samples)
        {
            var error = sample - G711.DecodeMuLaw(G711.EncodeMuLaw(sample));
            signal += (double)sample * sample;
            noise += (double)error * error;
        }
        Assert.True(10 * Math.Log10(signal / noise) > 35);
    }
}
