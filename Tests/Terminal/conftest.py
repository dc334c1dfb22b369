import signal

import pytest

from screen import Screen

# Started in the background of a script, or by nohup, this process ignores Ctrl-C or hang-ups, and so would what it starts.
for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTSTP):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, lambda *_: None)


@pytest.fixture
def start(tmp_path):
    """Starts programs that end with the test; the folder of the test is their home."""
    started = []

    def begin(*arguments, **options):
        options.setdefault("home", tmp_path)
        screen = Screen(arguments, **options)
        started.append(screen)
        return screen

    yield begin
    for screen in started:
        screen.stop()


@pytest.fixture
def unsaved(start):
    """A program at its prompt with a trained model m that no file holds."""
    screen = start()
    screen.wait_prompt()
    screen.run("d = dataset zeros(200, 4)")
    screen.run("model m mlp hidden=4 latent=2 seed=1")
    screen.run("train m on=d epochs=1")
    return screen


@pytest.fixture
def prompt(start):
    """A program that waits at its prompt."""
    screen = start()
    screen.wait_prompt()
    return screen
