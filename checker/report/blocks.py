"""The verdicts of a report in blocks: a spec, under it each instance and fault model, under it what was asked.

    specs/task_board.spec
      instance pair, no faults            131 states, 228 transitions, depth 12, 0.03 s
        ok    one_owner      violated as expected (after 4 steps)
        ok    no livelock    holds (exhaustive, 131 states)

In brief, a line for each instance and fault model, and under it only what is not as expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from checker.properties.result import CountExpectation, Report, Result, Warning
from checker.report.terminal import Style, Tint, padded, text_width, visible, wrapped
from checker.report.wording import Outcome, count_text, counted, duration, outcome, verdict, where

Key: TypeAlias = tuple[str, str, str]  # spec, instance, fault model

TINTS: dict[Outcome, Tint] = {"ok": "green", "FAIL": "red", "?": "yellow"}
_WIDEST_NAME = 44
_MOST_WARNINGS = 12  # of one block
_AGAIN = "for the same reason"
GHOST_KINDS = ("no lost update", "no stale write", "no overwrite")


def blocks(report: Report, style: Style, *, brief: bool, quiet: bool) -> Iterator[str]:
    """The text of each spec, in the order of the results. `quiet`: nothing of what is as expected."""
    keys: dict[str, dict[Key, None]] = {}
    items: tuple[Result | CountExpectation | Warning, ...] = (*report.results, *report.counts, *report.warnings)
    for item in items:
        keys.setdefault(item.spec, {})[_key(item)] = None
    for spec, of_spec in keys.items():
        parts = [_Part(report, key) for key in of_spec]
        heads = _brief_headlines(parts, style) if brief else [_headline(part, style) for part in parts]
        lines: list[str] = []
        for part, head in zip(parts, heads, strict=True):
            block = _block(part, head, style, short=brief or quiet, quiet=quiet)
            lines += ["", *block] if block and lines and not brief else block
        if lines:
            yield "\n".join([style.tint(visible(spec), "bold"), *lines])


def _key(item: Result | CountExpectation | Warning) -> Key:
    return item.spec, item.instance, item.faults


class _Part:
    """What a report says of one spec, instance and fault model."""

    def __init__(self, report: Report, key: Key) -> None:
        self.key = key
        self.results = [r for r in report.results if _key(r) == key]
        self.counts = [c for c in report.counts if _key(c) == key]
        self.warnings = [w for w in report.warnings if _key(w) == key]

    @property
    def bad_results(self) -> list[Result]:
        return [r for r in self.results if outcome(r) != "ok"]

    @property
    def bad_counts(self) -> list[CountExpectation]:
        return [c for c in self.counts if not c.met]

    @property
    def word(self) -> Outcome:
        words = [*map(outcome, self.results), *map(_count_word, self.counts)]
        return "FAIL" if "FAIL" in words else "?" if "?" in words else "ok"


def _block(part: _Part, head: str, style: Style, *, short: bool, quiet: bool) -> list[str]:
    results, counts = (part.bad_results, part.bad_counts) if short else (part.results, part.counts)
    warnings = [] if quiet else part.warnings
    if not (results or counts or warnings or (part.results and not quiet)):
        return []
    width = max((text_width(r.property) for r in results), default=0)
    width = min(max(width, len("counts") if counts else 0), _WIDEST_NAME)
    lines = [head] if part.key[1] else []
    told = ""  # the reason that the last verdict without knowledge had
    for result in results:
        again = len(result.reason) > len(_AGAIN) and result.reason == told
        told = result.reason or told
        text = f"unknown: {_AGAIN}" if again and result.verdict == "unknown" else verdict(result)
        lines += _verdict_lines(outcome(result), result.property, text, width, style)
    for count in counts:
        lines += _verdict_lines(_count_word(count), "counts", count_text(count), width, style)
    if not short:
        lines += _fairness_lines(part.results, style)
    lines += [line for warning in warnings[:_MOST_WARNINGS] for line in _warning_lines(warning, style)]
    more = len(warnings) - _MOST_WARNINGS
    return [*lines, f"    and {counted(more, 'warning')} more (`--format json` has them all)"] if more > 0 else lines


def _headline(part: _Part, style: Style) -> str:
    head = f"  {visible(where(part.key[1], part.key[2]))}"
    size = _size(part.results)
    gap = max(3, min(style.width, 100) - text_width(head) - len(size))
    return style.tint(head, "bold") + (" " * gap + style.tint(size, "dim") if size else "")


def _brief_headlines(parts: Sequence[_Part], style: Style) -> list[str]:
    """A line for each part, in columns: the word, instance and fault model, the verdicts, the size of the search."""
    names = [visible(key[1] if key[2] == "none" else f"{key[1]} under {key[2]}") for key in (part.key for part in parts)]
    told = [_tally(part) for part in parts]
    first, second = (min(max(map(text_width, texts), default=0), _WIDEST_NAME) for texts in (names, told))
    return [
        f"  {style.tint(padded(part.word, 4), 'bold', TINTS[part.word])}  {padded(name, first)}  {padded(text, second)}  "
        + style.tint(_size(part.results), "dim")
        for part, name, text in zip(parts, names, told, strict=True)
    ]


def _tally(part: _Part) -> str:
    """`5 hold, 2 violated as expected`."""
    held = sum(r.met and r.verdict == "holds" for r in part.results)
    violated = sum(r.met and r.verdict == "violated" for r in part.results)
    said = [f"{held} hold"] if held else []
    said += [f"{violated} violated as expected"] if violated else []
    words = [*map(outcome, part.results), *map(_count_word, part.counts)]
    said += [f"{words.count('FAIL')} not as expected"] if "FAIL" in words else []
    said += [f"{words.count('?')} unknown"] if "?" in words else []
    return ", ".join(said) or "nothing asked"


def _size(results: Sequence[Result]) -> str:
    """`131 states, 228 transitions, depth 12, 0.03 s`."""
    if not results:
        return ""
    if all(r.engine.startswith("symbolic") for r in results):
        largest_sweeps = max(r.depth for r in results)
        return ", ".join([counted(largest_sweeps, "sweep"), duration(max(r.seconds for r in results)), "Z3 engine"])
    plain = [r for r in results if r.kind not in GHOST_KINDS]  # what needs ghosts was searched in a model of its own
    largest = max(plain or results, key=lambda r: (r.distinct, r.transitions))
    facts = [counted(largest.distinct, "state"), counted(largest.transitions, "transition"), f"depth {largest.depth}"]
    native = ["native engine"] if "native" in largest.engine else []
    return ", ".join([*facts, duration(max(r.seconds for r in results)), *native])


def _count_word(count: CountExpectation) -> Outcome:
    return "ok" if count.met else "?" if count.met is None else "FAIL"


def _verdict_lines(word: Outcome, name: str, text: str, width: int, style: Style) -> list[str]:
    head = f"    {style.tint(padded(word, 4), 'bold', TINTS[word])}  {padded(visible(name), width)}  "
    plain = " " * (12 + width)
    lines = wrapped(visible(text), style.width, plain)
    body = [lines[0][len(plain) :], *lines[1:]]
    if word != "ok":
        body = [style.tint(line, TINTS[word]) for line in body]
    return [head + body[0], *body[1:]]


def _fairness_lines(results: Iterable[Result], style: Style) -> list[str]:
    """What the verdicts that hold assume of the scheduler: each assumption once."""
    assumed: dict[str, list[str]] = {}
    for result in results:
        if result.fairness and result.verdict == "holds":
            assumed.setdefault(result.fairness, []).append(result.property)
    lines = []
    for fairness, names in assumed.items():
        verb = "assumes" if len(names) == 1 else "assume"
        lines += wrapped(visible(f"{' and '.join(names)} {verb} {fairness}"), style.width, "          ", "            ")
    return [style.tint(line, "dim") for line in lines]


def _warning_lines(warning: Warning, style: Style) -> list[str]:
    place = f"{warning.place}: " if warning.place else ""
    lines = wrapped(visible(f"{place}{warning.text}"), style.width, "    warning: ", " " * 13)
    return [style.tint(line, "yellow") if i == 0 else line for i, line in enumerate(lines)]
