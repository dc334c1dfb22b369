#!/usr/bin/env python3
"""Plausible mistakes, put into the code one at a time, to see whether a test notices.

    mutants.py check                 every mutant's place is in its file, once
    mutants.py build                 a copy of the tree with all mutants in it, switched off, built once
    mutants.py run [ID…]             runs suites with each mutant switched on until one fails; keeps what came of it
    mutants.py run 0                 runs the nearest suites of all mutants with none switched on
    mutants.py table                 writes the results into README.md
    mutants.py try ID                puts one mutant into the copy as it would be typed, builds, runs its nearest suites,
                                     takes it back

A copy is built once: every mutant is a choice made at run time, `(elboMutant(17) ? wrong : right)`, by the environment
variable ELBO_MUTANT. A run is ended by the first test that fails, or by its time limit, which counts as a failure.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RESULTS = HERE / "results.jsonl"
# Seconds: of the nearest suites, of all of them. Several times what they take on two cores that do nothing else.
NEAR, ALL = 300, 900

SWIFT = """import Glibc

private let active = getenv("ELBO_MUTANT").flatMap { Int(String(cString: $0)) } ?? 0

func elboMutant(_ number: Int) -> Bool { active == number }
"""
C = """#ifndef ELBO_MUTANTS
#define ELBO_MUTANTS
// Declared, not included, for C: a header of a module must not decide what the system's headers define.
#ifdef __cplusplus
#include <stdlib.h>
#else
char *getenv(const char *name);
int atoi(const char *text);
#endif
static inline int elboMutant(int number) {
  static int active = -1;
  if (active < 0) { const char *text = getenv("ELBO_MUTANT"); active = text ? atoi(text) : 0; }
  return active == number;
}
#endif
"""


class Mutant:
    def __init__(self, number, file, kind=""):
        # The kind is the list that it is in.
        self.number, self.file, self.kind = number, file, kind
        self.what = self.at = ""
        self.near = []
        # What stands in the place of the marked text, or of the marked statement.
        self.to = self.do = None

    @property
    def target(self):
        return self.file.split("/")[0]

    @property
    def marked(self):
        return re.search("«(.*)»", self.at, re.DOTALL).group(1)

    @property
    def original(self):
        return self.at.replace("«", "").replace("»", "")

    def written(self, replacement):
        """The line with something else in the place of what is marked."""
        before, rest = self.at.split("«", 1)
        return before + replacement + rest.rsplit("»", 1)[1]

    @property
    def plain(self):
        return self.written(self.to if self.to is not None else self.do)

    def switched(self, inner=None):
        """The choice in the place of what is marked; `inner` is that of another mutant at the same place."""
        inner = self.marked if inner is None else inner
        if self.to is not None:
            return f"(elboMutant({self.number}) ? ({self.to}) : ({inner}))"
        return f"if (elboMutant({self.number})) {{ {self.do} }} else {{ {inner} }}"


def mutants():
    """All of them, from the lists."""
    found = []
    for path in sorted((HERE / "lists").glob("*.txt")):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            if head := re.fullmatch(r"\[(\d+)\] (\S+)", line):
                found.append(Mutant(int(head.group(1)), head.group(2), path.stem))
                continue
            key, separator, value = line.partition(": ")
            if not separator and line.endswith(":"):
                key, value = line[:-1], ""
            if key not in ("what", "near", "at", "to", "do"):
                sys.exit(f"{path}:{number}: '{line}' is not understood")
            setattr(found[-1], key, value.split() if key == "near" else value.replace("⏎", "\n"))
    numbers = [mutant.number for mutant in found]
    if twice := {number for number in numbers if numbers.count(number) > 1}:
        sys.exit(f"numbers given twice: {sorted(twice)}")
    return found


def problems(mutant, text=None):
    """Why a mutant cannot be applied; None when it can."""
    if text is None:
        path = ROOT / "Sources" / mutant.file
        if not path.exists():
            return "the file does not exist"
        text = path.read_text()
    if mutant.at.count("«") != 1 or mutant.at.count("»") != 1:
        return "nothing is marked with « »"
    if (mutant.to is None) == (mutant.do is None):
        return "it needs either 'to' or 'do'"
    count = text.count(mutant.original)
    return None if count == 1 else f"its place is there {count} times"


def check(_):
    bad = [(mutant, why) for mutant in mutants() if (why := problems(mutant))]
    for mutant, why in bad:
        print(f"{mutant.number} {mutant.file}: {why}")
    print(f"{len(mutants()) - len(bad)} of {len(mutants())} mutants can be applied")
    return 1 if bad else 0


def copy(_):
    """The files of the tree, committed or not."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode().split("\0")
    wanted = {}
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            wanted[name] = (ROOT / name).read_bytes()
    return wanted


