using System.Globalization;
using System.Text;
using MiniRun.Runtime.Sandbox;
using MiniRun.Runtime.Sandbox.Timeline;
using MiniRun.Runtime.Spec;

namespace MiniRun.Runtime.Verbs;

/// <summary><c>timeline ID</c>: how the start of a container went, call by call.</summary>
static class TimelineVerb
{
    public static readonly string[] Options = ["--format,-f="];

    public static int Run(GlobalOptions global, Arguments arguments)
    {
        using var container = global.OpenContainer(arguments.Positional("ID"));
        var timeline = TimelineReader.Read(container.Folder)
            ?? throw new UnknownContainerException($"container \"{container.Id}\" has no timeline: its start has not begun, or it was another version's");
        var text = arguments.WantsJson ? Json(container.Id, timeline) : Table(timeline);
        Standard.Print(Encoding.UTF8.GetBytes(text));
        return 0;
    }

    static string Table(StartTimeline timeline)
    {
        List<string[]> rows = [["STEP", "AT", "TOOK", "RESULT", "CALL"]];
        foreach (var step in timeline.Steps)
        {
            var call = step.Register is { } register ? $"{register} = {step.Text}" : step.Text;
            rows.Add([Number(step.Number), Number(step.At), Number(step.Took), Result(step), call]);
        }

        return Columns.Align(rows) + Summary(timeline);
    }

    static string Summary(StartTimeline timeline)
    {
        var end = timeline.HasStarted ? "its program was started" : "its program was not started";
        return $"Times in microseconds: {end} after {Number(timeline.Total)}: {Number(timeline.Cloning)} in clone3, {Number(timeline.Waited)} waiting for others.\n";
    }

    static string Result(TimelineStep step) => step.Outcome switch
    {
        StepOutcome.Done => Number(step.Result),
        StepOutcome.Tolerated => $"{step.Errno}, allowed for",
        StepOutcome.LeftOut => "not needed",
        StepOutcome.Failed => $"{step.Errno}, the end",
        StepOutcome.Unfinished => "not done yet",
        _ => "not reached",
    };

    static string Number(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "";

    static string Json(string id, StartTimeline timeline)
    {
        var head = new FlatObjectWriter()
            .Add("id", id)
            .Add("hasStarted", timeline.HasStarted)
            .Add("cloneMicroseconds", timeline.Cloning)
            .Add("totalMicroseconds", timeline.Total)
            .Add("waitedMicroseconds", timeline.Waited);
        var steps = string.Join(',', timeline.Steps.Select(step => Encoding.UTF8.GetString(Json(step).Finish())));
        return $"{Encoding.UTF8.GetString(head.Finish())[..^1]},\"steps\":[{steps}]}}\n";
    }

    static FlatObjectWriter Json(TimelineStep step)
    {
        var json = new FlatObjectWriter()
            .Add("step", step.Number)
            .Add("call", step.Call)
            .Add("text", step.Text)
            .Add("outcome", step.Outcome.InWords())
            .AddKnown("register", step.Register)
            .AddKnown("atMicroseconds", step.At)
            .AddKnown("microseconds", step.Took)
            .AddKnown("result", step.Result)
            .AddKnown("errno", step.Errno);
        return step.IsWait ? json.Add("isWait", true) : json;
    }
}
