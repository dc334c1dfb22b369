import os
import signal
import subprocess

import pytest

ELBO = os.environ["ELBO"]

# Started in the background of a script, or by nohup, this process ignores Ctrl-C or hang-ups, and so would what it starts.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTSTP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


@pytest.fixture(scope="session", autouse=True)
def kernelspec(tmp_path_factory):
    """The kernel as `elbo jupyter install` makes it known, where this test run looks."""
    prefix = tmp_path_factory.mktemp("prefix")
    subprocess.run([ELBO, "jupyter", "install", "--prefix", str(prefix)], check=True)
    os.environ["JUPYTER_PATH"] = str(prefix / "share" / "jupyter")
    # Kernels that a test kills leave a recovery workspace behind: not among those of whoever runs the tests.
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    yield prefix
    subprocess.run([ELBO, "jupyter", "uninstall", "--prefix", str(prefix)], check=True)
    assert not (prefix / "share/jupyter/kernels/elbo").exists()
