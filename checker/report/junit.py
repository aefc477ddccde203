"""The report as JUnit XML: a test suite for each spec, a test case for each verdict and each expected count.

What is not as expected is a failure, with its counterexample as text. `unknown` is an error, so that no pipeline reads it
as a pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from checker.properties.result import CountExpectation, Report, Result
from checker.report import diagnostics as diagnostics_report
from checker.report.text import Shown, counterexample
from checker.report.wording import count_text, outcome, verdict

if TYPE_CHECKING:
    from checker.language.diagnostics import Diagnostic


def render(report: Report, errors: Iterable[Diagnostic] = ()) -> str:
    """The XML text of a report, or, with `errors`, of a check that could not be made."""
    root = Element("testsuites", name="teamcheck")
    for spec in dict.fromkeys([*(r.spec for r in report.results), *(c.spec for c in report.counts)]):
        _suite(root, spec, report)
    errors = list(errors)
    if errors:
        _bad_input(root, errors)
    if report.interrupted:
        case = SubElement(SubElement(root, "testsuite", name="teamcheck"), "testcase", classname="teamcheck", name="interrupted")
        SubElement(case, "error", type="interrupted", message="interrupted before the end")
    for suite in root:
        _count(suite)
    _count(root)
    root.set("time", f"{report.seconds:.3f}")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, spec: str, report: Report) -> None:
    results = [r for r in report.results if r.spec == spec]
    suite = SubElement(root, "testsuite", name=_legal(spec), time=f"{_time(results):.3f}")
    for result in results:
        _case(suite, result)
    for count in report.counts:
        if count.spec == spec:
            _count_case(suite, count)


def _time(results: Iterable[Result]) -> float:
    """The searches of a spec, each counted once though several verdicts rest on it."""
    return sum({(r.instance, r.faults, r.seconds): r.seconds for r in results}.values())


def _case(suite: Element, result: Result) -> None:
    name = f"{result.property} [{result.instance}, {result.faults}]"
    case = SubElement(suite, "testcase", classname=_legal(result.protocol), name=_legal(name), file=_legal(result.spec))
    case.set("time", f"{result.seconds:.3f}")
    word = outcome(result)
    if word == "ok":
        return
    kind = "failure" if word == "FAIL" else "error"
    child = SubElement(case, kind, type=_legal(result.kind), message=_legal(verdict(result)))
    child.text = _legal("\n".join(counterexample(result, shown=Shown())) + "\n")


def _count_case(suite: Element, count: CountExpectation) -> None:
    name = f"counts [{count.instance}, {count.faults}]"
    case = SubElement(suite, "testcase", classname="counts", name=_legal(name), file=_legal(count.spec), time="0.000")
    if not count.met:
        SubElement(case, "error" if count.met is None else "failure", type="counts", message=_legal(count_text(count)))


def _bad_input(root: Element, errors: Iterable[Diagnostic]) -> None:
    suite = SubElement(root, "testsuite", name="bad input")
    for error in errors:
        where = str(error.span) if error.span is not None else "the command"
        case = SubElement(suite, "testcase", classname="bad input", name=_legal(f"{error.code} {where}"), time="0.000")
        child = SubElement(case, "error", type=error.code, message=_legal(error.title_text))
        child.text = _legal("\n".join(diagnostics_report.lines(error)) + "\n")


def _count(element: Element) -> None:
    cases = list(element.iter("testcase"))
    element.set("tests", str(len(cases)))
    element.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    element.set("errors", str(sum(case.find("error") is not None for case in cases)))


def _legal(text: str) -> str:
    """`text` without the characters that XML cannot hold."""
    return "".join(c if c in "\t\n" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" else "?" for c in text)
