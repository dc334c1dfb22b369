"""Without a terminal: exit codes, streams, signals, formats."""

import json
import os
import re
import signal
import subprocess
import time

import pytest

ELBO = os.environ["ELBO"]


def run(*arguments, text=None, **options):
    return subprocess.run([ELBO, *arguments], input=text, capture_output=True, text=True, timeout=60, **options)


@pytest.mark.parametrize(
    "arguments, text, code, out, err",
    [
        (["-c", "1 + 1"], None, 0, "2\n", ""),
        (["-c", "x = 2", "-c", "x * 3"], None, 0, "x = 2\n6\n", ""),
        (["-c", "nonsense"], None, 1, "", "(E101)"),
        ([], "x = 2\n\n# comment\nx * 3\n", 0, "x = 2\n6\n", ""),
        ([], "1\nnonsense\n2\n", 1, "1\n", "line 2: error"),
        (["--keep-going"], "1\nnonsense\n2\n", 1, "1\n2\n", "line 2: error"),
        ([], "elbo> 1 + 1\n99\nelbo> 2 + 2\n", 0, "2\n4\n", ""),
        ([], "[1,\n2]\n", 0, None, ""),
        ([], "", 0, "", ""),
        ([], "quit\nnonsense\n", 0, "", ""),
        (["--nope"], None, 2, "", "--nope"),
        (["runn"], None, 2, "", "Did you mean 'run'?"),
        (["run", "missing.elbo"], None, 2, "", "No such file"),
        (["--seed", "1", "run", "a.elbo"], None, 2, "", "a.elbo: No such file"),
        (["--seed", "x"], None, 2, "", "--seed"),
        (["replay", "--verify", "--record", "x"], None, 2, "", "Choose one"),
        (["--version"], None, 0, None, ""),
        (["--help"], None, 0, None, ""),
    ],
)
def test_exit_codes_and_streams(arguments, text, code, out, err):
    result = run(*arguments, text=text or "")
    assert result.returncode == code, result.stderr
    if out is not None:
        assert result.stdout == out
    assert err in result.stderr if err else result.stderr == ""


def test_json_is_one_object_a_cell():
    result = run("--format", "json", "--keep-going", text="x = 4\nnonsense\nx + 1\n")
    cells = [json.loads(line) for line in result.stdout.splitlines()]
    assert [cell["status"] for cell in cells] == ["ok", "error", "ok"]
    assert cells[1]["error"]["code"] == "E101" and cells[1]["line"] == 2
    assert cells[2]["outputs"][0]["json"] == 5
    assert result.returncode == 1 and result.stderr == ""


@pytest.mark.parametrize("text", ["x = 4\nx + 1", "x = 4\r\nx + 1\r", "x = [4,\n1]\nsum(x)"])
def test_the_last_line_needs_no_end(text):
    result = run(text=text)
    assert (result.returncode, result.stdout.splitlines()[-1:], result.stderr) == (0, ["5"], "")


