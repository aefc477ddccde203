"""Proofs for people who know no logic: what was proved and for which teams, why in sentences, and where it stands that was not."""

from __future__ import annotations

from collections.abc import Iterator

from checker.proving.result import Proof, Proofs, Searched, Stuck
from checker.proving.sizes import sizes_text
from checker.report.terminal import Style, Tint, visible, wrapped
from checker.report.text import Shown, counterexample
from checker.report.wording import basis, counted, duration, where
from checker.sentences.sentence import Sentence

_PLAIN = Style()
_WIDER = "The formulas allow more"
_ALL_THE_SAME = "So what is proved holds all the same, and some of what holds has no proof."
_SHOWN_CELLS = 12
_SHOWN_LEMMAS = 8
_SHOWN_SIZES = 3
_LONGEST_VALUE = 160
_WORTH_NO_REPEAT = 3  # so many lemmas that an earlier proof lists are not listed again


def render(proofs: Proofs, style: Style = _PLAIN, *, traces: bool = True) -> str:
    """The whole report. `traces`: the runs that violate a property."""
    parts = ["\n".join(_head(proofs, style))]
    parts += ["\n".join(_proof(proof, style, _told(proof, proofs))) for proof in proofs.proofs]
    if proofs.searched is not None and any(proof.rung in ("sizes", "open") for proof in proofs.proofs):
        parts.append("\n".join(_sizes(proofs, proofs.searched, style)))
    if traces:
        violated = [proof.result for proof in proofs.proofs if proof.rung == "violated" and proof.result is not None]
        parts += ["\n".join(counterexample(result, style, Shown(chart="never"))) for result in violated if result.trace]
    rests = _rests_on_no_error(proofs)
    if rests:
        parts.append("\n".join(wrapped(f"note: {rests}", style.width, "  ", "        ")))
    return "\n\n".join([*parts, summary(proofs, style)]) + "\n"


def _rests_on_no_error(proofs: Proofs) -> str:
    """A step that fails ends a run: what no state shows may be owed to that. What is to be said of it, "" for nothing."""
    never_fails = next((proof.rung for proof in proofs.proofs if proof.property == "no error"), "")
    others = [proof for proof in proofs.proofs if proof.property != "no error"]
    everywhere = any(proof.rung == "every size" for proof in others)
    here = any(proof.solvers and proof.rung in ("this size", "sizes") for proof in others)
    if never_fails == "every size" or not (everywhere or here) or (never_fails in ("this size", "sizes") and not everywhere):
        return ""
    if never_fails == "violated":
        return (
            "a step of the protocol fails (`no error` is violated), and a run ends there. What is proved is so up to there, and need"
            " not be so when that is mended"
        )
    what = "what is proved for every size" if everywhere else "what is proved"
    return f"{what} holds as long as no step fails, which is not proved here: see `no error`"


def _head(proofs: Proofs, style: Style) -> Iterator[str]:
    yield style.tint(visible(proofs.spec), "bold") + f"  {visible(where(proofs.instance, proofs.faults))}"
    if proofs.varying:
        yield from wrapped(f"every size: {teams(proofs)}", style.width, "  ", "              ")
        if proofs.kept:
            yield from wrapped(visible(f"one size only: {proofs.kept}"), style.width, "  ", "                 ")
        for wider in (text for text in proofs.assumptions if text.startswith(_WIDER)):
            yield from wrapped(visible(f"{wider} {_ALL_THE_SAME}"), style.width, "  ", "    ")
    elif proofs.refused:
        yield from wrapped(visible(f"no proof for every size: {proofs.refused}"), style.width, "  ")
    if proofs.note and any(proof.rung != "violated" for proof in proofs.proofs):
        yield from wrapped(visible(f"note: {proofs.note}"), style.width, "  ", "        ")


def teams(proofs: Proofs) -> str:
    """`any number of Participant (1, 2, 3, ... without end), with hasty = false`."""
    names = " and of ".join(sort for sort, _ in proofs.varying)
    fixed = f", with {', '.join(f'{name} = {value}' for name, value in proofs.fixed)}" if proofs.fixed else ""
    return visible(f"any number of {names} (1, 2, 3, ... without end){fixed}")


def _told(proof: Proof, proofs: Proofs) -> str:
    """The name of an earlier proof that lists the same lemmas, "" where none does."""
    if len(proof.lemmas) < _WORTH_NO_REPEAT:
        return ""
    for other in proofs.proofs:
        if other is proof:
            break
        if set(other.lemmas) == set(proof.lemmas) and _is_explained(other):
            return _named(other)
    return ""


def _is_explained(proof: Proof) -> bool:
    return proof.rung == "every size" or (bool(proof.solvers) and proof.rung in ("this size", "sizes"))