def write(tree, wanted):
    """Brings the copy up to date; files that did not change keep their times."""
    for name, data in wanted.items():
        path = tree / name
        if path.exists() and path.read_bytes() == data:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        if (ROOT / name).exists():
            shutil.copymode(ROOT / name, path)
    for folder in ["Sources", "Tests"]:
        for path in (tree / folder).rglob("*"):
            if path.is_file() and str(path.relative_to(tree)) not in wanted:
                path.unlink()


def swift_build(tree):
    """Builds; the numbers of the mutants whose lines the compiler refused, None when something else is wrong."""
    command = ["swift", "build", "--ignore-lock", "-c", "release", "--build-tests", "--scratch-path", str(tree / ".build")]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True)
    refused, unknown = set(), done.returncode != 0
    for path, line, what in re.findall(r"^(/\S+?):(\d+):\d+: error: (.*)", done.stdout, re.MULTILINE):
        text = pathlib.Path(path).read_text().splitlines()
        near = "\n".join(text[max(0, int(line) - 3):int(line) + 2])
        numbers = {int(number) for number in re.findall(r"elboMutant\((\d+)\)", text[int(line) - 1])} or {
            int(number) for number in re.findall(r"elboMutant\((\d+)\)", near)}
        print(f"{path}:{line}: {what} {sorted(numbers)}", flush=True)
        refused |= numbers
    if done.returncode and not refused:
        print(done.stdout[-3000:] + done.stderr[-2000:])
        return None
    return refused


def schemata(without):
    """The files of the copy with the mutants in them; those whose place is not there."""
    wanted = copy(ROOT)
    skipped, targets, places = [], set(), {}
    for mutant in mutants():
        if mutant.number not in without:
            places.setdefault((mutant.file, mutant.at), []).append(mutant)
    for group in places.values():
        mutant = group[0]
        name = "Sources/" + mutant.file
        text = wanted.get(name, b"").decode()
        # Of the file as it was, and as other mutants have left it.
        if problems(mutant) or text.count(mutant.original) != 1:
            skipped += [mutant.number for mutant in group]
            continue
        choice = None
        for one in group:
            choice = one.switched(choice)
        wanted[name] = text.replace(mutant.original, mutant.written(choice)).encode()
        targets.add((mutant.target, name))
    for target, name in targets:
        if name.endswith(".swift"):
            wanted[f"Sources/{target}/Mutant.swift"] = SWIFT.encode()
        else:
            wanted[name] = C.encode() + wanted[name]
    return wanted, skipped


def build(options):
    tree = pathlib.Path(options.tree)
    without = set()
    while True:
        wanted, skipped = schemata(without)
        write(tree, wanted)
        refused = swift_build(tree)
        if refused is None:
            return 1
        if not refused - without:
            break
        without |= refused
    print(f"built; their places are not there: {skipped}; the compiler refused: {sorted(without)}")
    return 0


def execute(command, tree, environment, seconds, stop=None):
    """Whether a command succeeds in time, how long it took, and what it said; ended early by a line with `stop`."""
    start = time.monotonic()
    process = subprocess.Popen(
        command, cwd=tree, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True, text=True, errors="replace")
    late = threading.Event()

    def end():
        late.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(seconds, end)
    timer.start()
    said, stopped = [], False
    for line in process.stdout:
        said.append(line)
        if stop and not stopped and re.search(stop, line):
            stopped = True
            os.killpg(process.pid, signal.SIGKILL)
    code = process.wait()
    timer.cancel()
    verdict = "failed" if stopped else "hung" if late.is_set() else "passed" if code == 0 else "failed"
    return verdict, time.monotonic() - start, "".join(said)


