"""A notebook as a person sees it: cells, keys, buttons."""

import time

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait


class Notebook:
    def __init__(self, browser):
        self.browser = browser
        self.wait(lambda: self.cells(), 60)
        self.wait(lambda: self.status() == "Idle", 60)

    def wait(self, condition, seconds=30):
        return WebDriverWait(self.browser, seconds, poll_frequency=0.05, ignored_exceptions=(Exception,)).until(lambda _: condition())

    def find(self, selector, within=None):
        return (within or self.browser).find_elements(By.CSS_SELECTOR, selector)

    def cells(self):
        return self.find(".jp-Notebook .jp-CodeCell")

    def status(self):
        """What the circle beside the kernel's name says."""
        found = self.find(".jp-Notebook-ExecutionIndicator")
        return (found[0].get_attribute("data-status") or "").capitalize() if found else ""

    def editor(self, index):
        return self.find(".cm-content", self.cells()[index])[0]

    def focus(self, index):
        self.wait(lambda: (self.editor(index).click(), True)[1])
        time.sleep(0.2)

    def completions(self):
        """What the list at the cursor offers."""
        return [item.text for item in self.find(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-match")]

    def keys(self, *keys):
        """Types text or single keys."""
        ActionChains(self.browser).send_keys(*keys).perform()

    def chord(self, modifier, key):
        ActionChains(self.browser).key_down(modifier).send_keys(key).key_up(modifier).perform()

    def run(self, index):
        self.focus(index)
        self.chord(Keys.SHIFT, Keys.ENTER)

    def run_to_end(self, index, seconds=60):
        self.run(index)
        self.wait(lambda: self.prompt(index).strip("[]: ").isdigit(), seconds)

    def prompt(self, index):
        return self.find(".jp-InputPrompt", self.cells()[index])[0].text

    def text(self, index):
        return "\n".join(e.text for e in self.find(".jp-OutputArea-output", self.cells()[index]))

    def outputs(self, index, selector):
        return self.find(f".jp-OutputArea-output {selector}", self.cells()[index])

    def press(self, command):
        """A button of the notebook's toolbar."""
        self.find(f'.jp-NotebookPanel-toolbar [data-command="{command}"]')[0].click()

    def close(self, address):
        self.browser.execute_async_script(
            """const [address, done] = arguments;
            const cookie = document.cookie.match(/_xsrf=([^;]*)/);
            const headers = cookie ? {'X-XSRFToken': cookie[1]} : {};
            fetch(address + '/api/sessions').then(r => r.json()).then(all => Promise.all(all.map(
              s => fetch(address + '/api/sessions/' + s.id, {method: 'DELETE', headers})))).then(() => done(), () => done());""",
            address)
