"""Noise on both transports. $FUZZ_MESSAGES is how much; a million takes minutes (`make fuzz-kernel`), CI sends fewer."""

import json
import os
import random
import threading

import zmq
from jupyter_client.manager import start_new_kernel
from jupyter_client.session import Session

from lines import Lines

MESSAGES = int(os.environ.get("FUZZ_MESSAGES", "20000"))
SEED = int(os.environ.get("FUZZ_SEED", "7"))

KINDS = ["execute", "complete", "inspect", "is_complete", "history", "comm_info", "kernel_info", "fly"]
PIECES = ["", "x", "x = 1", "6*7", "mean((1", "é😀", "show \"", "vars", "\x00", "hist", "d[1:", "trian m", "a\nb\nc", "?vars", "z[label=3]"]


def value(random, depth=0):
    """Any JSON."""
    kind = random.randrange(9 if depth < 4 else 6)
    if kind < 2:
        return random.choice(PIECES)
    if kind < 4:
        return random.choice([0, -1, 1, 7, 2**31, -(2**63), 2**64, 1e308, -0.0, 1.5])
    if kind < 6:
        return random.choice([None, True, False])
    if kind < 7:
        return [value(random, depth + 1) for _ in range(random.randrange(4))]
    return {random.choice(["code", "n", "cursor_pos", "silent", "x"]): value(random, depth + 1) for _ in range(random.randrange(4))}


def content(random):
    """A request's content, each member as it should be or as it should not."""
    right = {
        "code": lambda: random.choice(PIECES), "cursor_pos": lambda: random.randrange(-2, 20), "silent": lambda: random.random() < 0.5,
        "store_history": lambda: random.random() < 0.5, "stop_on_error": lambda: False, "n": lambda: random.randrange(-1, 5),
        "hist_access_type": lambda: random.choice(["tail", "range", "search", "?"]), "pattern": lambda: random.choice(["*", "[", "x*"]),
        "user_expressions": lambda: {"a": random.choice(PIECES)}, "detail_level": lambda: random.randrange(3),
    }
    if random.random() < 0.05:
        return value(random)
    chosen = random.sample(list(right), random.randrange(len(right)))
    made = {name: right[name]() if random.random() < 0.85 else value(random) for name in chosen}
    if isinstance(made.get("code"), str):
        made["code"] = made["code"].replace("!", "")
    return made


def request(random, number):
    kind = random.choice(KINDS) + "_request"
    header = {"msg_id": str(number), "msg_type": kind, "session": "f", "username": "f", "version": "5.5", "date": ""}
    return {"channel": random.choice(["shell", "shell", "control"]), "header": header, "parent_header": {}, "metadata": {}, "content": content(random)}


def spoiled(random, line):
    line = bytearray(line)
    for _ in range(random.randrange(1, 6)):
        line[random.randrange(len(line))] = random.randrange(256)
    return bytes(line).replace(b"!", b".")


def test_lines_of_noise_leave_no_stray_byte():
    rng = random.Random(SEED)
    kernel = Lines()
    # A thread of its own counts what comes, so that neither side waits for the other.
    seen = {"messages": 0}
    last = threading.Event()

    def drain():
        while (message := kernel.messages.get()) is not None:
            seen["messages"] += 1
            if message["parent_header"].get("msg_id") == "last" and message["header"]["msg_type"] == "execute_reply":
                seen["status"] = message["content"]["status"]
                last.set()

    threading.Thread(target=drain, daemon=True).start()
    batch = []
    for number in range(MESSAGES):
        kind = rng.random()
        if kind < 0.45:
            batch.append(json.dumps(request(rng, number), ensure_ascii=rng.random() < 0.5).encode())
        elif kind < 0.9:
            batch.append(spoiled(rng, json.dumps(request(rng, number)).encode()))
        else:
            batch.append(rng.randbytes(rng.randrange(80)).replace(b"!", b"."))
        if len(batch) == 500 or number == MESSAGES - 1:
            kernel.raw(b"\n".join(batch) + b"\n")
            batch = []
    # What failed may have given up what waited behind it: ask until a cell runs.
    while not last.is_set() or seen["status"] != "ok":
        last.clear()
        header = {"msg_id": "last", "msg_type": "execute_request"}
        kernel.raw(json.dumps({"header": header, "content": {"code": "1"}}).encode() + b"\n")
        assert last.wait(300), kernel.process.poll()
    assert kernel.close() == 0
    assert seen["messages"] > MESSAGES


def test_frames_of_noise_end_nothing():
    rng = random.Random(SEED)
    manager, client = start_new_kernel(kernel_name="elbo", stderr=open(os.devnull, "w"))
    try:
        info = client.get_connection_info()
        signed = Session(key=info["key"])
        sockets = {}
        for name, kind in [("shell", zmq.DEALER), ("control", zmq.DEALER), ("stdin", zmq.DEALER), ("hb", zmq.REQ), ("iopub", zmq.SUB)]:
            socket = zmq.Context.instance().socket(kind)
            socket.sndhwm = 100
            socket.connect(f"tcp://{info['ip']}:{info[name + '_port']}")
            sockets[name] = socket
        # Nobody listens meanwhile: who is far behind loses what is said.
        client.stop_channels()
        templates = [signed.serialize(signed.msg(kind + "_request", content={})) for kind in KINDS]
        answers = 0
        for number in range(MESSAGES):
            name = rng.choice(["shell", "control", "stdin"])
            frames = list(rng.choice(templates))
            kind = rng.random()
            if kind < 0.3:
                # Signed as it should be; what it says is anything.
                message = request(rng, number)
                if rng.random() < 0.3:
                    message["header"] = value(rng)
                frames = serialized(signed, message)
            elif kind < 0.6:
                index = rng.randrange(len(frames))
                frames[index] = spoiled(rng, frames[index]) if frames[index] else b"x"
            elif kind < 0.8:
                frames = [rng.randbytes(rng.randrange(40)) for _ in range(rng.randrange(1, 9))]
                if rng.random() < 0.5:
                    frames[rng.randrange(len(frames))] = b"<IDS|MSG>"
            else:
                rng.shuffle(frames)
                frames = frames[: rng.randrange(1, len(frames) + 1)]
            sockets[name].send_multipart(frames)
            while sockets[name].poll(0):
                sockets[name].recv_multipart()
                answers += 1
        assert answers > MESSAGES / 20
        for socket in sockets.values():
            socket.close(0)
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=300)
        while client.execute_interactive("1", timeout=120)["content"]["status"] != "ok":
            pass
        assert manager.is_alive()
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def serialized(session, message):
    """Signed frames, whatever the header is."""
    parts = [json.dumps(part).encode() for part in (message["header"], {}, {}, message["content"])]
    return [b"<IDS|MSG>", session.sign(parts), *parts]
