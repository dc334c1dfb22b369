"""JupyterLab in a headless Chromium, with the kernel as `elbo jupyter install` makes it known."""

import json
import os
import pathlib
import re
import subprocess
import sys
import threading

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ELBO = os.environ["ELBO"]
SHOTS = pathlib.Path(os.environ["SHOTS"])


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The address of a JupyterLab of our own; its folder."""
    prefix, folder = tmp_path_factory.mktemp("prefix"), tmp_path_factory.mktemp("notebooks")
    subprocess.run([ELBO, "jupyter", "install", "--prefix", str(prefix)], check=True)
    settings = tmp_path_factory.mktemp("settings")
    quiet = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}
    (settings / "overrides.json").write_text(json.dumps(quiet))
    environment = os.environ | {
        "JUPYTER_PATH": str(prefix / "share" / "jupyter"), "HOME": str(prefix), "JUPYTER_PREFER_ENV_PATH": "1"
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0",
         "--IdentityProvider.token=", "--ServerApp.password=", f"--LabApp.app_settings_dir={settings}",
         f"--ServerApp.root_dir={folder}"],
        env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )
    try:
        address = None
        for line in process.stderr:
            if found := re.search(r"(http://127\.0\.0\.1:\d+)/lab", line):
                address = found[1]
                break
        assert address, "JupyterLab did not start"
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield address, folder
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="session")
def browser():
    options = Options()
    options.binary_location = "/usr/bin/chromium"
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1200,1000"]:
        options.add_argument(argument)
    browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    yield browser
    browser.quit()


@pytest.fixture
def shot(browser):
    """Keeps a picture of the window, to be looked at."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    return lambda name: browser.save_screenshot(str(SHOTS / f"{name}.png"))


@pytest.fixture
def notebook(server, browser, shot, request):
    """Opens a notebook of these cells, and ends its kernel afterwards."""
    address, folder = server
    from page import Notebook
    opened = []

    def open_cells(*sources):
        name = f"book{len(list(folder.iterdir()))}.ipynb"
        cells = [{"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": s, "outputs": [], "execution_count": None} for i, s in enumerate(sources)]
        metadata = {"kernelspec": {"name": "elbo", "display_name": "elbo", "language": "elbo"}}
        (folder / name).write_text(json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))
        browser.get(f"{address}/lab/tree/{name}?reset")
        opened.append(Notebook(browser))
        return opened[-1]

    yield open_cells
    shot(f"last-{request.node.name}")
    for book in opened:
        book.close(address)
