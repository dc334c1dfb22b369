"""Replies beside those of ipykernel, the kernel that the protocol was written with: the same members, no more and no fewer."""

import pytest
from jupyter_client.manager import start_new_kernel

CODE = {
    "elbo": {"ok": "6*7", "error": "nope", "slow error": "!sleep 0.5; exit 1", "open": "mean((1 +", "invalid": "1 + )", "word": "mean"},
    "python3": {"ok": "6*7", "error": "nope", "slow error": "import time; time.sleep(0.5); 1/0", "open": "print((1 +", "invalid": "1 + )", "word": "print"},
}
# What one of them alone sends, and the protocol leaves open.
OPEN = {
    "kernel_info_reply": {"supported_features", "debugger"},
    "execute_reply error": {"engine_info"},
}


def replies(name):
    """Content of one reply of each kind."""
    manager, client = start_new_kernel(kernel_name=name)
    code = CODE[name]
    found = {}

    def ask(label, ident, channel="shell"):
        get = client.get_shell_msg if channel == "shell" else client.get_control_msg
        while (message := get(timeout=60))["parent_header"].get("msg_id") != ident:
            pass
        found[label] = message["content"]
        found["metadata of " + label] = message["metadata"]

    try:
        ask("kernel_info_reply", client.kernel_info())
        ask("execute_reply ok", client.execute(code["ok"]))
        ask("execute_reply error", client.execute(code["error"]))
        first, second = client.execute(code["slow error"]), client.execute("1")
        ask("execute_reply failed", first)
        ask("execute_reply aborted", second)
        ask("execute_reply silent", client.execute(code["ok"], silent=True))
        ask("complete_reply", client.complete(code["word"][:3], 3))
        ask("inspect_reply", client.inspect(code["word"], 2))
        ask("inspect_reply nothing", client.inspect("qqqqqqq", 3))
        ask("is_complete_reply complete", client.is_complete("1"))
        ask("is_complete_reply incomplete", client.is_complete(code["open"]))
        ask("is_complete_reply invalid", client.is_complete(code["invalid"]))
        ask("history_reply", client.history(raw=True, output=False, hist_access_type="tail", n=2))
        ask("comm_info_reply", client.comm_info())
        message = client.session.msg("interrupt_request", {})
        client.control_channel.send(message)
        ask("interrupt_reply", message["header"]["msg_id"], "control")
        ask("shutdown_reply", client.shutdown(), "control")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return found


@pytest.fixture(scope="module")
def ours():
    return replies("elbo")


@pytest.fixture(scope="module")
def theirs():
    return replies("python3")


def test_replies_have_the_members_that_ipykernel_sends(ours, theirs):
    for label in (label for label in theirs if not label.startswith("metadata")):
        wanted = set(theirs[label]) - OPEN.get(label, set()) - {"engine_info"}
        assert set(ours[label]) - OPEN.get(label, set()) == wanted, label
        assert ours[label].get("status") == theirs[label].get("status"), label


def test_an_aborted_cell_has_a_status_and_no_number(ours):
    assert ours["execute_reply aborted"] == {"status": "aborted"}
    assert ours["metadata of execute_reply aborted"]["status"] == "aborted"


def test_language_info_has_what_front_ends_read(ours, theirs):
    for key in ["name", "version", "mimetype", "file_extension", "pygments_lexer", "codemirror_mode", "nbconvert_exporter"]:
        assert key in theirs["kernel_info_reply"]["language_info"]
        assert ours["kernel_info_reply"]["language_info"][key], key
