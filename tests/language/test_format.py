"""`teamcheck fmt`: the layout of a file, and that nothing but the layout changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.language.diagnostics import BadInput
from checker.language.format import format_protocol, format_spec
from checker.language.layout import read_layout
from checker.language.parse import parse_protocol, parse_spec, read_source
from checker.language.source import Source
from tests.language.tree_text import shown

ROOT = Path(__file__).parent.parent.parent


def formatted(text: str) -> str:
    """The layout of the text of a protocol, which formatting again must not change."""
    result = format_protocol(Source("x", text))
    assert format_protocol(Source("x", result)) == result
    return result


def test_spaces_between_tokens() -> None:
    text = (
        "protocol   p ( a :1 .. 3=2,b:bool )\nids  T*3 ,ordered\nshared q:seq[ T? ,max 2 ]=[ a,b ]\nmessage  M( t :T )to  W :fifo,capacity  4\n"
        "role W*2 :\n    on M( t , _ )from x :W when x [ t ]==-1 and not( b ):\n        x[ t ]=- 1 - -2\n"
        "        y+=f( a , b )!.z[ 3 ]+( b )*{ k:v  for k in K }[ a ]\n        send   M ( { } )to w\n"
        "        await llm ( tokens :2_000 )as  p\n        either  0.5 :pass\n        or:pass\n"
    )
    assert formatted(text) == (
        "protocol p(a: 1..3 = 2, b: bool)\nids T * 3, ordered\nshared q: seq[T?, max 2] = [a, b]\nmessage M(t: T) to W: fifo, capacity 4\n"
        "role W * 2:\n    on M(t, _) from x: W when x[t] == -1 and not (b):\n        x[t] = -1 - -2\n"
        "        y += f(a, b)!.z[3] + (b) * {k: v for k in K} [a]\n        send M({}) to w\n"
        "        await llm(tokens: 2_000) as p\n        either 0.5: pass\n        or: pass\n"
    )


def test_four_spaces_a_level() -> None:
    text = "protocol p\nrole W:\n  run:\n     if a:\n      x = 1\n     else:\n            x = 2\n"
    assert (
        formatted(text) == "protocol p\nrole W:\n    run:\n        if a:\n            x = 1\n        else:\n            x = 2\n"
    )


def test_blank_lines() -> None:
    text = "\n\n# c\n\n\n\nprotocol p\nrole W:\n\n    run:\n\n\n        pass\n\n\n        pass\n\n\n\nmeter m\n\n\n"
    assert formatted(text) == "# c\n\nprotocol p\nrole W:\n    run:\n        pass\n\n        pass\n\nmeter m\n"


def test_the_end_of_the_file() -> None:
    assert formatted("protocol p") == "protocol p\n"
    assert formatted("protocol p\r\nmeter m\r\n\r\n") == "protocol p\nmeter m\n"
    assert formatted("\ufeffprotocol p\n#  end  ") == "protocol p\n#  end\n"


def test_comments_on_their_own_lines_stay_in_their_blocks() -> None:
    text = """#top
protocol p
  # before the role
role W:
  # first in the role
  run:
        # first in run
     if a:
        pass
        # last in if
       # last in run
     # also in run
  # last in role
   # still in role
# at the margin
meter m
    # at the end
"""
    assert (
        formatted(text)
        == """#top
protocol p
# before the role
role W:
    # first in the role
    run:
        # first in run
        if a:
            pass
            # last in if
        # last in run
        # also in run
    # last in role
    # still in role
# at the margin
meter m
# at the end
"""
    )


def test_comments_behind_code_stand_in_one_column() -> None:
    text = """protocol p
meter a # one
meter long   # two
meter c

meter d     # alone, where it was
meter e

meter f      # a pair
meter gggg   # in its own column

meter h   # goes on
          # here
"""
    assert (
        formatted(text)
        == """protocol p
meter a     # one
meter long  # two
meter c

meter d     # alone, where it was
meter e

meter f      # a pair
meter gggg   # in its own column

meter h   # goes on
          # here
"""
    )


def test_line_breaks_inside_brackets_stay() -> None:
    text = """protocol p
done when all(t in T,  # c

  # own
      w in W:
  x! == y) and foo(bar(
a,

b
 )) # end
"""
    assert (
        formatted(text)
        == """protocol p
done when all(t in T,  # c
    # own
    w in W:
    x! == y) and foo(bar(
        a,
        b
    ))  # end
"""
    )


def test_a_description_is_left_alone() -> None:
    assert formatted('"""One.\n\n    Two  \n"""   # c\nprotocol p\n') == '"""One.\n\n    Two  \n"""   # c\nprotocol p\n'


def test_a_spec() -> None:
    text = 'spec  s  for "x.team"\ninstance pair :n=2 ,m = {1:{0}}\nfaults f :crash  W<=1,lose M unlimited\nalways a"t":\n  x .y==- 1\n'
    assert format_spec(Source("x", text)) == (
        'spec s for "x.team"\ninstance pair: n = 2, m = {1: {0}}\nfaults f: crash W <= 1, lose M unlimited\nalways a "t":\n    x.y == -1\n'
    )


def test_a_file_with_errors_is_refused() -> None:
    with pytest.raises(BadInput):
        format_protocol(Source("x", "protocol p\nshared x\n"))


def corpus() -> list[Path]:
    return sorted([*ROOT.glob("protocols/**/*.team"), *ROOT.glob("specs/**/*.spec")])


@pytest.mark.parametrize("path", corpus(), ids=lambda path: path.name)
def test_the_corpus_keeps_its_tree_and_its_comments(path: Path) -> None:
    parse, formatter = (parse_protocol, format_protocol) if path.suffix == ".team" else (parse_spec, format_spec)
    source = read_source(str(path))
    result = Source(source.path, formatter(source))
    assert formatter(result) == result.text
    assert shown(parse(result)) == shown(parse(source))
    assert [c.text for c in read_layout(result).comments] == [c.text for c in read_layout(source).comments]
