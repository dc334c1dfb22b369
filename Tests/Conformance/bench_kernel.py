"""The kernel's figures, each beside its bar: `make bench-kernel`. Exit code 1 when one is missed."""

import os
import statistics
import subprocess
import sys
import tempfile
import time

import zmq
from jupyter_client.connect import write_connection_file
from jupyter_client.manager import start_new_kernel
from jupyter_client.session import Session

from lines import Lines, only

PREPARE = "load digits as=d\nmodel m mlp latent=4"
TRAIN = "train m on=d epochs=100000"
missed = []


def report(name, milliseconds, bar, of=lambda v: statistics.median(v), which="median", unit="ms"):
    values = sorted(milliseconds)
    figure = of(values)
    verdict = "ok" if figure <= bar else "MISSED"
    if figure > bar:
        missed.append(name)
    print(f"{name:52} {which:>6} {figure:8.2f} {unit}  (min {values[0]:.2f}, max {values[-1]:.2f}, n {len(values)})  bar {bar} {unit}  {verdict}", flush=True)


def p95(values):
    return values[min(len(values) - 1, round(0.95 * len(values)))]


def timed(action):
    begin = time.perf_counter()
    action()
    return (time.perf_counter() - begin) * 1000


def resident(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def lines_start():
    kernel = Lines()
    wanted = kernel.send("kernel_info_request")
    kernel.until_idle(wanted)
    kernel.close()


def lines():
    report("stdio: start to kernel_info_reply", [timed(lines_start) for _ in range(9)], 300)
    kernel = Lines()
    for _ in range(200):
        kernel.run("1")
    report("stdio: trivial cell", [timed(lambda: kernel.run("1")) for _ in range(1000)], 2, which="p50")
    kernel.run(PREPARE)
    latencies, interrupts = [], []
    for _ in range(7):
        ident = kernel.execute(TRAIN)
        while not only([kernel.next()], "update_display_data"):
            pass
        for _ in range(30):
            latencies.append(timed(lambda: kernel.until_idle(kernel.send("complete_request", {"code": "train m ep", "cursor_pos": 10}))))
            time.sleep(0.01)

        def interrupt():
            kernel.send("interrupt_request", channel="control")
            kernel.until_idle(ident)

        interrupts.append(timed(interrupt))
    report("stdio: completion while a cell trains", latencies, 20, of=p95, which="p95")
    report("stdio: interrupt to idle while a cell trains", interrupts, 250, of=max, which="max")
    kernel.close()
    memory()


def memory():
    """Resident size after a warm-up and after 10,000 more cells, stored and with results."""
    kernel = Lines()
    sizes = []
    for block in range(12):
        for number in range(1000):
            kernel.run(f"x = {number}\nx*2")
        sizes.append(resident(kernel.process.pid))
    growth = sizes[-1] - sizes[1]
    print("memory after each 1,000 cells, MB:", " ".join(f"{size:.1f}" for size in sizes))
    # The history itself is kept: source and output of 10,000 cells.
    report("memory grown over 10,000 cells", [growth], 10, which="growth", unit="MB")
    kernel.close()


def sockets_start():
    """A client of our own: jupyter_client's waits and polls for longer than the kernel takes."""
    path, info = write_connection_file(os.path.join(tempfile.mkdtemp(), "connection.json"), key=b"secret")
    process = subprocess.Popen([os.environ["ELBO"], "kernel", "--connection-file", path])
    socket = zmq.Context.instance().socket(zmq.DEALER)
    socket.setsockopt(zmq.RECONNECT_IVL, 2)
    socket.connect(f"tcp://127.0.0.1:{info['shell_port']}")
    session = Session(key=b"secret")
    session.send(socket, "kernel_info_request")
    assert socket.poll(5000)
    socket.close(0)
    process.kill()
    process.wait()


def sockets():
    report("zeromq: start to kernel_info_reply", [timed(sockets_start) for _ in range(9)], 300)
    manager, client = start_new_kernel(kernel_name="elbo")

    def until_idle(ident):
        while True:
            message = client.get_iopub_msg(timeout=20)
            if message["parent_header"].get("msg_id") == ident and message["content"].get("execution_state") == "idle":
                return

    def cell():
        ident = client.execute("1")
        while client.get_shell_msg(timeout=20)["parent_header"].get("msg_id") != ident:
            pass
        until_idle(ident)

    for _ in range(200):
        cell()
    report("zeromq: trivial cell", [timed(cell) for _ in range(1000)], 3, which="p50")
    client.execute_interactive(PREPARE, output_hook=lambda _: None)
    latencies, interrupts = [], []
    for _ in range(7):
        ident = client.execute(TRAIN)
        while client.get_iopub_msg(timeout=20)["msg_type"] != "update_display_data":
            pass

        def complete():
            asked = client.complete("train m ep")
            while client.get_shell_msg(timeout=5)["parent_header"]["msg_id"] != asked:
                pass

        for _ in range(30):
            latencies.append(timed(complete))
            time.sleep(0.01)

        def interrupt():
            manager.interrupt_kernel()
            until_idle(ident)

        interrupts.append(timed(interrupt))
        client.get_shell_msg(timeout=5)
    report("zeromq: completion while a cell trains", latencies, 20, of=p95, which="p95")
    report("zeromq: interrupt to idle while a cell trains", interrupts, 250, of=max, which="max")
    client.stop_channels()
    manager.shutdown_kernel()


with tempfile.TemporaryDirectory() as prefix:
    subprocess.run([os.environ["ELBO"], "jupyter", "install", "--prefix", prefix], check=True, stdout=subprocess.DEVNULL)
    os.environ["JUPYTER_PATH"] = f"{prefix}/share/jupyter"
    lines()
    sockets()
sys.exit(1 if missed else 0)
