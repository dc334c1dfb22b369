"""The Pygments lexer of the client knows every command."""

import os
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "Sources" / "Python"))
import build_wheel
from elbo.lexer import ElboLexer
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, Punctuation, String

from elbo._verbs import VERBS


def kinds(source):
    return [(kind, text) for kind, text in ElboLexer().get_tokens(source) if text.strip()]


def test_commands_options_and_values():
    assert kinds('z = encode m d.test what=sample # draws') == [
        (Name, "z"), (Operator, "="), (Keyword, "encode"), (Name, "m"), (Name, "d"), (Punctuation, "."),
        (Name, "test"), (Name.Attribute, "what"), (Operator, "="), (Name, "sample"), (Comment.Single, "# draws")]
    assert (String, '"a b.npy"') in kinds('load "a b.npy" as=x') and (Number, "1e-3") in kinds("train m lr=1e-3")


def test_no_session_of_ours_has_an_error():
    sessions = sorted((pathlib.Path(__file__).parents[2] / "sessions").glob("*.session"))
    assert sessions
    for path in sessions:
        assert not [text for kind, text in ElboLexer().get_tokens(path.read_text()) if kind is Error], path


def test_it_knows_every_command():
    assert list(VERBS) == build_wheel.verbs(os.environ["ELBO"])
