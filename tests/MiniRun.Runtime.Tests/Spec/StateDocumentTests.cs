using System.Text;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Tests.Spec;

public sealed class StateDocumentTests
{
    [Fact]
    public void The_state_is_that_of_the_specification() => Assert.Equal(
        """{"ociVersion":"1.3.0","id":"c","status":"running","pid":7,"bundle":"/b","annotations":{"a":"\"b\""}}""",
        Encoding.UTF8.GetString(StateDocument.Write("1.3.0", "c", "running", 7, "/b", new Dictionary<string, string> { ["a"] = "\"b\"" })));

    [Fact]
    public void Without_a_process_or_annotations_it_has_none() => Assert.Equal(
        """{"ociVersion":"1.3.0","id":"c","status":"stopped","bundle":"/b"}""",
        Encoding.UTF8.GetString(StateDocument.Write("1.3.0", "c", "stopped", 0, "/b", new Dictionary<string, string>())));
}
