"""Code between awaits is one step; control and frames become data."""

from __future__ import annotations

from checker.model.model import Note
from checker.model.printing import print_model
from tests.elaborate.lowered import cell, counts, failures, fired, graph_of, model_of


def test_two_increments_of_one_step_each_never_race() -> None:
    graph = graph_of("""
        protocol p
        shared x: 0..4 = 0
        role W * 2:
            run:
                x = x + 1
                x = x + 1
        """)
    assert cell(graph, "x") == {0, 2, 4}


def test_a_value_read_before_an_await_is_stale_after_it() -> None:
    graph = graph_of("""
        protocol p
        shared x: 0..2 = 0
        role W * 2:
            run:
                let seen = x
                await llm() as thinking
                x = seen + 1
        """)
    finals = {state[0] for i, state in enumerate(graph.states) if graph.edge_start[i] == graph.edge_start[i + 1]}
    assert finals == {1, 2}


def test_names_in_scope_are_kept_and_forgotten_with_their_block() -> None:
    model = model_of("""
        protocol p
        shared x: 0..9 = 0
        role W:
            run:
                let a = 1
                if x == 0:
                    let b = 2
                    await llm() as inner
                    x = a + b
                await tool() as outer
                x = x + a
        """)
    assert [v.name for v in model.variables if v.kind == "frame"] == ["W.run.a", "W.run.b"]
    graph = graph_of("""
        protocol p
        shared x: 0..9 = 0
        role W:
            run:
                let a = 1
                if x == 0:
                    let b = 2
                    await llm() as inner
                    x = a + b
                await tool() as outer
                x = x + a
        """)
    names = [v.name for v in graph.model.variables]
    b, control = names.index("W.run.b"), names.index("W.run")
    assert {(state[control], state[b]) for state in graph.states} == {(0, None), (1, 2), (2, None), (3, None)}
    assert cell(graph, "x") == {0, 3, 4}


def test_a_loop_goes_round_through_its_await_and_return_leaves_it() -> None:
    graph = graph_of("""
        protocol p
        shared x: 0..9 = 0
        role W:
            run:
                while true:
                    await llm() as thinking
                    x += 1
                    if x == 3:
                        return
        """)
    assert cell(graph, "x") == {0, 1, 2, 3}
    assert counts(graph) == (5, 4)


def test_a_nested_loop_continues_with_the_outer_one() -> None:
    graph = graph_of("""
        protocol p
        shared outer: 0..2 = 0
        shared inner: 0..6 = 0
        role W:
            run:
                while outer < 2:
                    outer += 1
                    await tool() as planning
                    while inner < 3 * outer:
                        await llm() as thinking
                        inner += 1
        """)
    assert cell(graph, "inner") == set(range(7))
    # a straight line: the start, then two plans and six answers
    assert counts(graph) == (10, 9)


def test_either_with_an_await_in_one_branch() -> None:
    graph = graph_of("""
        protocol p
        shared x: 0..9 = 0
        role W:
            run:
                either:
                    await llm()
                    x = 1
                or:
                    x = 2
                x += 5
        """)
    assert cell(graph, "x") == {0, 6, 7}


def test_an_atomic_action_leaves_no_control_state() -> None:
    model = model_of("""
        protocol p
        shared x: 0..1 = 0
        role W * 2:
            action flip when x == 0:
                x = 1
        """)
    assert [v.kind for v in model.variables] == ["shared"]


def test_an_agent_does_one_activity_at_a_time_unless_its_role_is_reentrant() -> None:
    text = """
        protocol p
        role W{}:
            action a:
                await llm()
            action b:
                await tool()
        """
    assert counts(graph_of(text.format(""))) == (3, 4)
    assert counts(graph_of(text.format(", reentrant"))) == (4, 8)


def test_a_round_waits_for_all_and_then_releases_each() -> None:
    graph = graph_of("""
        protocol p
        shared early: 0..2 = 0
        role W * 2:
            run:
                early += 1
                await round as meeting
                assert early == 2, "nobody passes before all are here"
        """)
    assert failures(graph) == set()
    assert "W.round" in fired(graph)
    # 4 arrivals' states, then released: 1, each passes: 2, both: 1
    assert counts(graph) == (4 + 1 + 2 + 1, 4 + 1 + 4)


def test_finished_agents_are_not_waited_for_in_a_round() -> None:
    graph = graph_of("""
        protocol p
        role W * 2, ordered:
            run:
                if index(self) == 0:
                    return
                await round
        done when true
        """)
    ends = [i for i in range(len(graph.states)) if graph.edge_start[i] == graph.edge_start[i + 1]]
    assert len(ends) == 1


