"""What the program writes for itself: never where somebody planted a link, never outside of a replay's own folder."""

import os
import pathlib
import signal
import subprocess
import tempfile

import pytest

ELBO = os.environ["ELBO"]
SESSION = "#! elbo-session 1 seed=0\nelbo> zeros(3) > precious.csv\n...\nelbo> save session kept.elbodb\n...\nelbo> 1 + 1\n2\n"


def run(folder, *arguments, **options):
    options.setdefault("env", os.environ | {"XDG_STATE_HOME": str(folder / "state")})
    return subprocess.run(
        [ELBO, *map(str, arguments)], cwd=folder, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL,
        **options,
    )


@pytest.fixture
def work(tmp_path):
    """A folder with a session and a file that it would write over."""
    folder = tmp_path / "lessons"
    folder.mkdir()
    for name in ["a.session", "b.session"]:
        (folder / name).write_text(SESSION)
    (folder / "precious.csv").write_text("mine")
    return folder


def is_untouched(work, *more):
    names = {"a.session", "b.session", "precious.csv", *more}
    return set(os.listdir(work)) <= names and (work / "precious.csv").read_text() == "mine"


@pytest.mark.parametrize("files", [["a.session"], ["a.session", "b.session"]])
@pytest.mark.parametrize("mode", ["--verify", "--record", "--update"])
def test_without_a_place_for_its_folder_a_replay_refuses_before_anything_runs(work, mode, files):
    (work.parent / "file").write_text("")
    for base in ["/missing", str(work.parent / "file")]:
        result = run(work, "replay", mode, *files, env=os.environ | {"TMPDIR": base})
        assert result.returncode == 2 and result.stdout == ""
        assert base in result.stderr and "TMPDIR" in result.stderr
        assert is_untouched(work)
        assert (work / "a.session").read_text() == SESSION


def test_a_worker_alone_refuses_too(work):
    result = run(work, "replay-worker", "a.session", env=os.environ | {"TMPDIR": "/missing"})
    assert result.returncode == 2 and "/missing" in result.stderr and is_untouched(work)


def test_an_empty_tmpdir_is_none(work):
    result = run(work, "replay", "--verify", "a.session", env=os.environ | {"TMPDIR": ""})
    assert result.returncode == 0 and is_untouched(work)


@pytest.mark.skipif(os.getuid() != 0, reason="root gives up its rights here")
def test_an_unwritable_tmpdir_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder) / "lessons"
        base = pathlib.Path(folder) / "shut"
        pathlib.Path(folder).chmod(0o755)
        work.mkdir()
        work.chmod(0o777)
        base.mkdir(mode=0o755)
        (work / "a.session").write_text(SESSION)

        def leave_root():
            os.setgid(65534)
            os.setuid(65534)

        options = {"env": os.environ | {"TMPDIR": str(base)}, "preexec_fn": leave_root}
        result = run(work, "replay", "--verify", "a.session", **options)
        assert result.returncode == 2 and "Permission denied" in result.stderr and os.listdir(work) == ["a.session"]


@pytest.mark.parametrize(
    "line",
    [
        "zeros(3) > {}/precious.csv", "zeros(3) > ../../lessons/precious.csv", "zeros(3) > ~/precious.csv",
        "save session {}/kept.elbodb", "save session ../../kept.elbodb", "open {}/new.elbodb new=yes",
        "model m mlp hidden=2 latent=2; save m {}/m.safetensors",
    ],
)
def test_a_replay_writes_nothing_outside_of_its_folder(work, line):
    (work / "a.session").write_text(f"elbo> {line.format(work)}\n...\n")
    scratch = work.parent / "tmp"
    scratch.mkdir()
    environment = os.environ | {"TMPDIR": str(work.parent / "tmp"), "HOME": str(work)}
    run(work, "replay", "--verify", "a.session", env=environment)
    assert is_untouched(work) and os.listdir(scratch) == []
    assert not (work.parent / "kept.elbodb").exists()
    run(work, "replay", "--record", "a.session", "-o", "out.session", env=environment)
    assert is_untouched(work, "out.session")
    assert "outside of the temporary folder" in (work / "out.session").read_text()


def test_a_workspace_that_a_replay_opens_stays_as_it_is(work):
    run(work, "own.elbodb", "-c", "x = 41")
    before = (work / "own.elbodb").read_bytes()
    (work / "a.session").write_text("elbo> open own.elbodb\n...\nelbo> x = x + 1\nx = 42\n")
    result = run(work, "replay", "--verify", "a.session")
    assert result.returncode == 0, result.stdout
    assert (work / "own.elbodb").read_bytes() == before and is_untouched(work, "own.elbodb")




def planted(folder, name, command):
    """Runs a command in a process whose number, and so the names that could be made of it, was known before."""
    (folder / "victim").write_text("precious")
    links = " ".join(f"{name}{end}" for end in [".part$$", ".$$.part", ".$$", ".$$.new"])
    script = f"for n in {links}; do ln -s \"$PWD/victim\" \"$n\"; done; exec {command}"
    return subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("name", ["o.csv", "o.npy", "m.safetensors"])
