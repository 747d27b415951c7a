namespace MiniRun.Web.Tests.Hosting;

/// <summary>A wall clock that tests move.</summary>
sealed class MovedTime : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
}
