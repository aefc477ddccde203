"""Stores become cells; assignments, ranges and loops mean what the reference says."""

from __future__ import annotations

from tests.elaborate.lowered import cell, counts, failures, graph_of, model_of


def one_step(declarations: str, *statements: str) -> str:
    lines = "\n".join(f"        {line}" for line in statements)
    return f"protocol p\n{declarations}\nrole W:\n    run:\n{lines}\n"


def test_a_map_is_a_cell_for_each_key() -> None:
    model = model_of(
        "protocol p\nids T * 2\nids U * 3\nshared m: map[T, map[U, bool]] = false\n"
        "role W:\n    action a(t: T, u: U):\n        m[t][u] = true\n"
    )
    variable = model.variables[0]
    assert (variable.cells, str(variable.type), [str(t) for t in variable.index]) == (6, "bool", ["T", "U"])


def test_whole_maps_and_parts_of_maps_are_assigned_at_once() -> None:
    graph = graph_of(
        one_step(
            "ids T * 2\nids U * 2\nshared m: map[T, map[U, 0..3]] = 0\nshared n: map[T, 0..3] = 1\nshared ok: bool = false",
            "let before = n",
            "n = 2",
            "choose t in T",
            "m[t] = 3",
            "ok = all(x in T: before[x] == 1 and n[x] == 2) and count(x in T, u in U: m[x][u] == 3) == 2",
        )
    )
    assert cell(graph, "ok") == {False, True}


def test_records_and_sequences_are_updated_in_place() -> None:
    graph = graph_of(
        one_step(
            "record E: n: 0..3, tags: seq[0..3, max 2]\nshared e: E = E(n: 1, tags: [])\nshared ok: bool = false",
            "e.n += 1",
            "e.tags = append(e.tags, 3)",
            "e.tags = e.tags + [1]",
            "e.tags[0] = 2",
            "ok = e == E(n: 2, tags: [2, 1]) and first(e.tags) == 2 and last(e.tags) == 1 and rest(e.tags) == [1]",
        )
    )
    assert cell(graph, "ok") == {False, True}


def test_sets_take_plus_and_minus() -> None:
    graph = graph_of(
        one_step(
            "ids T * 3\nshared s: set[T] = {}\nshared n: 0..3 = 0",
            "choose t in T",
            "s += {t}",
            "s = s | those(x in T: x != t)",
            "s -= {t}",
            "n = len(s)",
        )
    )
    assert cell(graph, "n") == {0, 2}


def test_every_way_to_leave_a_range_is_a_failure() -> None:
    for statement, kind in {
        "x += 1": "range",
        "x = 2 * x": "range",
        "q = append(q, x)": "range",
        "x = q[x - 2]": "key",
        "x = first(rest(q))": "empty",
        "x = 3 // (3 - x)": "division",
        "x = o!": "none",
        "assert x == 2": "assert",
    }.items():
        graph = graph_of(one_step("shared x: 0..3 = 3\nshared q: seq[0..3, max 1] = [0]\nshared o: 0..3? = none", statement))
        assert failures(graph) == {kind}, statement


def test_a_failing_guard_is_a_failing_step() -> None:
    graph = graph_of("protocol p\nshared o: 0..3? = none\nrole W:\n    action a when o! == 1:\n        pass\n")
    assert failures(graph) == {"none"}
    safe = graph_of("protocol p\nshared o: 0..3? = none\nrole W:\n    action a when o != none and o! == 1:\n        pass\n")
    assert failures(safe) == set()
    assert counts(safe) == (1, 0)


def test_a_for_whose_order_matters_is_a_failure() -> None:
    declarations = "ids T * 2\nshared last: T? = none\nshared n: 0..2 = 0\nshared seen: map[T, bool] = false"
    assert failures(graph_of(one_step(declarations, "for t in T:", "    last = t"))) == {"order"}
    assert failures(graph_of(one_step(declarations, "for t in T:", "    n += 1", "    seen[t] = true"))) == set()
    assert failures(graph_of(one_step(declarations, "for t in T:", "    if n == 0:", "        seen[t] = true", "    n = 1"))) == {
        "order"
    }


def test_a_bounded_loop_that_goes_on_is_a_failure() -> None:
    declarations = "shared x: 0..9 = 0"
    assert failures(graph_of(one_step(declarations, "while x < 5 at most 5:", "    x += 1"))) == set()
    assert failures(graph_of(one_step(declarations, "while x < 5 at most 4:", "    x += 1"))) == {"bound"}


def test_choose_has_an_outcome_for_each_element_and_blocks_without_one() -> None:
    declarations = "ids T * 3\nshared s: set[T] = {}\nshared n: 0..9 = 0"
    assert counts(graph_of(one_step(declarations, "choose x: set[T] where len(x) == 2", "s = x"))) == (4, 3)
    assert counts(graph_of(one_step(declarations, "choose t in s", "n = 1"))) == (1, 0)
    assert counts(graph_of(one_step(declarations, "choose k: 2..4", "n = k"))) == (4, 3)


def test_several_initial_states() -> None:
    graph = graph_of(
        "protocol p\nids T * 2\nshared x: 0..3 in {1, 3}\nshared y: map[T, bool] = false\nrole W:\n    run:\n        pass\n"
    )
    assert len(graph.initial) == 2
    graph = graph_of("protocol p\nids T * 3\nshared x: T in T\nrole W:\n    run:\n        pass\n")
    assert len(graph.initial) == 3


def test_an_initial_value_may_depend_on_the_agent() -> None:
    model = model_of("protocol p\nrole W * 3, ordered:\n    var n: 0..2 = index(self)\n    action a:\n        pass\n")
    assert model.variables[0].initial == ((0,), (1,), (2,))


def test_parameters_prune_what_they_decide() -> None:
    model = model_of("""
        protocol p(careful: bool = false)
        shared x: 0..1 = 0
        role W:
            action never when careful:
                x = 1
            action a:
                if careful:
                    x = 1
        """)
    assert [s.name for s in model.steps] == ["W.a"]
    assert [type(s).__name__ for s in model.steps[0].body] == ["Note"]


def test_ordered_ids() -> None:
    graph = graph_of(
        one_step(
            "ids S * 3, ordered\nshared ok: bool = false",
            "let a = first(S)",
            "ok = next(a) < last(S) and next_in_ring(last(S)) == a and previous(last(S)) == next(a) and index(last(S)) == 2",
        )
    )
    assert cell(graph, "ok") == {False, True}
    assert failures(graph_of(one_step("ids S * 3, ordered\nshared s: S = S0", "s = previous(s)"))) == {"range"}


def test_a_longer_sequence_may_be_written_beside_a_shorter_one() -> None:
    graph = graph_of(
        one_step(
            "shared q: seq[0..3, max 1] = [1]\nshared long: seq[0..3, max 3] = []\nshared ok: bool = false",
            "long = q + [2, 3]",
            "ok = [1] + [2, 3] == long and q != [1, 2] and len({q, [2, 3]}) == 2",
        )
    )
    assert cell(graph, "ok") == {False, True}


def test_what_does_not_fit_the_length_of_the_target_fails_when_it_is_assigned() -> None:
    graph = graph_of(one_step("shared q: seq[0..3, max 1] = [1]", "q = q + [2, 3]"))
    assert failures(graph) == {"range"}
