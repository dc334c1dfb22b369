#!/usr/bin/env python3
"""Trains a model through `elbo kernel` and receives a plot: python3 kernel_client.py [elbo] → loss.svg"""

import itertools
import json
import subprocess
import sys

CELLS = ["load digits as=d", "model m mlp latent=10", "train m on=d epochs=5", "evaluate m on=d", "plot loss m"]


class Kernel:
    def __init__(self, program):
        self.process = subprocess.Popen([program, "kernel"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.numbers = itertools.count(1)

    def ask(self, kind, content):
        """Sends a request and yields every message about it, up to idle."""
        number = str(next(self.numbers))
        request = {"header": {"msg_id": number, "msg_type": kind}, "content": content}
        self.process.stdin.write(json.dumps(request).encode() + b"\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            message = json.loads(line)
            if message["parent_header"].get("msg_id") != number:
                continue
            yield message["header"]["msg_type"], message["content"]
            if message["content"].get("execution_state") == "idle":
                return

    def run(self, code):
        """Runs a cell, showing what it says; returns its pictures by MIME type."""
        pictures = {}
        print(f"elbo> {code}")
        for kind, content in self.ask("execute_request", {"code": code}):
            if kind == "stream":
                print(content["text"], end="")
            elif kind == "error":
                sys.exit(content["evalue"])
            elif kind == "update_display_data":
                print("\r" + content["data"]["text/plain"], end="", flush=True)
            elif kind in ("display_data", "execute_result"):
                print(content["data"]["text/plain"])
                pictures |= {t: d for t, d in content["data"].items() if t.startswith("image/")}
        return pictures

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


kernel = Kernel(sys.argv[1] if len(sys.argv) > 1 else "elbo")
pictures = {}
for cell in CELLS:
    pictures |= kernel.run(cell)
with open("loss.svg", "w") as file:
    file.write(pictures["image/svg+xml"])
print("wrote loss.svg")
sys.exit(kernel.close())
