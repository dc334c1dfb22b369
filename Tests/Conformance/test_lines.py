"""The behaviors of the kernel over standard input and output."""

import json
import os
import random
import signal
import time

import pytest

from lines import Lines, kinds, only, reply


@pytest.fixture
def kernel():
    kernel = Lines()
    yield kernel
    if kernel.process.poll() is None:
        assert kernel.close() == 0
    assert not kernel.stray


def test_order_of_a_cell(kernel):
    assert kinds(kernel.run("6*7")) == ["busy", "execute_input", "execute_result", "execute_reply", "idle"]


def test_an_error_is_one_message_and_a_reply(kernel):
    messages = kernel.run("trian m")
    assert kinds(messages) == ["busy", "execute_input", "error", "execute_reply", "idle"]
    assert reply(messages)["ename"] == "E101"


def test_silent_says_and_keeps_nothing(kernel):
    assert kinds(kernel.run("x = 5", silent=True)) == ["busy", "execute_reply", "idle"]
    messages = kernel.run("x")
    assert only(messages, "execute_result")[0]["content"]["data"]["text/plain"] == "5"
    assert reply(messages)["execution_count"] == 1


def test_a_cell_not_stored_has_no_history(kernel):
    kernel.run("1 + 1")
    kernel.run("2 + 2", store_history=False)
    history = kernel.until_idle(kernel.send("history_request", {"hist_access_type": "tail", "n": 5, "output": True}))
    entries = only(history, "history_reply")[0]["content"]["history"]
    assert [e[1:] for e in entries] == [[1, ["1 + 1", "2"]]]


def test_a_cell_sent_after_the_reply_of_a_failed_one_runs(kernel):
    for _ in range(300):
        kernel.execute("nope")
        while kernel.next()["header"]["msg_type"] != "execute_reply":
            pass
        assert reply(kernel.run("1"))["status"] == "ok"


def test_queued_cells_are_aborted_after_an_error(kernel):
    first = kernel.execute("!sleep 0.3; exit 1")
    rest = [kernel.execute(f"{n}") for n in range(3)]
    assert reply(kernel.until_idle(first))["status"] == "error"
    for ident in rest:
        messages = kernel.until_idle(ident)
        assert kinds(messages) == ["busy", "execute_reply", "idle"]
        assert reply(messages)["status"] == "aborted"
    assert reply(kernel.run("1"))["status"] == "ok"


def test_queued_cells_run_when_errors_do_not_stop(kernel):
    first = kernel.execute("!sleep 0.3; exit 1", stop_on_error=False)
    second = kernel.execute("1")
    assert reply(kernel.until_idle(first))["status"] == "error"
    assert reply(kernel.until_idle(second))["status"] == "ok"


def test_user_expressions(kernel):
    found = reply(kernel.run("x = 2", user_expressions={"a": "x*3", "b": "nope"}))["user_expressions"]
    assert found["a"]["data"]["text/plain"] == "6"
    assert found["b"]["status"] == "error" and found["b"]["ename"] == "E104"


def test_stdin_is_asked_and_answered(kernel):
    ident = kernel.execute('ask "digit? "', allow_stdin=True)
    while True:
        message = kernel.next()
        if message["channel"] == "stdin":
            break
    assert message["content"] == {"prompt": "digit? ", "password": False}
    kernel.send("input_reply", {"value": "7 é"}, channel="stdin")
    messages = kernel.until_idle(ident)
    assert "7 é" in only(messages, "execute_result")[0]["content"]["data"]["text/plain"]


def test_stdin_not_allowed_is_an_error(kernel):
    assert reply(kernel.run('ask "x"', allow_stdin=False))["status"] == "error"


def test_interrupt_of_a_question_and_of_a_shell_command(kernel):
    for code in ['ask "x"', "!sleep 120"]:
        ident = kernel.execute(code, allow_stdin=True)
        while kernel.next()["header"]["msg_type"] != "execute_input":
            pass
        kernel.send("interrupt_request", channel="control")
        assert reply(kernel.until_idle(ident, 60))["status"] == "error"
    assert reply(kernel.run("1"))["status"] == "ok"


