"""A notebook's kernel keeps a recovery workspace, as a prompt does: what was finished survives `kill -9`."""

import os
import re
import signal

import pytest
from jupyter_client.manager import start_new_kernel


@pytest.fixture
def state(tmp_path, monkeypatch):
    """A state folder of its own; the recovery workspaces in it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    def workspaces():
        folder = tmp_path / "elbo" / "recovery"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    return workspaces


class Kernel:
    def __init__(self):
        self.manager, self.client = start_new_kernel(kernel_name="elbo")

    def run(self, code, **options):
        """The reply's status and everything that was said and shown."""
        found = []
        reply = self.client.execute_interactive(code, output_hook=found.append, timeout=60, **options)
        texts = [m["content"].get("text") or m["content"].get("data", {}).get("text/plain", "") 
                 for m in found if m["msg_type"] in ("stream", "execute_result", "display_data")]
        return reply["content"]["status"], "\n".join(texts)

    def banner(self):
        ident = self.client.kernel_info()
        while (message := self.client.get_shell_msg(timeout=60))["parent_header"].get("msg_id") != ident:
            pass
        return message["content"]["banner"]

    def kill(self):
        """As the kernel of Linux does it when memory runs out."""
        process = self.manager.provisioner.process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def end(self, **options):
        self.client.stop_channels()
        self.manager.shutdown_kernel(**options)


def offered(text):
    """The command that the note gives."""
    return re.search(r"open \S+\.elbodb", text).group()


def test_a_killed_kernel_is_offered_to_the_next_and_opens_as_it_was(state):
    first = Kernel()
    assert "did not exit cleanly" not in first.run("x = 6*7")[1]
    first.run("z = normal(30, 2, seed=3)")
    first.run("!echo hello")
    first.kill()
    second = Kernel()
    assert "did not exit cleanly" in second.banner()
    # A silent cell says nothing, and the first that speaks says it once.
    assert second.run("1", silent=True)[1] == ""
    text = second.run("1 + 1")[1]
    assert "3 cells and x, z" in text
    assert "did not exit cleanly" not in second.run("2 + 2")[1]
    status, said = second.run(offered(text))
    assert status == "ok" and "2 variables" in said
    assert second.run("x")[1] == "42"
    assert "30×2" in second.run("z")[1]
    second.end()
    assert state() == []
    third = Kernel()
    assert "did not exit cleanly" not in third.banner()
    third.end()


def test_a_kernel_that_ends_in_good_order_leaves_nothing_behind(state):
    kernel = Kernel()
    kernel.run("x = 1")
    assert state() != []
    kernel.end()
    assert state() == []
    for how in ["quit", "restart"]:
        kernel = Kernel()
        kernel.run("x = 1")
        if how == "quit":
            assert kernel.run("quit")[0] == "ok"
            kernel.manager.provisioner.process.wait(60)
        else:
            kernel.manager.restart_kernel()
            kernel.client.wait_for_ready(timeout=60)
            status, text = kernel.run("x")
            assert status == "error" and "did not exit cleanly" not in text
        kernel.end()
        assert state() == []


def test_a_kernel_that_did_nothing_leaves_nothing_to_offer(state):
    kernel = Kernel()
    kernel.kill()
    kernel = Kernel()
    assert "did not exit cleanly" not in kernel.run("1")[1]
    kernel.end()


def test_a_terminated_kernel_is_offered(state):
    kernel = Kernel()
    kernel.run("x = 7")
    kernel.manager.provisioner.process.send_signal(signal.SIGTERM)
    kernel.manager.provisioner.process.wait()
    kernel.end(now=True)
    kernel = Kernel()
    assert "1 cell and x" in kernel.run("1")[1]
    kernel.end()


def test_kernels_at_the_same_time_have_a_workspace_each(state):
    kernels = [Kernel() for _ in range(3)]
    for number, kernel in enumerate(kernels):
        kernel.run(f"x{number} = {number}")
    # Nobody is offered what another one is working in.
    assert all("did not exit cleanly" not in kernel.banner() for kernel in kernels)
    kernels[0].kill()
    kernels[1].kill()
    fourth = Kernel()
    text = fourth.run("1")[1]
    assert "1 older one" in text and "x2" not in text
    assert re.search(r"1 cell and x[01]\b", text)
    assert kernels[2].run("x2")[1] == "2"
    kernels[2].end()
    fourth.end()
    # Two were killed, and nobody opened them.
    assert len([name for name in state() if name.endswith(".elbodb")]) == 2


def test_trained_models_of_an_opened_workspace_are_not_thrown_away(state):
    kernel = Kernel()
    kernel.run("load digits as=d\nmodel m mlp latent=2\ntrain m on=d[0..99] epochs=1")
    kernel.kill()
    kernel = Kernel()
    kernel.run(offered(kernel.run("1")[1]))
    kernel.end()
    kernel = Kernel()
    text = kernel.run("1")[1]
    kernel.run(offered(text))
    assert kernel.run("m.epochs")[1] == "1"
    kernel.end()


def test_a_named_workspace_needs_no_other(state, tmp_path):
    from lines import Lines
    kernel = Lines("--session", str(tmp_path / "work.elbodb"))
    kernel.run("x = 1")
    assert kernel.close() == 0
    # Nor does a program that speaks lines: it names its own.
    kernel = Lines()
    kernel.run("x = 1")
    assert kernel.close() == 0
    assert state() == []
