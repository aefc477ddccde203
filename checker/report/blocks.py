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


def blocks(report: Report, style: Style, *, brief: bool, quiet: bool) -> Iterator[str]:
    """The text of each spec, in the order of the results. `quiet`: nothing of what is as expected."""
    keys: dict[str, dict[Key, None]] = {}
    items: tuple[Result | CountExpectation | Warning, ...] = (*report.results, *report.counts, *report.warnings)
    for item in items:
        keys.setdefault(item.spec, {})[_key(item)] = None
    for spec, of_spec in keys.items():
        lines: list[str] = []
        for key in of_spec:
            block = _block(_Part(report, key), style, brief=brief, quiet=quiet)
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


def _block(part: _Part, style: Style, *, brief: bool, quiet: bool) -> list[str]:
    short = brief or quiet
    results, counts = (part.bad_results, part.bad_counts) if short else (part.results, part.counts)
    warnings = [] if quiet else part.warnings
    if not (results or counts or warnings or (part.results and not quiet)):
        return []
    width = max((text_width(r.property) for r in results), default=0)
    width = min(max(width, len("counts") if counts else 0), _WIDEST_NAME)
    lines = [_brief_headline(part, style) if brief else _headline(part, style)] if part.key[1] else []
    for result in results:
        lines += _verdict_lines(outcome(result), result.property, verdict(result), width, style)
    for count in counts:
        lines += _verdict_lines(_count_word(count), "counts", count_text(count), width, style)
    if not short:
        lines += _fairness_lines(part.results, style)
    return lines + [line for warning in warnings for line in _warning_lines(warning, style)]


def _headline(part: _Part, style: Style) -> str:
    head = f"  {where(part.key[1], part.key[2])}"
    return style.tint(head, "bold") + _counts_at(text_width(head), part.results, style)


def _brief_headline(part: _Part, style: Style) -> str:
    held = sum(r.met and r.verdict == "holds" for r in part.results)
    violated = sum(r.met and r.verdict == "violated" for r in part.results)
    said = [f"{held} hold"] if held else []
    said += [f"{violated} violated as expected"] if violated else []
    bad = part.bad_results
    said += [f"{len(bad)} not as expected" if any(outcome(r) == "FAIL" for r in bad) else f"{len(bad)} unknown"] if bad else []
    text = f"{where(part.key[1], part.key[2])}: {', '.join(said) or 'nothing asked'}"
    head = f"  {style.tint(padded(part.word, 4), 'bold', TINTS[part.word])}  {visible(text)}"
    return head + _counts_at(8 + text_width(text), part.results, style)


def _counts_at(column: int, results: Sequence[Result], style: Style) -> str:
    """The size of the search, at the right side where there is room."""
    if not results:
        return ""
    largest = max(results, key=lambda r: (r.distinct, r.transitions))
    facts = [counted(largest.distinct, "state"), counted(largest.transitions, "transition"), f"depth {largest.depth}"]
    text = ", ".join([*facts, duration(max(r.seconds for r in results))])
    return " " * max(3, min(style.width, 100) - column - len(text)) + style.tint(text, "dim")


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