@pytest.mark.parametrize("code", [
    # The child is in a session of its own, where no signal finds it, and holds the output.
    "!setsid sh -c 'echo > {begun}; sleep 120'; true", "!trap '' TERM; setsid sh -c 'echo > {begun}; sleep 120'; true",
    # Nothing is left to read, long before the end.
    "!exec > /dev/null 2>&1; echo > {begun}; sleep 120",
])
def test_interrupt_of_a_shell_command_whose_output_says_nothing_of_its_end(kernel, tmp_path, code):
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    ident = kernel.execute(code.format(begun=begun))
    begun.read_text()
    kernel.send("interrupt_request", channel="control")
    assert reply(kernel.until_idle(ident, 60))["ename"] == "Interrupted"
    assert reply(kernel.run("1"))["status"] == "ok"


def test_a_shell_command_ends_with_its_shell_and_loses_nothing(kernel):
    ident = kernel.execute("!setsid sleep 120 & head -c 1000000 /dev/zero | tr '\\0' x; exit 3")
    messages = kernel.until_idle(ident, 15)
    assert sum(len(m["content"]["text"]) for m in only(messages, "stream")) == 1_000_000
    assert "exit code 3" in reply(messages)["evalue"]
    # A shell that is gone before its child speaks: the child is heard.
    assert only(kernel.run("!echo soon &"), "stream")[0]["content"]["text"] == "soon\n"


def test_answers_while_a_cell_runs(kernel):
    ident = kernel.execute("!sleep 120")
    while kernel.next()["header"]["msg_type"] != "execute_input":
        pass
    for kind, content in [
        ("complete_request", {"code": "é hist", "cursor_pos": 6}),
        ("inspect_request", {"code": "history", "cursor_pos": 3}),
        ("is_complete_request", {"code": "1 +"}),
        ("kernel_info_request", {}),
        ("comm_info_request", {}),
        ("history_request", {"hist_access_type": "tail", "n": 1}),
    ]:
        assert kinds(kernel.until_idle(kernel.send(kind, content), 2))[1] == kind.replace("request", "reply")
    kernel.send("interrupt_request", channel="control")
    kernel.until_idle(ident, 60)


def test_completion_counts_code_points(kernel):
    code = 'x = "é😀"; hist'
    content = only(kernel.until_idle(kernel.send("complete_request", {"code": code, "cursor_pos": len(code)})), "complete_reply")[0]["content"]
    assert (content["matches"], content["cursor_start"], content["cursor_end"]) == (["history"], len(code) - 4, len(code))


def test_an_unknown_comm_is_closed(kernel):
    messages = kernel.until_idle(kernel.send("comm_open", {"comm_id": "c", "target_name": "t", "data": {}}))
    assert kinds(messages) == ["busy", "comm_close", "idle"]


@pytest.mark.parametrize("line", [
    b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"header":{}}', b'{"header":{"msg_type":3}}', b'"' + b"x" * 100,
    b"[" * 100_000, b'{"channel":"iopub","header":{"msg_type":"x"}}', b'{"header":{"msg_type":"\xc3("}}',
])
def test_a_bad_line_is_an_error_and_the_kernel_goes_on(kernel, line):
    kernel.raw(line + b"\n")
    while (message := kernel.next())["header"]["msg_type"] == "status":
        pass
    assert message["header"]["msg_type"] == "error" and message["content"]["ename"] == "BadMessage"
    assert reply(kernel.run("1"))["status"] == "ok"


def test_an_unknown_type_is_an_error(kernel):
    assert kinds(kernel.until_idle(kernel.send("fly_request"))) == ["busy", "error", "idle"]


def test_wrong_contents_never_end_the_kernel(kernel):
    for kind in ["execute", "complete", "inspect", "is_complete", "history", "comm_info", "kernel_info"]:
        for content in [[], 3, None, {"code": 3, "cursor_pos": "x"}, {"code": "é", "cursor_pos": -9, "n": -1}, {"cursor_pos": 1e99}]:
            kernel.until_idle(kernel.send(kind + "_request", content))


def test_a_line_longer_than_the_limit_is_refused(kernel):
    kernel.raw(b"x" * (65 << 20) + b"\n")
    while (message := kernel.next())["header"]["msg_type"] == "status":
        pass
    assert "longer" in message["content"]["evalue"]
    assert reply(kernel.run("1"))["status"] == "ok"


