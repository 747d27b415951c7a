using MiniRun.Runtime.Demos;

namespace MiniRun.Web.Components.Learn;

/// <summary>What both sides see of one thing; either may be silent.</summary>
public sealed record DemoView(DemoFact? Host, DemoFact? Inside);

/// <summary>Something that a demonstration did or said, and what was to be seen then.</summary>
public sealed class DemoStep(DemoFact? head)
{
    readonly List<DemoView> _views = [];

    /// <summary>A call, a change, a sentence or an error; null when a demonstration begins by looking.</summary>
    public DemoFact? Head { get; } = head;

    public IReadOnlyList<DemoView> Views => _views;

    public void See(DemoFact fact)
    {
        if (fact.Kind == FactKind.Host)
        {
            _views.Add(new DemoView(fact, null));
        }
        else if (_views is [.., { Inside: null } last])
        {
            // What is seen inside stands beside what the host saw just before.
            _views[^1] = last with { Inside = fact };
        }
        else
        {
            _views.Add(new DemoView(null, fact));
        }
    }
}

/// <summary>The facts of one demonstration as steps.</summary>
public sealed class DemoStory
{
    readonly List<DemoStep> _steps = [];

    public IReadOnlyList<DemoStep> Steps => _steps;

    /// <summary>How many system calls were told.</summary>
    public int Calls => _steps.Count(step => step.Head?.Kind == FactKind.Call);

    public bool Failed => _steps is [.., { Head.Kind: FactKind.Error }];

    public void Add(DemoFact fact)
    {
        if (fact.Kind is not (FactKind.Host or FactKind.Inside))
        {
            _steps.Add(new DemoStep(fact));
            return;
        }

        if (_steps.Count == 0)
        {
            _steps.Add(new DemoStep(null));
        }

        _steps[^1].See(fact);
    }
}
