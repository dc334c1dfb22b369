"""The behaviors of the kernel over ZeroMQ that jupyter_kernel_test does not look at."""

import os
import queue

import pytest
import zmq
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel


@pytest.fixture(scope="module")
def started():
    manager, client = start_new_kernel(kernel_name="elbo")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel()


def run(client, code, **options):
    outputs = []
    reply = client.execute_interactive(code, output_hook=outputs.append, timeout=60, **options)
    return reply["content"], outputs


def another(manager):
    """A client with a name of its own: those of one manager share theirs, and the last takes it over."""
    client = BlockingKernelClient(connection_file=manager.connection_file)
    client.load_connection_file()
    client.start_channels()
    return client


def test_interrupt_through_control(started):
    manager, client = started
    ident = client.execute("!sleep 120")
    while client.get_iopub_msg(timeout=60)["msg_type"] != "execute_input":
        pass
    manager.interrupt_kernel()
    # Long before the command would have ended by itself.
    assert client.get_shell_msg(timeout=60)["content"]["status"] == "error"
    while client.get_iopub_msg(timeout=60)["content"].get("execution_state") != "idle":
        pass


def test_stdin(started):
    _, client = started
    ident = client.execute('ask "which? "', allow_stdin=True)
    assert client.get_stdin_msg(timeout=60)["content"]["prompt"] == "which? "
    client.input("3")
    assert client.get_shell_msg(timeout=60)["content"]["status"] == "ok"


def test_silent_and_store_history(started):
    _, client = started
    before = run(client, "0")[0]["execution_count"]
    reply, outputs = run(client, "y = 1", silent=True)
    assert reply["status"] == "ok" and reply["execution_count"] == before
    assert not [m for m in outputs if m["msg_type"] != "status"]
    reply, outputs = run(client, "y + 1", store_history=False)
    assert reply["execution_count"] == before
    assert [m["content"]["data"]["text/plain"] for m in outputs if m["msg_type"] == "execute_result"] == ["2"]
    assert run(client, "0")[0]["execution_count"] == before + 1


def test_queued_cells_are_aborted_after_an_error(started):
    _, client = started
    for stops, expected in [(True, ["error", "aborted", "aborted"]), (False, ["error", "ok", "ok"])]:
        codes = ["!sleep 0.3; exit 1", "1", "2"]
        idents = [client.execute(code, stop_on_error=stops) for code in codes]
        replies = {}
        while len(replies) < 3:
            message = client.get_shell_msg(timeout=60)
            replies[message["parent_header"]["msg_id"]] = message["content"]["status"]
        assert [replies[ident] for ident in idents] == expected
        assert run(client, "1")[0]["status"] == "ok"


def test_user_expressions(started):
    _, client = started
    found = run(client, "w = 2", user_expressions={"a": "w*3", "b": "nope"})[0]["user_expressions"]
    assert found["a"]["status"] == "ok" and found["a"]["data"]["text/plain"] == "6"
    assert found["b"]["status"] == "error" and found["b"]["ename"] == "E104"


def test_comms_are_closed(started):
    _, client = started
    client.shell_channel.send(client.session.msg("comm_open", {"comm_id": "c7", "target_name": "t", "data": {}}))
    while (message := client.get_iopub_msg(timeout=60))["msg_type"] != "comm_close":
        pass
    assert message["content"]["comm_id"] == "c7"
    client.comm_info()
    while (message := client.get_shell_msg(timeout=60))["msg_type"] != "comm_info_reply":
        pass
    assert message["content"] == {"status": "ok", "comms": {}}


def test_a_thousand_cells(started):
    _, client = started
    idents = [client.execute(str(n)) for n in range(1000)]
    results = {}
    while len(results) < 1000:
        message = client.get_iopub_msg(timeout=60)
        if message["msg_type"] == "execute_result":
            results[message["parent_header"]["msg_id"]] = message["content"]["data"]["text/plain"]
    assert [results[ident] for ident in idents] == [str(n) for n in range(1000)]
    for _ in idents:
        assert client.get_shell_msg(timeout=60)["content"]["status"] == "ok"
    while client.get_iopub_msg(timeout=60)["content"].get("execution_state") != "idle":
        pass


def test_training_is_shown_and_stopped_while_everything_else_is_answered(started):
    manager, client = started
    assert run(client, "load digits as=d\nmodel m mlp latent=4")[0]["status"] == "ok"
    ident = client.execute("train m on=d epochs=1000")
    seen = []
    while sum(m["msg_type"] == "update_display_data" for m in seen) < 3:
        seen.append(client.get_iopub_msg(timeout=60))
    for ask, kind in [
        (lambda: client.complete("train m ep"), "complete_reply"), (lambda: client.inspect("train", 3), "inspect_reply"),
        (lambda: client.kernel_info(), "kernel_info_reply"), (lambda: client.history(n=1, hist_access_type="tail"), "history_reply"),
        (lambda: client.is_complete("mean("), "is_complete_reply"),
    ]:
        asked = ask()
        message = client.get_shell_msg(timeout=60)
        assert (message["msg_type"], message["parent_header"]["msg_id"]) == (kind, asked)
    manager.interrupt_kernel()
    message = client.get_shell_msg(timeout=60)
    assert message["parent_header"]["msg_id"] == ident and message["content"]["ename"] == "Interrupted"
    while True:
        seen.append(client.get_iopub_msg(timeout=60))
        if seen[-1]["parent_header"].get("msg_id") == ident and seen[-1]["content"].get("execution_state") == "idle":
            break
    names = {m["content"]["transient"]["display_id"] for m in seen if m["content"].get("transient", {}).get("display_id")}
    assert len(names) == 1
    # The notebook is told again that the cell runs, and never after it has ended.
    states = [m["content"]["execution_state"] for m in seen if m["msg_type"] == "status" and m["parent_header"].get("msg_id") == ident]
    assert states[-1] == "idle" and set(states[:-1]) == {"busy"}
    assert run(client, "summary m")[0]["status"] == "ok"


