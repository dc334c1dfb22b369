"""Sources/Kernel/PROTOCOL.md tells the truth: its transcript is replayed."""

import json
import pathlib
import queue
import re

from lines import Lines

PAGE = pathlib.Path(__file__).parents[2] / "Sources" / "Kernel" / "PROTOCOL.md"
LINE = re.compile(r"^([→←]) (\w+) +(\w+)(?: (\{.*\}))?$")


def transcript():
    text = PAGE.read_text().split("## Transcript")[1]
    block = re.search(r"```\n(.*?)```", text, re.S)[1]
    steps = [LINE.match(line) for line in block.splitlines() if line.strip() and not line.startswith("#")]
    assert all(steps)
    return [(s[1], s[2], s[3], json.loads(s[4] or "{}")) for s in steps]


def agrees(wanted, found):
    """Everything written is there; `…` stands for any text, or for the rest of an array or object."""
    if wanted == "…":
        return True
    if isinstance(wanted, str) and isinstance(found, str):
        return re.fullmatch(".*".join(map(re.escape, wanted.split("…"))), found, re.S) is not None
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(key == "…" or key in found and agrees(value, found[key]) for key, value in wanted.items()) and (
            "…" in wanted or wanted.keys() == found.keys())
    if isinstance(wanted, list) and isinstance(found, list):
        if "…" in wanted:
            wanted, found = wanted[: wanted.index("…")], found[: wanted.index("…")]
        return len(wanted) == len(found) and all(map(agrees, wanted, found))
    return wanted == found and type(wanted) is type(found)


def test_the_transcript_is_what_the_kernel_says():
    """The messages about each request come in the order of the page; those about different requests may interleave."""
    steps = transcript()
    assert len(steps) > 60
    kernel = Lines()
    assert kernel.next()["content"] == {"execution_state": "starting"}
    waiting = {}

    def take(channel, kind, content):
        for parent, messages in waiting.items():
            first = messages[0] if messages else None
            # Live displays come as often as time allows; the page shows one in the middle.
            if first and (first["channel"], first["header"]["msg_type"]) == (channel, kind) and agrees(content, first["content"]):
                messages.pop(0)
                while kind == "update_display_data" and "%" in content["data"]["text/plain"] and messages and agrees(content, messages[0]["content"]):
                    messages.pop(0)
                return True
        return False

    for arrow, channel, kind, content in steps:
        if arrow == "→":
            waiting[kernel.send(kind, content, channel=channel)] = []
            continue
        while not take(channel, kind, content):
            for messages in waiting.values():
                while len(messages) > 1 and messages[0]["header"]["msg_type"] == "update_display_data" and "%" in messages[0]["content"]["data"]["text/plain"]:
                    messages.pop(0)
            try:
                message = kernel.next(10)
            except queue.Empty:
                raise AssertionError((channel, kind, content, {k: v[:1] for k, v in waiting.items() if v})) from None
            waiting[message["parent_header"]["msg_id"]].append(message)
    kernel.process.stdin.close()
    assert kernel.process.wait(60) == 0
    assert kernel.messages.get(timeout=60) is None
    assert not kernel.stray and not any(waiting.values()), waiting


def test_every_request_of_the_page_is_known():
    kernel = Lines()
    names = set(re.findall(r"`(\w+_request|comm_\w+)`", PAGE.read_text().split("## Outputs")[0]))
    assert len(names) >= 10
    for name in sorted(names - {"shutdown_request", "input_request"}):
        messages = kernel.until_idle(kernel.send(name, {"code": "", "cursor_pos": 0, "comm_id": "c"}))
        assert "UnknownMessage" not in json.dumps(messages), name
    assert kernel.close() == 0
