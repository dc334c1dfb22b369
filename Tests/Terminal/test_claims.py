"""Tests/README.md names a test for every promise: each exists under the name that is given."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_every_promise_has_its_test():
    claims = re.findall(r"^\|.*\| `(\S+)` `(\w+)` \|$", (TESTS / "README.md").read_text(), re.M)
    assert len(claims) > 15
    absent = [f"{file}: {name}" for file, name in claims
              if not re.search(rf"\b(func|def) {name}\b", (TESTS / file).read_text())]
    assert absent == []