def test_images_are_pictures_and_figures_too(started):
    _, client = started
    _, outputs = run(client, "load digits as=e\nmodel k mlp latent=2\nsample k n=6 seed=1\nplot kl k on=e")
    data = [m["content"]["data"] for m in outputs if m["msg_type"] in ("display_data", "execute_result")]
    # The picture of the examples, of the samples, and the bars beside their SVG.
    pictures = [d["text/plain"] for d in data if d.get("image/png", "").startswith("iVBOR")]
    assert len(pictures) == 3 and all(text.startswith("figure: ") for text in pictures), pictures
    assert "means of p(x | z) (1 × 6 images of 28×28)" in pictures[1]
    assert "<svg" in data[-1]["image/svg+xml"]
    assert all("text/plain" in d for d in data)
    # A table is shown as one: JupyterLab would prefer application/json.
    assert "text/html" in data[0] and "application/json" not in data[0]


def test_who_does_not_read_holds_up_nobody(started):
    manager, client = started
    other = zmq.Context.instance().socket(zmq.SUB)
    other.rcvhwm = 1
    other.subscribe(b"")
    other.connect(f"tcp://{client.ip}:{client.iopub_port}")
    _, outputs = run(client, "!head -c 30000000 /dev/zero | tr '\\0' x")
    assert sum(len(m["content"]["text"]) for m in outputs if m["msg_type"] == "stream") == 30_000_000
    other.close(0)


def test_unsigned_and_replayed_messages_are_dropped(started):
    manager, client = started
    info = client.get_connection_info()
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.connect(f"tcp://{info['ip']}:{info['shell_port']}")
    message = client.session.msg("kernel_info_request")
    frames = client.session.serialize(message)
    forged = [frames[0], b"0" * 64, *frames[2:]]
    for bad in [forged, [b""], [b"<IDS|MSG>"], [b"x"] * 50, [frames[0], b"", *frames[2:]]]:
        socket.send_multipart(bad)
    assert socket.poll(500) == 0
    socket.send_multipart(frames)
    assert socket.poll(5000)
    socket.recv_multipart()
    socket.send_multipart(frames)
    assert socket.poll(500) == 0
    socket.close(0)


def test_the_heart_beats_while_a_cell_runs(started):
    manager, client = started
    client.execute("!sleep 120")
    while client.get_iopub_msg(timeout=60)["msg_type"] != "execute_input":
        pass
    socket = zmq.Context.instance().socket(zmq.REQ)
    socket.connect(f"tcp://{client.ip}:{client.hb_port}")
    socket.send(b"ping")
    assert socket.poll(60_000) and socket.recv() == b"ping"
    socket.close(0)
    # The cell still runs.
    with pytest.raises(queue.Empty):
        client.get_shell_msg(timeout=0)
    manager.interrupt_kernel()
    client.get_shell_msg(timeout=60)


def test_a_client_that_disconnects_in_the_middle(started):
    manager, _ = started
    other = another(manager)
    other.wait_for_ready(timeout=60)
    other.execute("!head -c 20000000 /dev/zero | tr '\\0' x")
    other.stop_channels()
    third = another(manager)
    third.wait_for_ready(timeout=60)
    assert run(third, "1 + 1")[0]["status"] == "ok"
    third.stop_channels()


def test_ten_megabytes_arrive(started):
    _, client = started
    _, outputs = run(client, "!head -c 10000000 /dev/zero | tr '\\0' x")
    assert sum(len(m["content"]["text"]) for m in outputs if m["msg_type"] == "stream") == 10_000_000


def test_it_listens_where_the_file_says_and_nowhere_else(started):
    manager, client = started
    process = manager.provisioner.process.pid
    inodes = {os.readlink(f"/proc/{process}/fd/{fd}") for fd in os.listdir(f"/proc/{process}/fd")}
    listening = set()
    for table in ["tcp", "tcp6", "udp", "udp6"]:
        for line in open(f"/proc/{process}/net/{table}").read().splitlines()[1:]:
            fields = line.split()
            if f"socket:[{fields[9]}]" in inodes and (fields[3] == "0A" or table.startswith("udp")):
                listening.add((table, fields[1]))
    ports = [client.shell_port, client.iopub_port, client.stdin_port, client.hb_port, client.control_port]
    assert listening == {("tcp", f"0100007F:{port:04X}") for port in ports}


def test_local_sockets():
    manager = KernelManager(kernel_name="elbo", transport="ipc")
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        assert run(client, "1 + 1")[0]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def test_restart_forgets_and_shutdown_ends():
    manager, client = start_new_kernel(kernel_name="elbo")
    run(client, "kept = 1")
    manager.restart_kernel()
    client.wait_for_ready(timeout=60)
    assert run(client, "kept + 1")[0]["ename"] == "E104"
    client.stop_channels()
    # It ends by itself: the manager kills what does not within this time.
    manager.shutdown_wait_time = 60
    process = manager.provisioner.process
    manager.shutdown_kernel()
    assert process.returncode == 0
    assert not manager.has_kernel or not manager.is_alive()
