"""What a person does in JupyterLab. Pictures are kept in $SHOTS."""

import time

from selenium.webdriver.common.keys import Keys


def test_training_is_shown_live_and_the_button_interrupts_it(notebook, shot):
    book = notebook("load digits as=d\nmodel m mlp latent=4", "train m on=d epochs=1000", "summary m")
    book.run_to_end(0)
    shot("1-tables")
    assert book.outputs(0, "table")
    book.run(1)
    book.wait(lambda: book.outputs(1, "progress"))
    seen = set()
    end = time.monotonic() + 30
    while len(seen) < 4 and time.monotonic() < end:
        seen.add(book.outputs(1, "progress")[0].get_attribute("value"))
        time.sleep(0.1)
    assert len(seen) == 4, seen
    assert len(book.outputs(1, "progress")) == 1
    book.wait(lambda: book.outputs(1, "polyline"))
    assert book.status() == "Busy"
    shot("2-training")
    book.press("notebook:interrupt-kernel")
    book.wait(lambda: "completed training steps are kept" in book.text(1), 5)
    book.wait(lambda: book.status() == "Idle", 5)
    shot("3-interrupted")
    assert not book.outputs(1, "progress")
    book.run_to_end(2)
    assert "latent" in book.text(2)


def test_plots_and_pictures_are_inline(notebook, shot):
    book = notebook("load digits as=d\nmodel m mlp latent=2\ntrain m on=d epochs=2", "plot loss m", "plot latent m on=d", "sample m n=32 seed=1")
    for index in range(4):
        book.run_to_end(index)
    for index in (1, 2, 3):
        image = book.wait(lambda: book.outputs(index, "img, .jp-RenderedSVG svg"))[0]
        assert image.size["width"] > 100 and image.size["height"] > 50, (index, image.size)
        book.browser.execute_script("arguments[0].scrollIntoView()", image)
        time.sleep(0.5)
        shot(f"4-plot-{index}")


def test_tab_completes_and_shift_tab_inspects(notebook, shot):
    book = notebook("load digits as=d\nmodel m mlp", "", "train m epochs=1")
    book.run_to_end(0)
    book.focus(1)
    book.keys("histo")
    time.sleep(0.3)
    book.keys(Keys.TAB)
    book.wait(lambda: "history" in book.editor(1).text or "history" in book.completions())
    if "history" not in book.editor(1).text:
        book.keys(Keys.ENTER)
    book.wait(lambda: "history" in book.editor(1).text)
    book.chord(Keys.CONTROL, "a")
    book.keys("tra")
    time.sleep(0.3)
    book.keys(Keys.TAB)
    book.wait(lambda: {"train", "transform"} <= set(book.completions()))
    shot("5-completion")
    book.keys(Keys.ESCAPE)
    book.focus(2)
    book.keys(Keys.HOME, Keys.RIGHT)
    book.chord(Keys.SHIFT, Keys.TAB)
    tip = book.wait(lambda: book.find(".jp-Tooltip"))[0]
    book.wait(lambda: "epochs" in tip.text)
    shot("6-inspection")


def test_completion_answers_while_a_cell_trains(notebook, shot):
    book = notebook("load digits as=d\nmodel m mlp latent=4", "train m on=d epochs=1000", "")
    book.run_to_end(0)
    book.run(1)
    book.wait(lambda: book.outputs(1, "progress"))
    book.focus(2)
    book.keys("tra")
    time.sleep(0.3)
    book.keys(Keys.TAB)
    book.wait(lambda: "train" in book.completions(), 5)
    shot("7-completion-while-training")
    assert book.status() == "Busy"
    book.keys(Keys.ESCAPE)
    book.press("notebook:interrupt-kernel")
    book.wait(lambda: book.status() == "Idle", 5)


def test_a_question_is_asked_in_the_cell(notebook, shot):
    book = notebook('x = ask "which digit? "', "x")
    book.run(0)
    box = book.wait(lambda: book.find(".jp-Stdin-input"))[0]
    shot("8-question")
    box.send_keys("7", Keys.ENTER)
    book.wait(lambda: book.prompt(0).strip("[]: ").isdigit())
    book.run_to_end(1)
    assert "7" in book.text(1)
