"""A lexer for Pygments: notebooks exported by nbconvert, and `pygmentize -l elbo`."""

import re

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

from ._verbs import VERBS


class ElboLexer(RegexLexer):
    name = "elbo"
    aliases = ["elbo"]
    filenames = ["*.elbo", "*.session"]
    mimetypes = ["text/x-elbo"]
    flags = re.MULTILINE

    tokens = {
        "root": [
            (r"^(elbo|\.\.\.\.)> ", Keyword.Type),
            (r"#.*$", Comment.Single),
            (r"^\s*[!?].*$", String.Other),
            (r"([A-Za-z_][\w-]*)(=)(?!=)", bygroups(Name.Attribute, Operator)),
            (words(VERBS, prefix=r"(?<![\w.=])", suffix=r"(?![\w.=(-])"), Keyword),
            (r'"(\\.|[^"\\\n])*"|\'(\\.|[^\'\\\n])*\'', String),
            (r"[+-]?(\d[\d_]*)?\.?\d+([eE][+-]?\d+)?(ms|s|m|h)?(?!\w)", Number),
            (r"\.\.|[|>;\\]", Operator),
            (r"[-+*/@%<>=!&^:]", Operator),
            (r"[()\[\],.{}]", Punctuation),
            (r"[A-Za-z_][\w-]*", Name),
            (r"\s+", Text.Whitespace),
            (r".", Text),
        ]
    }