@pytest.mark.parametrize("way", [["--keep-going"], ["run", "--keep-going", "-"], ["run", "--keep-going", "FILE"]])
def test_keep_going_does_not_go_on_after_an_interrupt(tmp_path, way):
    lines = "load digits as=d;\nmodel m mlp hidden=20 latent=4;\n'ready'\ntrain m on=d epochs=100000\n'never'\n"
    script = tmp_path / "a.elbo"
    script.write_text(lines)
    arguments = [str(script) if word == "FILE" else word for word in way]
    with subprocess.Popen([ELBO, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if "FILE" not in way:
            process.stdin.write(lines)
        process.stdin.close()
        assert process.stdout.readline() == "ready\n"
        begin = computed(process.pid)
        wait_until(lambda: computed(process.pid) > begin + 0.3, process)
        process.send_signal(signal.SIGINT)
        assert "never" not in process.stdout.read()
        assert process.wait(20) == 130


def test_a_pipe_is_answered_as_it_is_fed():
    with subprocess.Popen([ELBO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write("20 + 1\n")
        process.stdin.flush()
        assert process.stdout.readline() == "21\n"
        process.stdin.write("20 + 2\n")
        process.stdin.flush()
        assert process.stdout.readline() == "22\n"
        process.stdin.close()
        assert process.wait(20) == 0


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_end_a_batch_with_their_codes(number, code):
    with subprocess.Popen([ELBO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write("1\n")
        process.stdin.flush()
        assert process.stdout.readline() == "1\n"
        process.send_signal(number)
        assert process.wait(20) == code


def test_sigterm_while_training_keeps_the_steps_that_are_done(tmp_path):
    work = str(tmp_path / "work.elbodb")
    lines = "load digits as=d;\nmodel m mlp hidden=20 latent=4;\n'ready'\ntrain m on=d epochs=100000\n'never'\n"
    with subprocess.Popen([ELBO, "--session", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        process.stdin.write(lines)
        process.stdin.close()
        assert process.stdout.readline() == "ready\n"
        # Half a second of computing after the last line that was said: steps have been made.
        begin = computed(process.pid)
        while computed(process.pid) < begin + 0.5:
            pass
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(20) == 143
    assert "never" not in rest
    reopened = run("--session", work, "-c", "(m.steps > 0)")
    assert reopened.returncode == 0 and reopened.stdout == "1\n"
    assert run("--session", work, "-c", "history all=yes").stdout.count("train m on=d") == 1


@pytest.mark.parametrize("number, then", [(signal.SIGTSTP, [signal.SIGCONT, signal.SIGINT]),
                                          (signal.SIGSTOP, [signal.SIGCONT, signal.SIGINT]),
                                          # Both are there when it goes on, and the lower number is read first.
                                          (signal.SIGSTOP, [signal.SIGINT, signal.SIGCONT])])
def test_the_time_of_a_cell_is_without_the_time_it_was_stopped(number, then):
    lines = "load digits as=d;\nmodel m mlp hidden=20 latent=4;\ntrain m on=d epochs=100000\n"
    # Not ignored, as it is in the background of a script.
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True,
               "preexec_fn": lambda: signal.signal(signal.SIGTSTP, signal.SIG_DFL), "start_new_session": True}
    with subprocess.Popen([ELBO, "--format", "json"], **options) as process:
        begin = time.monotonic()
        process.stdin.write(lines)
        process.stdin.close()
        wait_until(lambda: computed(process.pid) > 1, process)
        process.send_signal(number)
        wait_until(lambda: children(os.getpid())[process.pid] == "T", process)
        stopped = time.monotonic()
        # The stop is what is measured.
        time.sleep(2)
        pause = time.monotonic() - stopped
        for one in then:
            process.send_signal(one)
            if one == signal.SIGCONT:
                wait_until(lambda: children(os.getpid()).get(process.pid) != "T", process)
        cells = [json.loads(line) for line in process.stdout.read().splitlines()]
        whole = time.monotonic() - begin
    assert cells[-1]["status"] == "interrupted"
    # The time the user waited, less the pause. Half of it is the margin: of all else, `whole` has only the start more.
    assert 0 < cells[-1]["seconds"] < whole - pause / 2


def computed(pid):
    """Seconds of processor time that a process has had."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(condition, process, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None and time.monotonic() < end


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTSTP])
def test_what_it_was_started_to_ignore_stays_ignored(number):
    """As by nohup, or in the background of a script."""
    process = subprocess.Popen(
        [ELBO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_IGN),
    )
    try:
        process.stdin.write("1\n")
        process.stdin.flush()
        assert process.stdout.readline() == "1\n"
        process.send_signal(number)
        assert process.communicate("2\n", timeout=20)[0] == "2\n"
        assert process.returncode == 0
    finally:
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_end_a_benchmark(number):
    process = subprocess.Popen([ELBO, "bench", "train", "mlp", "--steps", "1000000"], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: computed(process.pid) > 0.3, process)
        process.send_signal(number)
        assert process.wait(20) == -number
    finally:
        process.kill()


def test_a_benchmark_ends_when_its_reader_has_left():
    command = f"{ELBO} bench ops --threads 1 | head -1; echo code ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert result.stdout.splitlines()[1:] == ["code 141"]


@pytest.mark.parametrize("command", ["run", "replay"])
def test_ctrl_c_ends_the_wait_for_a_script_that_does_not_come(tmp_path, command):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    process = subprocess.Popen([ELBO, command, str(pipe)])
    try:
        # Opens as soon as the program reads there.
        with open(pipe, "w", encoding="ascii"):
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == -signal.SIGINT
    finally:
        process.kill()


def children(pid):
    """The processes that a process has started, and their states."""
    found = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as file:
                state, parent = file.read().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        if int(parent) == pid:
            found[int(entry)] = state
    return found


@pytest.fixture
def replay(tmp_path):
    """Starts a replay of two files, in a process each, that would train for hours."""
    started = []

    def begin(**options):
        paths = [tmp_path / "a.session", tmp_path / "b.session"]
        lines = ["load digits as=d", "model m mlp hidden=8 latent=2", "train m on=d epochs=100000"]
        for path in paths:
            path.write_text("".join(f"elbo> {line}\n...\n" for line in lines))
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        process = subprocess.Popen(
            [ELBO, "replay", "--verify", "--jobs", "2", *map(str, paths)], env=os.environ | {"TMPDIR": str(scratch)},
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True, **options,
        )
        started.append(process)
        wait_until(lambda: len(list(scratch.iterdir())) == 2, process)
        return process

    yield begin
    for process in started:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_end_a_replay_of_several_files_with_their_codes(replay, tmp_path, number, code):
    process = replay()
    process.send_signal(number)
    assert process.wait(20) == code
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_stopped_replay_of_several_files_ends_when_it_is_told_to(replay):
    process = replay()
    # As Ctrl-Z does it; then the first process alone goes on.
    os.killpg(process.pid, signal.SIGTSTP)
    wait_until(lambda: set(children(process.pid).values()) == {"T"}, process)
    wait_until(lambda: children(os.getpid())[process.pid] == "T", process)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    assert process.wait(20) == 143


def test_the_processes_of_a_replay_under_nohup_ignore_a_hang_up_too(replay):
    process = replay(preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    for pid in [process.pid, *children(process.pid)]:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            ignored = next(int(line.split()[1], 16) for line in file if line.startswith("SigIgn:"))
        assert ignored & (1 << (signal.SIGHUP - 1))


def test_session_seed_and_threads(tmp_path):
    work = str(tmp_path / "work.elbodb")
    assert run("--session", work, "-c", "x = 41").returncode == 0
    assert run(work, "-c", "x + 1").stdout == "42\n"
    draws = [run("--seed", seed, "-c", "normal(3)").stdout for seed in ["7", "7", "8"]]
    assert draws[0] == draws[1] != draws[2]
    assert "2" in run("--threads", "2", "-c", "threads").stdout
    assert run("--threads", "0", "-c", "1").returncode == 2
    script = tmp_path / "a.elbo"
    script.write_text("y = normal(2)\ny\n")
    first, second = (run("run", "--seed", "3", "--session", work, str(script)) for _ in range(2))
    assert first.returncode == second.returncode == 0


def test_a_closed_pipe_ends_quietly():
    script = "\n".join(["help language"] * 2000)
    process = subprocess.run(
        ["bash", "-c", f"{ELBO} | head -1; echo code ${{PIPESTATUS[0]}}"], input=script, capture_output=True, text=True
    )
    assert process.stderr == ""
    assert process.stdout.splitlines()[-1] == "code 141"


def test_no_escape_codes_and_no_progress_off_a_terminal():
    result = run("-c", "help; nonsense")
    assert "\x1b" not in result.stdout + result.stderr and "\r" not in result.stdout
    forced = run("-c", "nonsense", env={**os.environ, "CLICOLOR_FORCE": "1"})
    assert "\x1b[" in forced.stderr


def test_run_names_file_and_line(tmp_path):
    script = tmp_path / "a.elbo"
    script.write_text("x = 1\n\nnonsense\n")
    result = run("run", str(script))
    assert result.returncode == 1
    assert f"{script}:3: error: unknown command" in result.stderr


def test_record_verify_update(tmp_path):
    script = tmp_path / "lesson.elbo"
    script.write_text("# A lesson.\nx = 1 / 3\nx * 2\nnonsense\n")
    session = tmp_path / "lesson.session"
    assert run("replay", "--record", str(script)).returncode == 0
    recorded = session.read_text()
    assert recorded.startswith("#! elbo-session 1 seed=0\n# A lesson.\nelbo> x = 1 / 3\n")
    assert run("replay", "--verify", str(session)).returncode == 0
    session.write_text(re.sub(r"\n0\.666\d+\n", "\n0.7667 (~1e-3)\n", recorded))
    failed = run("replay", "--verify", str(session), "--junit", str(tmp_path / "j.xml"))
    assert failed.returncode == 3
    assert "0.7667 → 0.66" in failed.stdout and "off by 0.1" in failed.stdout
    assert 'failures="1"' in (tmp_path / "j.xml").read_text()
    patched = (tmp_path / "lesson.session.actual").read_text()
    assert re.search(r"\n0\.66\d+ \(~1e-3\)\n", patched)
    assert run("replay", "--verify", "--lax", str(session)).returncode == 0
    assert run("replay", "--update", str(session)).returncode == 0
    assert session.read_text() == patched
    assert run("replay", "--verify", str(session)).returncode == 0


def test_several_files_are_verified_at_once_and_reported_together(tmp_path):
    paths = []
    for index in range(4):
        path = tmp_path / f"{index}.session"
        path.write_text(f"#! elbo-session 1 seed=0\nelbo> {index} + 1\n{index + 1 if index != 2 else 99}\n")
        paths.append(str(path))
    result = run("replay", "--verify", "--tap", "-", *paths)
    assert result.returncode == 3
    assert result.stdout.startswith("TAP version 13\n1..4\n") and result.stdout.count("not ok") == 1
    assert result.stderr.count("FAIL") == 1


def test_completions_and_man_page_are_made():
    for shell in ["bash", "zsh", "fish"]:
        assert "replay" in run("--generate-completion-script", shell).stdout
    manual = run("manual").stdout
    assert manual.startswith(".TH ELBO 1")
    assert ".SH COMMANDS" in manual and "history" in manual
    for subcommand in ["replay", "kernel", "jupyter", "bench"]:
        assert f".B elbo\n{subcommand}" in manual


def test_scripts_and_sessions_whose_lines_end_as_on_windows(tmp_path):
    script = tmp_path / "a.elbo"
    script.write_bytes(b"# A comment first.\r\nx = 1 + \\\r\n  2\r\n\r\nx * 3\r\n")
    assert run("run", str(script)).stdout == "x = 3\n9\n"
    assert run(text=script.read_bytes().decode()).stdout == "x = 3\n9\n"
    assert run("-c", "1 + 1\r\n2 + 2\r\n").stdout == "2\n4\n"
    assert run(text="elbo> 1 + 1\r\n99\r\nelbo>\r\nelbo> 2 + 2\r\n").stdout == "2\n4\n"
    session = tmp_path / "a.session"
    session.write_bytes(
        b"#! elbo-session 1 seed=0\r\n# Prose.\r\nelbo> 4 + \\\r\n....> 5\r\n9\r\nelbo> 1 + 1\r\n2\r\n")
    verified = run("replay", "--verify", str(session))
    assert verified.returncode == 0 and "2 commands" in verified.stdout
    session.write_bytes(session.read_bytes().replace(b"\n2\r\n", b"\n3\r\n"))
    assert run("replay", "--verify", str(session)).returncode == 3
    assert run("replay", "--update", str(session)).returncode == 0
    updated = session.read_bytes()
    assert b"\r" not in updated and updated.endswith(b"elbo> 1 + 1\n2\n")
    assert run("replay", "--record", str(script)).returncode == 0
    assert session.read_bytes().count(b"elbo> ") == 2


def test_a_byte_order_mark_is_no_character(tmp_path):
    script = tmp_path / "a.elbo"
    script.write_bytes(b"\xef\xbb\xbfx = 1\nx + 1\n")
    assert run("run", str(script)).stdout == "x = 1\n2\n"
    assert run(text=script.read_bytes().decode()).stdout == "x = 1\n2\n"


def test_closed_standard_streams_are_the_end_of_input():
    for arguments in ["", "run -"]:
        done = subprocess.run(f"exec {ELBO} {arguments} <&-", shell=True, capture_output=True, timeout=20)
        assert done.returncode == 0 and done.stdout == b""


def test_files_are_written_where_links_lead_and_keep_their_permissions(tmp_path):
    real, link, pipe = tmp_path / "a.session", tmp_path / "b.session", tmp_path / "pipe.csv"
    real.write_text("elbo> 1\n2\n")
    real.chmod(0o600)
    link.symlink_to(real.name)
    assert run("replay", "--update", str(link)).returncode == 0
    assert link.is_symlink() and real.read_text() == "elbo> 1\n1\n"
    assert real.stat().st_mode & 0o777 == 0o600
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    assert run("-c", f"vars > {pipe}").returncode == 0
    assert reader.communicate(timeout=20)[0] and pipe.is_fifo()


def test_output_that_cannot_be_written_is_said(tmp_path):
    for arguments in ["-c 1", "--format json -c 1", "--version"]:
        for where in ["/dev/full", "&-"]:
            done = subprocess.run(f"exec {ELBO} {arguments} >{where}", shell=True, capture_output=True, text=True)
            assert done.returncode == 1 and "standard output: " in done.stderr, f"{arguments} >{where}: {done}"


def test_a_pattern_that_takes_for_ever_can_be_ended(tmp_path):
    session = tmp_path / "a.session"
    session.write_text('elbo> "' + "a" * 40 + '"\n(a+)+b (re)\n')
    program = subprocess.Popen([ELBO, "replay", "--verify", str(session)])
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(2)
    program.terminate()
    assert program.wait(20) == -signal.SIGTERM


def test_the_name_of_a_workspace_is_not_empty():
    result = run("--session", "", "-c", "x = 1")
    assert result.returncode == 2 and "--session" in result.stderr


@pytest.mark.parametrize("content", ["", "# Prose alone.\n", "#! elbo-session 1 seed=0\n\n# Nothing.\n"])
def test_what_has_no_commands_does_not_verify(tmp_path, content):
    path, other = tmp_path / "a.session", tmp_path / "b.session"
    path.write_text(content)
    other.write_text("elbo> 1\n1\n")
    for paths in [[path], [other, path]]:
        result = run("replay", "--verify", *map(str, paths))
        assert result.returncode == 2 and result.stdout == ""
        assert f"{path} contains no commands" in result.stderr and "'elbo> '" in result.stderr
