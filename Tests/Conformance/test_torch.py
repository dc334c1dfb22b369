"""The example that trains with torch and opens its weights; torch is large, and its python is named: TORCH_PYTHON."""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.mark.skipif("TORCH_PYTHON" not in os.environ, reason="TORCH_PYTHON names no python with torch")
def test_torch_and_elbo_agree_on_the_terms():
    done = subprocess.run(
        [os.environ["TORCH_PYTHON"], str(ROOT / "examples/python/torch_weights.py")], capture_output=True, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "Sources/Python")})
    assert done.returncode == 0, done.stderr
    pairs = re.findall(r"without noise, (\S+): torch (\S+), elbo (\S+)", done.stdout)
    assert len(pairs) == 2
    for _, theirs, ours in pairs:
        assert abs(float(ours) / float(theirs) - 1) < 1e-4
