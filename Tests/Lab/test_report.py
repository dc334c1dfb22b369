"""The page that `report` writes, in a browser: at two widths, light and dark. Pictures are kept in $SHOTS."""

import subprocess

import pytest

from conftest import ELBO

SCRIPT = """load digits as=all; d = all.train[0..999]
model m conv latent=4 on=d seed=1
train m on=d epochs=2 seed=1 validate=0.1
evaluate m on=d
plot latent m on=d
sample m n=16 seed=1
s = sweep m on=d beta=1,2 epochs=1 seed=1 validate=0.1
report > run.html"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    subprocess.run([ELBO, "-c", SCRIPT], cwd=folder, check=True)
    return (folder / "run.html").as_uri()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_leaves_the_page(browser, shot, page, width, scheme):
    metrics = {"width": width, "height": 1400, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
    browser.get(page)
    shot(f"report-{width}-{scheme}")
    # Tables scroll by themselves; the page does not.
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    images = browser.execute_script(
        "return [...document.images].map(i => [i.complete, i.naturalWidth, i.getBoundingClientRect().right, i.alt])")
    assert len(images) >= 5
    assert all(done and own > 0 and right <= width and words for done, own, right, words in images)
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(22, 24, 29)")
    chosen = browser.execute_script("return document.images[0].currentSrc === document.images[0].src")
    assert chosen == (scheme == "light")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_it_prints(browser, page):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    browser.get(page)
    assert browser.execute_script("return getComputedStyle(document.querySelector('nav')).display") == "none"
    assert browser.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    printed = browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert len(printed["data"]) > 10_000
