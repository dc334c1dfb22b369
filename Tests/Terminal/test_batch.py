"""Without a terminal: exit codes, streams, signals, formats."""

import json
import os
import re
import signal
import subprocess

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
        (["--seed", "1", "run", "a.elbo"], None, 2, "", "'run' comes first and its options behind it: elbo run"),
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


def computed(pid):
    """Seconds of processor time that a process has had."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