def test_links_that_were_planted_beside_a_file_are_not_written_through(tmp_path, name):
    write = "model m mlp hidden=2 latent=2 seed=1; save m m.safetensors" if name.startswith("m") else f"zeros(3) > {name}"
    result = planted(tmp_path, name, f"{ELBO} -c '{write}'")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "victim").read_text() == "precious"
    assert not (tmp_path / name).is_symlink() and (tmp_path / name).stat().st_size > 8
    assert not [entry for entry in os.listdir(tmp_path) if entry.startswith(".elbo")]


def test_the_kernelspec_is_not_written_through_links(tmp_path):
    folder = tmp_path / "share/jupyter/kernels/elbo"
    folder.mkdir(parents=True)
    result = planted(folder, "kernel.json", f"{ELBO} jupyter install --prefix {tmp_path}")
    assert result.returncode == 0, result.stderr
    assert (folder / "victim").read_text() == "precious" and "argv" in (folder / "kernel.json").read_text()


@pytest.mark.parametrize("kind", ["link", "second name"])
def test_a_lock_that_is_a_link_is_refused(tmp_path, kind):
    (tmp_path / "victim").write_text("precious")
    if kind == "link":
        (tmp_path / "w.elbodb-lock").symlink_to(tmp_path / "victim")
    else:
        os.link(tmp_path / "victim", tmp_path / "w.elbodb-lock")
    result = run(tmp_path, "w.elbodb", "-c", "x = 1")
    assert result.returncode == 1 and "w.elbodb-lock" in result.stderr
    assert (tmp_path / "victim").read_text() == "precious"


def test_files_are_private_until_they_are_whole_and_then_as_the_umask_says(tmp_path):
    for mask, mode in [(0o022, 0o644), (0o077, 0o600), (0o027, 0o640)]:
        name = f"{mask:o}.csv"
        assert run(tmp_path, "-c", f"zeros(3) > {name}", umask=mask).returncode == 0
        assert (tmp_path / name).stat().st_mode & 0o777 == mode


def test_no_lock_stays_behind_a_session_that_ended_well(tmp_path):
    assert run(tmp_path, "w.elbodb", "-c", "x = 1").returncode == 0
    assert run(tmp_path, "w.elbodb", "-c", "nonsense").returncode == 1
    assert run(tmp_path, "-c", "y = 1; save session v.elbodb").returncode == 0
    assert sorted(name for name in os.listdir(tmp_path) if name != "state") == ["v.elbodb", "w.elbodb"]


def test_two_names_of_a_workspace_have_one_lock(tmp_path):
    run(tmp_path, "w.elbodb", "-c", "x = 1")
    (tmp_path / "link.elbodb").symlink_to("w.elbodb")
    with subprocess.Popen([ELBO, "w.elbodb"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        first.stdin.write("x\n")
        first.stdin.flush()
        assert first.stdout.readline() == "1\n"
        second = run(tmp_path, "link.elbodb", "-c", "x")
        assert second.returncode == 1 and f"another process ({first.pid})" in second.stderr
        first.stdin.close()
        assert first.wait(20) == 0
    assert run(tmp_path, "link.elbodb", "-c", "x").stdout == "1\n"


def test_a_lock_left_by_a_kill_is_taken_over(tmp_path):
    with subprocess.Popen([ELBO, "w.elbodb"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        first.stdin.write("x = 7\n")
        first.stdin.flush()
        first.stdout.readline()
        first.send_signal(signal.SIGKILL)
    assert (tmp_path / "w.elbodb-lock").exists()
    assert run(tmp_path, "w.elbodb", "-c", "x").stdout == "7\n"
    assert not (tmp_path / "w.elbodb-lock").exists()


def test_what_libraries_say_in_workers_is_no_result(work):
    result = run(work, "replay", "--verify", "a.session", "b.session", env=os.environ | {"LD_PRELOAD": "/missing.so"})
    assert result.returncode == 0 and result.stdout.count("ok ") == 2
    assert "/missing.so" in result.stderr and '"outputs"' not in result.stderr
    assert is_untouched(work)


@pytest.mark.parametrize("ending", ["-wal", "-shm", "-journal"])
def test_a_workspace_with_links_beside_it_is_refused(tmp_path, ending):
    run(tmp_path, "w.elbodb", "-c", "x = 1")
    (tmp_path / "victim").write_text("precious")
    (tmp_path / f"w.elbodb{ending}").symlink_to(tmp_path / "victim")
    result = run(tmp_path, "w.elbodb", "-c", "x = 2")
    assert result.returncode == 1 and f"w.elbodb{ending} is a link" in result.stderr
    assert (tmp_path / "victim").read_text() == "precious" and not (tmp_path / "w.elbodb-lock").exists()


def test_a_session_that_cannot_be_kept_says_so(start, tmp_path):
    (tmp_path / "state").write_text("no folder")
    screen = start()
    screen.wait_prompt()
    assert "nothing of this session is on disk" in " ".join(screen.text.split())
    screen.run("1 + 1")
    assert "2" in screen.lines
