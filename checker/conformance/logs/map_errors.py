"""What can be wrong with a log, and with the map that says how to read it (T63x)."""

from __future__ import annotations

from checker.language.diagnostics import Diagnostic


class BadToml(Diagnostic, frozen=True, kw_only=True):
    """A map is a TOML file (https://toml.io): tables such as `[log]` and `[[record]]`, with lines `name = value` in them. Texts stand in
    quotes.
    """

    code = "T631"
    title = "the map is not TOML: {reason}"
    help = "mend the line; `teamcheck conform PROTOCOL LOG` without --map writes a map to start from"

    reason: str


class BadMap(Diagnostic, frozen=True, kw_only=True):
    """The map has a table or an entry that no map has, or one of another kind than it should be. docs/conformance.md lists them all."""

    code = "T632"
    title = "{reason}"
    help = "{advice}"

    reason: str
    advice: str


class NotInProtocol(Diagnostic, frozen=True, kw_only=True):
    """The map (or a record, where the map takes the name from the record) names a step, a parameter, a variable or a type that this
    protocol, in this instance and under this fault model, does not have. Steps are named as in `teamcheck check --format json`:
    `Worker.work` starts the action `work`, `Worker.work.planning` goes on from its await `planning`, `crash Worker` is a fault.
    """

    code = "T633"
    title = "the protocol has no {what} `{name}`"
    help = "{advice}"

    what: str
    name: str
    advice: str


class StepLeftOut(Diagnostic, frozen=True, kw_only=True):
    """No rule of the map reads a record as this step, so the log never shows it. If it can happen without being logged, list it under
    `hidden`: it may then happen at any moment. If it does not happen in these runs, list it under `never`. Left open, one would
    not know which of the two a verdict assumed.
    """

    code = "T634"
    title = "the map does not say how the step `{name}` is seen in the log"
    help = "{advice}"

    name: str
    advice: str


class NoRule(Diagnostic, frozen=True, kw_only=True):
    """No rule of the map fits this record. One that says nothing about the protocol is passed over by a rule with `ignore = true`; with
    `strict = false` under `[log]` all such records are passed over, and counted.
    """

    code = "T635"
    title = "no rule of the map fits this record: {record}"
    help = "{advice}"

    record: str
    advice: str


class UnreadableValue(Diagnostic, frozen=True, kw_only=True):
    """A value in the log, or in the map, is none that the protocol knows for it. `[values.TYPE]` in the map says what the log's values
    are called in the protocol. Agents and ids need no entry where the protocol treats all of them alike: they are then given to the elements in
    the order in which they appear.
    """

    code = "T636"
    title = "{reason}"
    help = "{advice}"

    reason: str
    advice: str


class UnreadableLog(Diagnostic, frozen=True, kw_only=True):
    """The log is not in the format that was given or detected: `jsonl` (a JSON object on each line), `text`, `csv`, `otlp` (OTLP JSON),
    `langsmith` or `langfuse` exports, `spans` with names of their own.
    """

    code = "T637"
    title = "the log cannot be read: {reason}"
    help = "{advice}"

    reason: str
    advice: str


class NoLogs(Diagnostic, frozen=True, kw_only=True):
    """A folder without a log in it, or a pattern that no file fits, was given where logs should be. In folders, logs are found by their
    endings; a file that is named itself may be called anything.
    """

    code = "T638"
    title = "{reason}"
    help = "{advice}"

    reason: str
    advice: str
