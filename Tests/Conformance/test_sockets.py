"""The behaviours of the kernel over ZeroMQ that jupyter_kernel_test does not look at."""

import time

import pytest
import zmq
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel


@pytest.fixture(scope="module")
def started():
    manager, client = start_new_kernel(kernel_name="elbo")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel()


def run(client, code, **options):
    outputs = []
    reply = client.execute_interactive(code, output_hook=outputs.append, timeout=30, **options)
    return reply["content"], outputs


def another(manager):
    """A client with a name of its own: those of one manager share theirs, and the last takes it over."""
    client = BlockingKernelClient(connection_file=manager.connection_file)
    client.load_connection_file()
    client.start_channels()
    return client


def test_interrupt_through_control(started):
    manager, client = started
    ident = client.execute("!sleep 60")
    while client.get_iopub_msg(timeout=5)["msg_type"] != "execute_input":
        pass
    begin = time.monotonic()
    manager.interrupt_kernel()
    assert client.get_shell_msg(timeout=5)["content"]["status"] == "error"
    assert time.monotonic() - begin < 5
    while client.get_iopub_msg(timeout=5)["content"].get("execution_state") != "idle":
        pass


def test_stdin(started):
    _, client = started
    ident = client.execute('ask "which? "', allow_stdin=True)
    assert client.get_stdin_msg(timeout=5)["content"]["prompt"] == "which? "
    client.input("3")
    assert client.get_shell_msg(timeout=5)["content"]["status"] == "ok"


def test_silent_and_store_history(started):
    _, client = started
    reply, outputs = run(client, "y = 1", silent=True)
    assert reply["status"] == "ok"
    assert not [m for m in outputs if m["msg_type"] != "status"]


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
    client.execute("!sleep 1")
    socket = zmq.Context.instance().socket(zmq.REQ)
    socket.connect(f"tcp://{client.ip}:{client.hb_port}")
    socket.send(b"ping")
    assert socket.poll(500) and socket.recv() == b"ping"
    socket.close(0)
    client.get_shell_msg(timeout=5)


def test_a_client_that_disconnects_in_the_middle(started):
    manager, _ = started
    other = another(manager)
    other.wait_for_ready(timeout=10)
    other.execute("!head -c 20000000 /dev/zero | tr '\\0' x")
    other.stop_channels()
    third = another(manager)
    third.wait_for_ready(timeout=20)
    assert run(third, "1 + 1")[0]["status"] == "ok"
    third.stop_channels()


def test_ten_megabytes_arrive(started):
    _, client = started
    _, outputs = run(client, "!head -c 10000000 /dev/zero | tr '\\0' x")
    assert sum(len(m["content"]["text"]) for m in outputs if m["msg_type"] == "stream") == 10_000_000


def test_restart_forgets_and_shutdown_ends():
    manager, client = start_new_kernel(kernel_name="elbo")
    run(client, "kept = 1")
    manager.restart_kernel()
    client.wait_for_ready(timeout=10)
    assert run(client, "kept + 1")[0]["ename"] == "E104"
    begin = time.monotonic()
    client.stop_channels()
    manager.shutdown_kernel()
    assert time.monotonic() - begin < 5
    assert not manager.has_kernel or not manager.is_alive()
