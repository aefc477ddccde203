"""Certificates: what was proved is verified again, whatever was tampered with is refused, what is damaged is bad input."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from checker import api
from checker.certificates.certificate import read, written
from checker.certificates.certificate_errors import BadCertificate, NoSubject
from checker.certificates.expressions import NotOfTheModel, from_node, to_node, type_node
from checker.certificates.make import certificate_of
from checker.certificates.nodes import ExprNode, TypeNode
from checker.certificates.questions import questions
from checker.certificates.subject import Asked
from checker.language.diagnostics import BadInput
from checker.properties.plan import Filters, read_target
from checker.properties.searches import model_of, plan
from checker.sentences.read import read_sentences

ROOT = Path(__file__).parents[2]
SPECS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "specs").rglob("*.spec"))

LOCK = """
protocol lock(clients: 1..4 = 2)
role Client * clients
shared wanted: set[Client] = those(c in Client: true)
shared holder: Client? = none
role Client:
    action use when self in wanted and holder == none:
        holder = self
        await tool() as using
        wanted -= {self}
        holder = none
done when wanted == {}
"""
SPEC = """
spec lock for "lock.team"
never together: any(c in Client, d in Client: c != d and c at using and d at using)
no deadlock
"""
LEMMA = "all(c in Client: c at using implies holder == c)"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a protocol, its spec, and a certificate that `together` holds for every number of clients, by a lemma that was given."""
    folder = tmp_path_factory.mktemp("proof")
    (folder / "lock.team").write_text(LOCK, encoding="utf-8")
    (folder / "lock.spec").write_text(SPEC, encoding="utf-8")
    (folder / "proof.cert.json").write_text(certificate(str(folder / "lock.spec"), [LEMMA]), encoding="utf-8")
    return folder


def certificate(spec: str, lemmas: list[str], *, of: Callable[[Asked], Any] = lambda subject: subject) -> str:
    target = read_target(spec)
    subject = of(Asked(target, "default", "none", "together", {}))
    exprs = read_sentences(lemmas, target.protocol, target.spec, None)
    asked = questions(subject, exprs)
    from checker.model.resize import resized

    return written(certificate_of(subject, [resized(expr, subject.model) for expr in exprs], asked))


def verify(folder: Path, text: str | None = None, spec: str = "lock.spec") -> tuple[int, str]:
    path = folder / "tried.cert.json"
    path.write_text((folder / "proof.cert.json").read_text(encoding="utf-8") if text is None else text, encoding="utf-8")
    found = api.verify(path, folder / spec)
    return found.exit_code, found.refused


def test_a_certificate_is_verified_by_both_solvers_and_by_looking_at_all_states(made: Path) -> None:
    found = api.verify(made / "proof.cert.json")
    assert found.exit_code == 0
    assert found.claim == "never together of lock, for any number of Client, under no faults"
    assert [check.text for check in found.checks[2:]] == [
        "1 lemma: each sentence says what its expression says",
        "6 questions: as they follow from the protocol and the lemmas",
        "z3: yes to 6 of 6",
        "cvc5: yes to 6 of 6",
        "without quantifiers: yes to 6 of 6, which 4 Client decide for every size",
        "clients = 1: every well-typed state (8 looked at, the lemmas hold in 6), no step leads out of them",
        "clients = 2: every well-typed state (48 looked at, the lemmas hold in 20), no step leads out of them",
        "clients = 3: every well-typed state (256 looked at, the lemmas hold in 56), no step leads out of them",
        "clients = 4: every well-typed state (1,280 looked at, the lemmas hold in 144), no step leads out of them",
        "not looked at here: a run ends where a step of the protocol fails: that none does is the property `no error`",
    ]


def test_the_text_is_read_back_as_it_was(made: Path) -> None:
    text = (made / "proof.cert.json").read_text(encoding="utf-8")
    assert written(read(text.encode())) == text