def _proof(proof: Proof, style: Style, told: str) -> Iterator[str]:
    word, tint = _verdict(proof)
    yield f"  {style.tint(visible(_named(proof)), 'bold')}: {style.tint(word, 'bold', tint)}"
    if proof.text:
        yield f'    "{visible(proof.text)}"'
    for text in _said(proof):
        yield from wrapped(visible(text), style.width, "    ", "    ")
    if _is_explained(proof):
        yield from _because(proof, style, told)
    elif proof.uncertified and proof.rung in ("this size", "sizes"):
        yield from wrapped(visible(f"no certificate: {proof.uncertified}"), style.width, "    ", "      ")
    if proof.stuck is not None:
        yield from _stuck(proof.stuck, proof, style)


def _named(proof: Proof) -> str:
    return proof.property if proof.property.startswith(proof.kind) else f"{proof.kind} {proof.property}"


def _verdict(proof: Proof) -> tuple[str, Tint]:
    match proof.rung:
        case "every size":
            only = f", with {sizes_text(proof.only_with)}" if proof.only_with else ""
            return f"proved for every size{only}" + ("" if proof.met else ", but was expected to be violated"), _good(proof)
        case "this size":
            word, other = ("reached", "unreachable") if proof.kind == "sometimes" else ("holds at this size", "violated")
            return word + ("" if proof.met else f", but was expected to be {other}"), _good(proof)
        case "sizes":
            return "holds at the sizes searched" + ("" if proof.met else ", but was expected to be violated"), _good(proof)
        case "violated":
            word = "never reached" if proof.kind == "sometimes" else "violated"
            at = f" at {sizes_text(proof.sizes)}" if proof.sizes else ""
            return (f"{word}{at}, as expected" if proof.met else f"{word.upper()}{at}"), _good(proof)
    return "could not be decided", "yellow"


def _good(proof: Proof) -> Tint:
    return "green" if proof.met else "red"


def _said(proof: Proof) -> Iterator[str]:
    """What the verdict rests on, and what is not known."""
    match proof.rung:
        case "every size" if proof.only_with:
            names = " and ".join(name for name, _ in proof.only_with)
            yield f"It is proved for no other value of {names}: no lemmas were found that do not hang on it."
        case "this size" if proof.solvers:
            yield f"Proved {_here(proof)}, by what follows. A team of another size may do something else."
        case "this size" if proof.result is not None and proof.result.trace is not None:
            yield f"It is {basis(proof.result)}{_at(proof)}."
        case "this size" if proof.result is not None:
            yield f"All of its {counted(proof.result.distinct, 'state')} were searched{_at(proof)}."
        case "sizes":
            yield "All states were searched at the sizes that are named at the end."
        case "violated" if proof.held_up_to:
            names = " and ".join(name for name, _ in proof.sizes)
            yield f"It holds at smaller sizes: {names} up to {proof.held_up_to}, by search."
        case "open":
            yield f"Neither proved nor refuted: {proof.reason or 'the time was used up'}."
    if proof.rung in ("this size", "sizes") and proof.reason:
        yield f"Not proved for every size: {proof.reason}."


def _here(proof: Proof) -> str:
    """`for exactly clients = 3`: whoever reads it must not take it for every team."""
    return f"for exactly {sizes_text(proof.sizes)}" if proof.sizes else "for the team of this instance"


def _at(proof: Proof) -> str:
    return f" at {sizes_text(proof.sizes)}" if proof.sizes else ""


def _sizes(proofs: Proofs, searched: Searched, style: Style) -> Iterator[str]:
    names = " and ".join(name for name, _ in proofs.asked)
    if searched.up_to:
        most = "every size that the protocol allows" if searched.ended else f"{names} up to {searched.up_to}"
        beyond = [*map(sizes_text, searched.also)]
        if len(beyond) > _SHOWN_SIZES:
            beyond = [f"{len(beyond)} others, the last of them {beyond[-1]}"]
        also = "; and ".join(["", *beyond])
        yield from wrapped(f"searched through: {most}{also} ({counted(searched.states, 'state')})", style.width, "  ", "    ")
    if searched.stopped and not searched.ended:
        yield from wrapped(visible(f"no further: {searched.stopped}"), style.width, "  ", "    ")