def suites(tree, environment, names, seconds, skip=False):
    """Runs Swift suites until a test fails: (passed, failed, hung), the time, the tests that failed."""
    binary = tree / ".build/release/elboPackageTests.xctest"
    command = [str(binary), "--testing-library", "swift-testing"]
    if names:
        command += ["--skip" if skip else "--filter", r"\b(" + "|".join(names) + ")[./]"]
    # A test's name for the filter ends with its file's: more than one suite may be in it.
    verdict, took, said = execute(command, tree, environment | {"NO_COLOR": "1"}, seconds, stop="[✘✗] Test .* recorded an issue")
    # Arguments of a test may have lines of their own.
    failed = [f"{file}::{name}" for name, file in re.findall(
        r'[✘✗] Test "?(\w[^("]*)[^✘✗]*? recorded an issue[^✘✗]*? at (\w+)\.swift:', said)]
    if verdict == "failed" and not failed:
        failed = [line.strip()[:100] for line in said.splitlines() if "Program crashed" in line or "Fatal error" in line][:1]
    if verdict == "passed" and re.search(r"\b0 tests", said):
        verdict = "found no test"
    return verdict, took, failed, said


def python_tests(tree, environment, folder, words, seconds):
    """Runs a pytest folder with the program of the copy; the mutant is switched on in a wrapper."""
    release = tree / ".build/release"
    wrapper = tree / ".build" / f"elbo-{environment['ELBO_MUTANT']}"
    wrapper.write_text(
        f"#!/bin/sh\nexport ELBO_MUTANT={environment['ELBO_MUTANT']}\nexec {release}/elbo \"$@\"\n")
    wrapper.chmod(0o755)
    venv = {"Terminal": "venv", "Conformance": "conformance"}[folder]
    python = ROOT / ".build" / venv / "bin/python"
    command = [str(python), "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *(words or ["."])]
    values = environment | {
        "ELBO": str(wrapper), "TENSOR_FILES": f"{release}/tensor-files", "DATASET_FILES": f"{release}/dataset-files"}
    verdict, took, said = execute(command, tree / "Tests" / folder, values, seconds)
    wrapper.unlink()
    failed = re.findall(r"FAILED (\S+)", said) + re.findall(r"ERROR (\S+)", said)
    return verdict, took, failed, said


def sessions(tree, environment, seconds):
    """The lessons still say what they say."""
    command = 'folder=$(mktemp -d) && cp -r sessions/. $folder && cd $folder && "$0" replay --verify *.session; code=$?; ' \
              "rm -rf $folder; exit $code"
    program = str(tree / ".build/release/elbo")
    verdict, took, said = execute(["bash", "-c", command, program], tree, environment, seconds)
    return verdict, took, re.findall(r"FAIL +(\S+):", said), said


def judge(mutant, tree, deep):
    """Runs suites until one fails."""
    environment = {"ELBO_MUTANT": str(mutant.number)}
    total = 0.0
    swift = [name for name in mutant.near if ":" not in name]
    others = [name.split(":", 1) for name in mutant.near if ":" in name]
    steps = []
    if swift:
        steps.append(("near", lambda: suites(tree, environment, swift, NEAR)))
    for folder, words in others:
        steps.append((folder, lambda f=folder, w=words: python_tests(tree, environment, f, w.split("+"), NEAR)))
    if deep:
        steps.append(("all", lambda: suites(tree, environment, swift, ALL, skip=True)))
        steps.append(("sessions", lambda: sessions(tree, environment, ALL)))
        if mutant.target in ("elbo", "FrontEnds", "Terminal", "SessionFiles", "POSIX", "CReadline", "CSignals"):
            steps.append(("Terminal", lambda: python_tests(tree, environment, "Terminal", [], ALL)))
        if mutant.target in ("Kernel", "Notebook", "WorkspaceStore", "Language", "JSONText"):
            steps.append(("Conformance", lambda: python_tests(tree, environment, "Conformance", [], ALL)))
    for name, step in steps:
        verdict, took, failed, said = step()
        total += took
        if verdict == "found no test" or verdict == "failed" and not failed:
            # Not a test's word: a name that no suite has, a runner that did not start.
            print(f"{mutant.number}: {name}: {verdict}\n{said[-1500:]}", flush=True)
        if verdict != "passed":
            by = sorted(set(failed))[:4] or [said.strip().splitlines()[-1][:100] if said.strip() else ""]
            return {"caught": verdict, "by": by, "where": name, "seconds": round(total, 1)}
    return {"caught": "no", "by": [], "where": "", "seconds": round(total, 1), "deep": deep}


def known():
    if not RESULTS.exists():
        return {}
    return {entry["id"]: entry for entry in map(json.loads, RESULTS.read_text().splitlines())}


def unmutated(tree):
    """The nearest suites of every mutant with none switched on: what fails here says nothing about a mutant."""
    seen, code = set(), 0
    for mutant in mutants():
        if tuple(mutant.near) in seen:
            continue
        seen.add(tuple(mutant.near))
        number, mutant.number = mutant.number, 0
        result = judge(mutant, tree, False)
        if result["caught"] != "no":
            code = 1
            print(f"near {number}: {' '.join(mutant.near)}: {result['caught']} {result['by']}", flush=True)
    print(f"{len(seen)} sets of suites")
    return code


def run(options):
    tree = pathlib.Path(options.tree)
    chosen = sorted(
        (m for m in mutants() if not options.ids or m.number in options.ids), key=lambda mutant: mutant.number)
    if options.ids == [0]:
        return unmutated(tree)
    results = known()
    if options.survivors:
        chosen = [m for m in chosen if results.get(m.number, {}).get("caught", "no") == "no"]
    elif options.new:
        chosen = [m for m in chosen if m.number not in results]
    begin = time.monotonic()
    for mutant in chosen:
        if options.minutes and time.monotonic() - begin > 60 * options.minutes:
            print("out of time")
            break
        text = (tree / "Sources" / mutant.file).read_text()
        if f"elboMutant({mutant.number})" not in text:
            print(f"{mutant.number}: not in the copy")
            continue
        result = judge(mutant, tree, not options.near)
        print(f"{mutant.number} {mutant.file}: {mutant.what}: {result['caught']} {result['by']} {result['seconds']} s", flush=True)
        results = known()
        results[mutant.number] = {"id": mutant.number} | result
        lines = [json.dumps(results[number], ensure_ascii=False) for number in sorted(results)]
        RESULTS.write_text("\n".join(lines) + "\n")
    return 0


def attempt(options):
    """One mutant as it would be typed."""
    tree = pathlib.Path(options.tree)
    mutant = next(m for m in mutants() if m.number == options.ids[0])
    wanted = copy(tree)
    name = "Sources/" + mutant.file
    clean = wanted[name]
    if why := problems(mutant):
        sys.exit(why)
    wanted[name] = clean.decode().replace(mutant.original, mutant.plain).encode()
    write(tree, wanted)
    try:
        if swift_build(tree) != set():
            return 1
        names = [word for word in mutant.near if ":" not in word]
        verdict, took, failed, _ = suites(tree, {}, names, ALL)
        print(f"{mutant.number} {mutant.file}: {mutant.what}: {verdict} {sorted(set(failed))} {took:.1f} s")
    finally:
        write(tree, wanted | {name: clean})
    return 0


def table(_):
    results = known()
    rows, counts = [], {}
    for mutant in sorted(mutants(), key=lambda m: m.number):
        result = results.get(mutant.number, {"caught": "not run", "by": []})
        is_caught = result["caught"] in ("failed", "hung")
        count = counts.setdefault(mutant.kind, [0, 0])
        count[0] += is_caught
        count[1] += 1
        by = ", ".join(word.replace("|", "\\|") for word in result["by"][:2]) if is_caught else ""
        verdict = {"failed": "yes", "hung": "by its time limit", "no": "**no**"}.get(result["caught"], result["caught"])
        rows.append(f"| {mutant.number} | {mutant.file} | {mutant.what.replace('|', chr(92) + '|')} | {verdict} | {by} |")
    readme = HERE / "README.md"
    text = readme.read_text()
    begin, end = text.index("<!-- table -->"), text.index("<!-- end -->")
    caught, total = (sum(count[place] for count in counts.values()) for place in (0, 1))
    lists = ", ".join(f"{count[0]} of {count[1]} in {kind}" for kind, count in counts.items())
    head = f"{caught} of {total} are caught: {lists}.\n\n| | file | mistake | caught | by |\n|---|---|---|---|---|\n"
    readme.write_text(text[:begin] + "<!-- table -->\n" + head + "\n".join(rows) + "\n" + text[end:])
    print(f"{caught} of {total}: {lists}")
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", choices=["check", "build", "run", "try", "table"])
    parser.add_argument("ids", nargs="*", type=int)
    parser.add_argument("--tree", default=str(ROOT / ".build/mutants"), help="where the copy is")
    parser.add_argument("--near", action="store_true", help="the nearest suites alone")
    parser.add_argument("--new", action="store_true", help="those without a result")
    parser.add_argument("--survivors", action="store_true", help="those that nothing caught")
    parser.add_argument("--minutes", type=float, help="stops after so long")
    options = parser.parse_args()
    commands = {"check": check, "build": build, "run": run, "try": attempt, "table": table}
    sys.exit(commands[options.command](options))


if __name__ == "__main__":
    main()