def put(data: Any, path: str, value: object) -> None:
    *steps, last = path.split(".")
    for step in steps:
        data = data[int(step) if step.isdigit() else step]
    data[int(last) if last.isdigit() else last] = value


TAMPERED = {
    "the name of a file": ("subject.files.0.path", "other.spec", "it names other files"),
    "the model's hash": ("subject.model_sha256", "0" * 64, "it is not about"),
    "the protocol's name": ("subject.protocol", "luck", "it is not about"),
    "the instance": ("subject.instance", "other", "there is no instance `other`"),
    "a parameter": ("subject.settings", {"clients": "3"}, "it is not about"),
    "a parameter that is not there": ("subject.settings", {"agents": "3"}, "`agents`"),
    "the faults": ("subject.faults", "crash Client <= 1", "it is not about"),
    "the property": ("claim.property", "served", "there is no property `served`"),
    "another property": ("claim.property", "no deadlock", "it is not about"),
    "the kind": ("claim.kind", "always", "the kind of the property is not as the certificate says: it is `never`, not `always`"),
    "the goal": ("claim.sentence", "false", "the property is not as the certificate says"),
    "the sorts": ("claim.varying", [{"sort": "Agent", "parameter": "clients"}], "what may have any size is not as"),
    "the parameters": (
        "claim.varying.0.parameter",
        "others",
        "what sets the sizes that vary is not as the certificate says: it is clients that of Client, not others that of Client",
    ),
    "what is fixed": (
        "claim.fixed",
        {"clients": "2"},
        "what is fixed is not as the certificate says: it is nothing, not clients = 2",
    ),
    "what it rests on": ("assumptions", [], "what the proof rests on is not as"),
    "a lemma's sentence": ("lemmas.0.sentence", "true", "lemma 1 is not the sentence that stands beside it"),
    "whether it is exact": ("lemmas.0.exact", False, "lemma 1 is not the sentence that stands beside it"),
    "a variable of a lemma": (
        "lemmas.0.expression.body.arguments.0.arguments.0.variable",
        "nothing",
        "lemma 1 says nothing of this protocol: there is no variable `nothing`",
    ),
    "an operator of a lemma": ("lemmas.0.expression.body.operator", "or", "lemma 1 is not the sentence that stands beside it"),
    "an unknown operator": ("lemmas.0.expression.body.operator", "hopes", "there is no operator `hopes`"),
    "an unbound local": ("lemmas.0.expression.body.arguments.0.arguments.0.indices.0.number", 7, "nothing binds local 7"),
    "the lemmas, left out": ("lemmas", [], "its questions are not those"),
    "the questions, left out": ("obligations", [], "its questions are not those"),
    "a question": ("obligations.0.name", "consecution of nothing", "its questions are not those"),
    "the SMT-LIB": ("obligations.0.smtlib", "(assert false)\n(check-sat)\n", "the SMT-LIB text of `initiation #0` is not"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_tampered_with_is_refused(made: Path, what: str) -> None:
    path, value, reason = TAMPERED[what]
    data = json.loads((made / "proof.cert.json").read_text(encoding="utf-8"))
    put(data, path, value)
    code, refused = verify(made, json.dumps(data))
    assert code == 1
    assert reason in refused


@pytest.mark.parametrize(
    ("lemmas", "reason"),
    [
        ([], "z3 finds that it does not follow: `consecution Client.use #0` fails, so `Client.use` may end the property"),
        (
            ["all(c in Client: holder == none)"],
            "z3 finds that it does not follow: `consecution Client.use #0` fails, so `Client.use` may end lemma 1",
        ),
        (
            [LEMMA, "all(c in Client: c in wanted)"],
            "z3 finds that it does not follow: `consecution Client.use.using #1` fails, so `Client.use.using` may end lemma 2",
        ),
        (
            [LEMMA, "wanted == {}"],
            "z3 finds that it does not follow: `initiation #1` fails, so lemma 2 need not hold at the start",
        ),
    ],
)
def test_a_wrong_lemma_is_caught_although_all_else_was_made_to_fit(made: Path, lemmas: list[str], reason: str) -> None:
    assert verify(made, certificate(str(made / "lock.spec"), lemmas)) == (1, reason)


LEADS_OUT = "the step `Client.use` leads out of the lemmas, from the state where"


def test_a_wrong_lemma_is_caught_by_looking_at_states_too(made: Path) -> None:
    """Without any solver: what a translation to formulas got wrong shows here."""
    from checker.certificates.enumeration import try_out

    target = read_target(str(made / "lock.spec"))
    subject = Asked(target, "default", "none", "together", {})
    deadlock = Asked(target, "default", "none", "no deadlock", {})
    for lemmas, of, wrong in (
        ([LEMMA], subject, ""),
        ([], subject, f"{LEADS_OUT} wanted = {{Client0}}, Client1.use = using"),
        (["holder != none"], subject, "does not hold at the start, in the initial state"),
        ([], deadlock, "no step is enabled, and not all is done, in the state where wanted = {Client0}, holder = Client0"),
        (["all(c in Client: holder == c implies c at using)"], deadlock, ""),
    ):
        from checker.model.resize import resized

        exprs = [resized(expr, of.model) for expr in read_sentences(lemmas, target.protocol, target.spec, None)]
        assert try_out(of.model, exprs, of.goal).wrong == wrong


def test_a_protocol_that_has_changed_since_is_another_one(made: Path, tmp_path: Path) -> None:
    for name in ("lock.team", "lock.spec", "proof.cert.json"):
        shutil.copy(made / name, tmp_path / name)
    (tmp_path / "lock.team").write_text(LOCK.replace("wanted -= {self}", "wanted = {}"), encoding="utf-8")
    assert verify(tmp_path)[0] == 1
    (tmp_path / "lock.team").write_text("# only a comment\n" + LOCK, encoding="utf-8")
    assert verify(tmp_path) == (0, "")
    texts = [check.text for check in api.verify(tmp_path / "proof.cert.json", tmp_path / "lock.spec").checks]
    assert [text for text in texts if text.startswith("lock.team: the text is another one than when this was proved.")]


def test_what_is_damaged_is_bad_input(made: Path, tmp_path: Path) -> None:
    text = (made / "proof.cert.json").read_text(encoding="utf-8")
    data = json.loads(text)
    del data["lemmas"]
    wrong_type = json.loads(text)
    wrong_type["obligations"][0]["smtlib"] = 7
    newer = json.loads(text) | {"format_version": 4}
    more = json.loads(text) | {"more": 1}
    for damaged in ("", text[:200], "[]", "\xff", json.dumps(data), json.dumps(wrong_type), json.dumps(newer), json.dumps(more)):
        (tmp_path / "damaged.cert.json").write_text(damaged, encoding="latin-1")
        with pytest.raises(BadInput) as bad:
            api.verify(tmp_path / "damaged.cert.json", made / "lock.spec")
        assert isinstance(bad.value.diagnostics[0], BadCertificate)
    with pytest.raises(BadInput) as bad:
        api.verify(tmp_path / "nowhere.cert.json")
    assert isinstance(bad.value.diagnostics[0], BadCertificate)
    with pytest.raises(BadInput) as bad:
        api.verify(made / "proof.cert.json", tmp_path / "nowhere.spec")
    assert isinstance(bad.value.diagnostics[0], NoSubject)


@pytest.mark.parametrize("name", ["a" * 5000 + ".spec", "lock\0.spec"])
def test_a_file_that_no_system_has_is_bad_input(made: Path, tmp_path: Path, name: str) -> None:
    told = json.loads((made / "proof.cert.json").read_text(encoding="utf-8"))
    told["subject"]["path"] = name
    (tmp_path / "odd.cert.json").write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(BadInput) as bad:
        api.verify(tmp_path / "odd.cert.json")
    assert isinstance(bad.value.diagnostics[0], NoSubject)


def test_the_questions_are_files_that_a_solver_outside_reads(made: Path, tmp_path: Path) -> None:
    found = api.verify(made / "proof.cert.json", smtlib=tmp_path / "questions")
    assert found.exit_code == 0
    files = sorted((tmp_path / "questions").iterdir())
    assert [file.name for file in files] == [
        "01_initiation_0.smt2",
        "02_initiation_1.smt2",
        "03_consecution_Client_use_0.smt2",
        "04_consecution_Client_use_1.smt2",
        "05_consecution_Client_use_using_0.smt2",
        "06_consecution_Client_use_using_1.smt2",
    ]
    z3 = Path(sys.executable).with_name("z3")  # comes with z3-solver
    said = [subprocess.run([z3, file], capture_output=True, text=True, timeout=60).stdout for file in files]
    assert said == ["unsat\n"] * 6


@pytest.mark.parametrize("path", SPECS)
def test_expressions_of_the_corpus_are_written_and_read(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    model = model_of(plan([path], Filters(), {})[0])
    for goal in model.goals:
        for condition in goal.conditions if goal.kind != "step" else ():
            node = msgspec.json.decode(msgspec.json.encode(to_node(condition)), type=ExprNode)
            assert node == to_node(condition)
            assert without_places(from_node(node, model)) == without_places(condition)


@pytest.mark.parametrize("path", SPECS)
def test_types_of_the_corpus_are_written_and_read(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for variable in model_of(plan([path], Filters(), {})[0]).variables:
        node = type_node(variable.type)
        assert msgspec.json.decode(msgspec.json.encode(node), type=TypeNode) == node


def without_places(expr: Any) -> Any:
    from msgspec.structs import replace

    from checker.language.types import Type
    from checker.model.expr import Apply, Quantifier, Read

    match expr:
        case Apply():
            return replace(expr, arguments=tuple(map(without_places, expr.arguments)), at=None)
        case Read():
            return replace(expr, indices=tuple(map(without_places, expr.indices)))
        case Quantifier():
            domains = tuple(domain if isinstance(domain, Type) else without_places(domain) for domain in expr.domains)
            return replace(expr, domains=domains, body=without_places(expr.body), at=None)
    return expr


def test_a_condition_must_be_well_formed(made: Path) -> None:
    model = api.load(made / "lock.spec")
    for text, reason in (
        ({"kind": "const", "value": 3, "type": {"kind": "int", "low": 0, "high": 9}}, "a condition of type 0..9"),
        ({"kind": "const", "value": True, "type": {"kind": "sort", "name": "Agent"}}, "there is no type `Agent`"),
        ({"kind": "read", "variable": "holder", "indices": []}, "a condition of type Client?"),
        ({"kind": "const", "value": [], "type": {"kind": "bool"}}, "[] is no bool"),
    ):
        import msgspec

        from checker.certificates.nodes import ExprNode

        with pytest.raises(NotOfTheModel) as wrong:
            from_node(msgspec.json.decode(json.dumps(text), type=ExprNode), model)
        assert str(wrong.value) == reason


def test_the_verifier_shares_nothing_with_the_search_for_lemmas() -> None:
    """In a process of its own: what it loads."""
    program = "import sys, checker.certificates.verify, checker.certificates.make; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    assert "checker.sorted.obligations" in loaded
    assert not [name for name in loaded if name.startswith(("checker.proving", "checker.engines.inductive", "pysat"))]


def test_the_schema_is_that_of_the_structs() -> None:
    import msgspec

    from checker.certificates.certificate import Certificate

    def laid_out(schema: str) -> str:
        return re.sub(r"\\n *", " ", schema)  # newer versions of Python take the indentation out of docstrings

    kept = json.loads((ROOT / "checker" / "certificates" / "schema.json").read_text(encoding="utf-8"))
    assert laid_out(json.dumps(kept)) == laid_out(json.dumps(msgspec.json.schema(Certificate)))