def _because(proof: Proof, style: Style, told: str) -> Iterator[str]:
    if proof.rung == "sizes":
        yield f"    It is proved {_here(proof)} too:"
    if not proof.lemmas:
        yield "    It holds at the start, and no step of anybody ends it."
    else:
        yield "    because all of this holds at the start, and no step of anybody ends it:"
        yield from _same(proof, told, style) if told else _lemmas(proof, style)
    if proof.fairness:
        yield from wrapped(visible(f"It assumes {proof.fairness}."), style.width, "    ", "    ")
    for sort in proof.majorities:
        yield f"    Of majorities of {visible(sort)} it uses that any two of them have somebody in common."
    if proof.decided_at:
        sizes = " and ".join(f"{size} {sort}" for sort, size in proof.decided_at)
        yield from wrapped(f"What could go wrong at any size would go wrong with {sizes} already.", style.width, "    ")
    yield _decided(proof)
    if proof.certificate:
        yield f"    certificate: {visible(proof.certificate)}  (check it: teamcheck verify {visible(proof.certificate)})"
    elif proof.uncertified:
        yield from wrapped(visible(f"no certificate: {proof.uncertified}"), style.width, "    ", "      ")


def _same(proof: Proof, told: str, style: Style) -> Iterator[str]:
    yield from wrapped(visible(f"the same {len(proof.lemmas)} as under {told}"), style.width, "      ", "      ")


def _lemmas(proof: Proof, style: Style) -> Iterator[str]:
    shown = proof.lemmas if len(proof.lemmas) <= _SHOWN_LEMMAS + 2 else proof.lemmas[:_SHOWN_LEMMAS]
    for number, lemma in enumerate(shown, 1):
        yield from _lemma(lemma, number, style)
    if len(shown) < len(proof.lemmas):
        where = "in the certificate" if proof.certificate else "with --format json"
        yield f"      and {len(proof.lemmas) - len(shown)} more, all of them {where}"


def _lemma(lemma: Sentence, number: int, style: Style) -> Iterator[str]:
    """As a spec writes it, and in English; an account of what is spent only in English, for its formula is long."""
    first, *lines = lemma.plain.splitlines()
    if not lines:
        yield from wrapped(visible(lemma.text), style.width, f"      {number}. ", "           ")
        yield from (style.tint(line, "dim") for line in wrapped(visible(f"({first})"), style.width, "         ", "          "))
        return
    yield from wrapped(visible(first), style.width, f"      {number}. ", "           ")
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        yield from wrapped(visible(line.lstrip()), style.width, f"         {indent}", f"           {indent}")


def _decided(proof: Proof) -> str:
    if proof.rung != "every size":
        return f"    Found by {', checked by '.join(proof.solvers)}, {duration(proof.seconds)}."
    if not proof.obligations:
        return "    There is nothing in the protocol that could fail."
    return f"    Decided by {' and '.join(proof.solvers)}: {counted(proof.obligations, 'question')}, {duration(proof.seconds)}."


def _stuck(stuck: Stuck, proof: Proof, style: Style) -> Iterator[str]:
    """The state may never come about: that is said before anything else."""
    at = f", at {sizes_text(stuck.sizes)}" if stuck.sizes else ""
    said = f"Where the proof for every size stops{at} (PERHAPS NEVER REACHED, no violation):"
    yield from wrapped(said, style.width, "    ")
    for cell, value in stuck.state[:_SHOWN_CELLS]:
        yield f"      {visible(cell)} = {visible(_cut(value))}"
    if len(stuck.state) > _SHOWN_CELLS:
        yield f"      and {counted(len(stuck.state) - _SHOWN_CELLS, 'other cell')}"
    yield f"      {'and all else' if stuck.state else 'all is'} as at the start"
    if stuck.step:
        changed = "; ".join(f"{cell} = {_cut(value)}" for cell, value in stuck.after)
        yield from wrapped(visible(f"then {stuck.step}: {changed}"), style.width, "      ", "        ")
    elif proof.kind == "no deadlock":
        yield "      there nobody can do anything, and not all is done"
    elif proof.kind == "no unhandled message":
        yield "      there nobody can do anything, and a message waits"
    if stuck.allowed:
        asked = " and ".join(f"{name} from {least}" for name, least in stuck.allowed)
        text = f"The protocol asks for {asked}, but a proof for every size is of every number from 1: what is so only from there on has none."
        yield from wrapped(visible(text), style.width, "      ")


def _cut(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + " ..."


def summary(proofs: Proofs, style: Style = _PLAIN) -> str:
    """How many came how far."""
    words = {
        "every size": "proved for every size",
        "this size": "decided at this size",
        "sizes": "searched through",
        "violated": "violated",
        "open": "undecided",
    }
    counts = [(sum(proof.rung == rung for proof in proofs.proofs), word) for rung, word in words.items()]
    told = ", ".join(f"{count} {word}" for count, word in counts if count)
    unmet = sum(not proof.met and proof.rung != "open" for proof in proofs.proofs)
    parts = [f"{counted(len(proofs.proofs), 'property')}: {told or 'none'}"]
    parts += [style.tint(f"{unmet} not as expected", "bold", "red")] if unmet else []
    parts += [style.tint("interrupted before the end", "bold", "yellow")] if proofs.interrupted else []
    return f"{', '.join(parts)} ({duration(proofs.seconds)})"