def test_branches_of_an_await_take_the_message_the_condition_or_the_timeout() -> None:
    graph = graph_of("""
        protocol p
        enum Seen: nothing, message, condition, late
        shared seen: Seen = nothing
        shared flag: bool = false
        message Hello to W
        role L:
            run:
                send Hello() to W
                await tool()
                flag = true
        role W:
            run:
                await as listening:
                    Hello():
                        seen = message
                    when flag:
                        seen = condition
                    timeout:
                        seen = late
        """)
    assert cell(graph, "seen") == {0, 1, 2, 3}
    assert {n for n in fired(graph) if n.startswith("W.run.")} == {
        "W.run.listening[Hello]",
        "W.run.listening[when]",
        "W.run.listening[timeout]",
    }


def test_timeouts_only_when_stuck() -> None:
    text = """
        protocol p
        shared late: bool = false
        shared x: 0..1 = 0
        role L:
            run:
                await llm()
                x = 1
        role W:
            run:
                await as waiting:
                    when x == 1:
                        pass
                    timeout:
                        late = true
        """
    assert cell(graph_of(text), "late") == {False, True}
    assert cell(graph_of(text, "timeouts only when stuck\nno deadlock\n"), "late") == {False}


def test_fairness_of_starts_and_awaits() -> None:
    model = model_of("""
        protocol p
        role W:
            may action answer:
                await human()
            strongly fair action go:
                await llm()
            action plain:
                pass
        """)
    assert {s.name: s.fairness for s in model.steps} == {
        "W.answer": "may",
        "W.answer.human": "weak",
        "W.go": "strong",
        "W.go.llm": "strong",
        "W.plain": "weak",
    }


def test_calls_carry_their_meters() -> None:
    model = model_of("""
        protocol p(price: 1..9 = 3)
        role W:
            run:
                await llm(tokens: 1_000 * price, seconds: 12) as thinking
        """)
    told = {step.name: [note.costs for note in step.body if isinstance(note, Note)] for step in model.steps}
    assert told == {"W.run": [(("tokens", 3000), ("seconds", 12))], "W.run.thinking": [()]}


def test_spawn_and_stop() -> None:
    text = """
        protocol p
        role Boss:
            action start(w: W) when w is down:
                spawn w
            action end(w: W) when w is up:
                stop w
        role W * 1, starts down:
            var n: 0..1 = 0
            action work when n == 0:
                n = 1
                await llm()
        """
    graph = graph_of(text)
    assert failures(graph) == set()
    # down; up and fresh; up, waiting; up, done
    assert graph.distinct == 4
    broken = graph_of(text.replace("when w is down", ""))
    assert failures(broken) == {"spawn"}


def test_an_agent_that_stops_itself_is_gone() -> None:
    graph = graph_of("""
        protocol p
        role W * 1:
            var n: 0..1 = 0
            run:
                n = 1
                await llm()
                stop self
        """)
    assert graph.distinct == 3
    last = graph.states[-1]
    assert last == (0, False, 0)


def test_what_an_await_takes_is_known_after_it_and_kept_at_the_next() -> None:
    graph = graph_of("""
        protocol p
        shared got: 0..3 = 0
        message M(n: 0..3) to A
        message R() to B
        role A:
            run:
                await M(n) from who
                got = n
                send R() to who
                await llm()
                got = got - n
        role B * 2, ordered:
            run:
                send M(index(self) + 1) to A
            on R():
                pass
        """)
    assert cell(graph, "got") == {0, 1, 2}
    assert "B.on R" in fired(graph)


def _blocks(count: int) -> str:
    """A run of `count` statements that three ways lead through, one of them an await."""
    block = """
                either:
                    await llm() as asking{n}
                or:
                    x = 1
                or:
                    x = 2
                y = (y + x) % 3"""
    return f"""
        protocol p
        shared x: 0..2 = 0
        shared y: 0..2 = 0
        role W:
            run:{"".join(block.format(n=n) for n in range(count))}
        """


def test_what_follows_a_statement_is_lowered_once_for_all_ways_that_come_to_its_end() -> None:
    assert counts(graph_of(_blocks(2))) == (12, 13)
    short, long = (len(print_model(model_of(_blocks(count)))) for count in (6, 12))
    assert long < 5 * short  # each await has all that follows it; once for each way it would be 2 ** 6 times as much
