import pytest

from screen import Screen


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
def prompt(start):
    """A program that waits at its prompt."""
    screen = start()
    screen.wait_prompt()
    return screen
