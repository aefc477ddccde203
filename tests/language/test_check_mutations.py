"""Whatever a parsed text says, the checks answer with a `Checked` or with errors that can be shown: the corpus with words exchanged."""

from __future__ import annotations

import os
import random
import re
from pathlib import Path

import pytest

from checker.language.check import check_spec_all
from checker.language.diagnostics import BadInput
from checker.language.parse import parse_protocol, parse_spec, read_source
from checker.language.source import Source

ROOT = Path(__file__).parents[2]
TOKEN = re.compile(r'"[^"\n]*"|[A-Za-z_]\w*|\d+|\.\.|[-+*/%=<>!]=?|[^\s\w]|[ \t]+|\n')
EACH = 60


def pairs() -> list[tuple[Source, Source]]:
    found = []
    for path in sorted(ROOT.glob("specs/**/*.spec")):
        source = read_source(str(path))
        team = os.path.normpath(os.path.join(path.parent, parse_spec(source).path))
        found.append((source, read_source(team)))
    return found


def mutated(text: str, words: list[str], rng: random.Random) -> str:
    """`text` with a word or two exchanged, left out, or said twice."""
    tokens = TOKEN.findall(text)
    for _ in range(rng.choice((1, 1, 2))):
        places = [i for i, token in enumerate(tokens) if token.strip()]
        place, other = rng.choice(places), rng.choice(places)
        kind = rng.random()
        if kind < 0.1:
            del tokens[place]
        elif kind < 0.2:
            tokens.insert(place, tokens[other])
        elif kind < 0.8:
            alike = [word for word in rng.sample(words, 60) if word[0].isalpha() == tokens[place][0].isalpha()]
            tokens[place] = rng.choice(alike or words)
        else:
            tokens[place], tokens[other] = tokens[other], tokens[place]
    return "".join(tokens)


@pytest.mark.parametrize("seed", range(8))
def test_no_internal_error(seed: int) -> None:
    rng = random.Random(seed)
    corpus = pairs()
    words = [t for spec, team in corpus for t in TOKEN.findall(spec.text + team.text) if t.strip()]
    refused: list[BadInput] = []
    for _ in range(EACH):
        spec, team = rng.choice(corpus)
        if rng.random() < 0.7:
            team = Source(team.path, mutated(team.text, words, rng))
        else:
            spec = Source(spec.path, mutated(spec.text, words, rng))
        try:
            check_spec_all(parse_protocol(team), parse_spec(spec))
        except BadInput as bad:
            refused.append(bad)
    assert len(refused) > EACH // 4
    assert all(d.title_text and isinstance(d.label_text + d.help_text, str) for bad in refused for d in bad.diagnostics)
