import os
import subprocess

import pytest

ELBO = os.environ["ELBO"]


@pytest.fixture(scope="session", autouse=True)
def kernelspec(tmp_path_factory):
    """The kernel as `elbo jupyter install` makes it known, where this test run looks."""
    prefix = tmp_path_factory.mktemp("prefix")
    subprocess.run([ELBO, "jupyter", "install", "--prefix", str(prefix)], check=True)
    os.environ["JUPYTER_PATH"] = str(prefix / "share" / "jupyter")
    yield prefix
    subprocess.run([ELBO, "jupyter", "uninstall", "--prefix", str(prefix)], check=True)
    assert not (prefix / "share/jupyter/kernels/elbo").exists()
