namespace AlertGateway.Core.Dispatch;

/// <summary>Beside the error in the <c>Number</c> of a Receipt row. Persisted.</summary>
public static class ReceiptNumbers
{
    /// <summary>The person has confirmed 已联系到家里人.</summary>
    public const int Helped = 0x100;
}

/// <summary>The <c>Code</c> of a Started row. Persisted.</summary>
public static class StartedCodes
{
    public const byte Plain = 0;
    public const byte PossibleDuplicate = 1;
}

/// <summary>The <c>Code</c> of a CancelAudience row. Persisted.</summary>
public static class CancelAudienceCodes
{
    public const byte BesideItsOwn = 0;
    public const byte InsteadOfItsOwn = 1;

    /// <summary>Beside its own, told of a false alarm by the correction: horns and transmitters next door and of older messages of the chain.</summary>
    public const byte CorrectedToo = 2;
}