def test_half_a_line_at_the_end_of_input_is_a_clean_exit():
    kernel = Lines()
    kernel.raw(b'{"header":{"msg_ty')
    assert kernel.close() == 0


def test_the_end_of_input_lets_queued_cells_finish():
    kernel = Lines()
    ident = kernel.execute("!sleep 0.2; echo done")
    kernel.process.stdin.close()
    assert "done" in only(kernel.until_idle(ident), "stream")[0]["content"]["text"]
    assert kernel.process.wait(60) == 0


def test_the_end_of_input_gives_up_an_open_question():
    kernel = Lines()
    ident = kernel.execute('ask "x"', allow_stdin=True)
    while kernel.next()["channel"] != "stdin":
        pass
    kernel.process.stdin.close()
    assert reply(kernel.until_idle(ident, 60))["status"] == "error"
    assert kernel.process.wait(60) == 0


def test_noise_is_survived(kernel):
    random.seed(7)
    good = json.dumps({"header": {"msg_type": "execute_request", "msg_id": "1"}, "content": {"code": "1"}}).encode()
    for _ in range(2000):
        line = bytearray(good)
        for _ in range(random.randrange(1, 6)):
            line[random.randrange(len(line))] = random.randrange(256)
        kernel.raw(bytes(line).replace(b"!", b".") + b"\n")
    # A cell with noise in its code may have failed, and given up what waited behind it.
    kernel.run("1")
    assert reply(kernel.run("1"))["status"] == "ok"


def test_children_cannot_write_between_messages(kernel):
    said = {(m["content"]["name"], m["content"]["text"]) for m in only(kernel.run("!echo a; echo b >&2"), "stream")}
    assert said == {("stdout", "a\n"), ("stderr", "b\n")}


def test_ten_megabytes_arrive(kernel):
    messages = kernel.run("!head -c 10000000 /dev/zero | tr '\\0' x")
    assert sum(len(m["content"]["text"]) for m in only(messages, "stream")) == 10_000_000


def test_a_thousand_cells(kernel):
    idents = [kernel.execute(str(n)) for n in range(1000)]
    for n, ident in enumerate(idents):
        messages = kernel.until_idle(ident)
        assert only(messages, "execute_result")[0]["content"]["data"]["text/plain"] == str(n)


def test_shutdown_while_a_cell_runs():
    kernel = Lines()
    kernel.execute("!sleep 120")
    while kernel.next()["header"]["msg_type"] != "execute_input":
        pass
    messages = kernel.until_idle(kernel.send("shutdown_request", {"restart": False}, channel="control"))
    assert only(messages, "shutdown_reply")
    assert kernel.process.wait(60) == 0


def test_shutdown_while_a_child_of_a_command_holds_its_output():
    kernel = Lines()
    ident = kernel.execute("!setsid sh -c 'echo begun; sleep 120'; true")
    while kernel.next()["header"]["msg_type"] != "stream":
        pass
    kernel.until_idle(kernel.send("shutdown_request", {"restart": False}, channel="control"))
    assert reply(kernel.until_idle(ident, 60))["ename"] == "Interrupted"
    assert kernel.process.wait(60) == 0


def test_quit_ends_the_kernel():
    kernel = Lines()
    assert reply(kernel.run("quit"))["payload"][0]["source"] == "ask_exit"
    assert kernel.process.wait(60) == 0


def test_signals():
    kernel = Lines()
    ident = kernel.execute("!sleep 120")
    while kernel.next()["header"]["msg_type"] != "execute_input":
        pass
    kernel.process.send_signal(signal.SIGINT)
    assert reply(kernel.until_idle(ident, 60))["status"] == "error"
    kernel.process.send_signal(signal.SIGTERM)
    assert kernel.process.wait(60) == 0


@pytest.mark.parametrize("code", ["!yes", "load digits as=d\nmodel m mlp latent=4\ntrain m on=d epochs=100000"])
def test_a_client_that_goes_away_in_the_middle(code):
    kernel = Lines()
    kernel.execute(code)
    while kernel.next()["header"]["msg_type"] not in ("stream", "update_display_data"):
        pass
    # Away without a word, as when it crashes: both pipes close. The kernel stops its work and ends by itself.
    kernel.process.stdin.close()
    os.close(kernel.output)
    assert kernel.process.wait(60) == 0


def test_a_client_that_does_not_read_costs_no_memory(kernel):
    kernel.pause()
    ident = kernel.execute("!yes")
    sizes = []
    while len(sizes) < 20:
        sizes.append(kernel.resident())
        time.sleep(0.1)
    assert sizes[-1] < 200e6, sizes
    kernel.send("interrupt_request", channel="control")
    kernel.resume()
    assert reply(kernel.until_idle(ident, 30))["ename"] == "Interrupted"


def test_nothing_but_messages_comes_out_of_children_and_gnuplot(tmp_path):
    """A gnuplot that writes wherever it can, and a shell that looks for the kernel's descriptors."""
    noisy = tmp_path / "gnuplot"
    noisy.write_text('#!/bin/sh\nfor fd in 1 3 4 5 6 7 8 9; do (echo noise >&$fd) 2>/dev/null; done\nexec /usr/bin/gnuplot "$@"\n')
    noisy.chmod(0o755)
    kernel = Lines(environment={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    kernel.run("load digits as=d\nmodel m mlp latent=2")
    assert "image/svg+xml" in json.dumps(kernel.run("plot kl m"))
    messages = kernel.run("!for fd in 3 4 5 6 7 8 9; do (echo noise >&$fd) 2>/dev/null; done; ls /proc/self/fd")
    text = "".join(m["content"]["text"] for m in only(messages, "stream"))
    # `ls` itself opens 3; nothing of the kernel's is inherited.
    assert text.split() == ["0", "1", "2", "3"]
    # What the process calls its standard output is not the client's pipe.
    links = {fd: os.readlink(f"/proc/{kernel.process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{kernel.process.pid}/fd")}
    assert links["0"] == "/dev/null" and links["1"] == links["2"]
    assert kernel.close() == 0


def test_training_shows_one_display_and_an_interrupt_keeps_what_is_done(kernel):
    assert reply(kernel.run("load digits as=d\nmodel m mlp latent=4"))["status"] == "ok"
    begin, seen = time.monotonic(), []
    ident = kernel.execute("train m on=d epochs=1000")
    while len(only(seen, "update_display_data")) < 3:
        seen.append(kernel.next())
    # At most four a second, whatever the machine does.
    assert (time.monotonic() - begin) > 0.5
    for name in ["text/plain", "text/html"]:
        assert "nats" in only(seen, "update_display_data")[-1]["content"]["data"][name]
    completion = kernel.until_idle(kernel.send("complete_request", {"code": "train m epo", "cursor_pos": 11}), 60)
    assert only(completion, "complete_reply")[0]["content"]["matches"] == ["epochs="]
    kernel.send("interrupt_request", channel="control")
    seen += kernel.until_idle(ident, 60)
    names = {m["content"]["transient"]["display_id"] for m in seen if "display_id" in m["content"].get("transient", {})}
    assert len(names) == 1
    assert reply(seen)["ename"] == "Interrupted" and "kept" in reply(seen)["evalue"]
    # With a picture when one is wanted, on one display again.
    messages = kernel.run("train m epochs=+2 plot=live")
    assert reply(messages)["status"] == "ok"
    shown = [m["content"] for m in only(messages, "display_data") + only(messages, "update_display_data")]
    assert len({content["transient"]["display_id"] for content in shown}) == 1
    assert any("<svg" in content["data"].get("image/svg+xml", "") for content in shown)


def test_a_workspace_is_kept(tmp_path):
    path = str(tmp_path / "work.elbodb")
    for number in range(2):
        kernel = Lines("--session", path)
        kernel.run("!echo kept" if number == 0 else "x + 1")
        if number == 0:
            kernel.run("x = 6*7")
            assert kernel.close() == 0
    tail = kernel.until_idle(kernel.send("history_request", {"hist_access_type": "tail", "n": 9, "output": True}))
    assert only(tail, "history_reply")[0]["content"]["history"] == [
        [1, 1, ["!echo kept", "kept\n"]], [1, 2, ["x = 6*7", "x = 42"]], [2, 3, ["x + 1", "43"]]]
    assert kernel.close() == 0
