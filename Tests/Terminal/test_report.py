"""`elbo report`: a workspace as a page."""

import html.parser
import subprocess

from screen import ELBO


def elbo(folder, *arguments):
    return subprocess.run([ELBO, *arguments], cwd=folder, capture_output=True, text=True)


class Outline(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.headings, self.sources, self.ids, self.links, self.inside = [], [], [], [], False

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.inside = tag == "h2"
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag in ("img", "source"):
            self.sources.append(attributes.get("src") or attributes["srcset"])
        if tag == "a":
            self.links.append(attributes["href"])

    def handle_data(self, data):
        if self.inside:
            self.headings.append(data)
            self.inside = False


def test_a_workspace_becomes_a_page(tmp_path):
    script = "load digits as=all; d = all.train[0..99]\nmodel m mlp hidden=8 latent=2 on=d seed=1\n" \
        "train m on=d epochs=2 seed=1\nevaluate m on=d\nplot latent m on=d"
    assert elbo(tmp_path, "--session", "w.elbodb", "-c", script).returncode == 0
    before = (tmp_path / "w.elbodb").read_bytes()
    done = elbo(tmp_path, "report", "w.elbodb")
    assert done.returncode == 0 and done.stdout.startswith("wrote w.html"), done.stderr
    assert done.stderr == "" and (tmp_path / "w.elbodb").read_bytes() == before
    outline = Outline()
    outline.feed((tmp_path / "w.html").read_text())
    assert outline.headings == [
        "Data", "Models", "Measures", "Figures and images", "The session, cell by cell", "Environment", "To do it again"]
    assert outline.sources and all(source.startswith("data:image/") for source in outline.sources)
    assert all(link.startswith("data:") or link[1:] in outline.ids for link in outline.links)
    assert len(set(outline.ids)) == len(outline.ids)
    piped = elbo(tmp_path, "report", "w.elbodb", "--output", "-", "--title", "A & B")
    assert piped.returncode == 0 and "<h1>A &amp; B</h1>" in piped.stdout and piped.stdout.endswith("</html>\n")


def test_what_cannot_be_is_said(tmp_path):
    missing = elbo(tmp_path, "report", "none.elbodb")
    assert missing.returncode == 1 and "none.elbodb" in missing.stderr
    (tmp_path / "notes.elbodb").write_text("no workspace")
    assert "E503" in elbo(tmp_path, "report", "notes.elbodb").stderr
    wrong = elbo(tmp_path, "report", "none.elbodb", "--output", "page.txt")
    assert wrong.returncode == 2 and ".html" in wrong.stderr
    assert elbo(tmp_path, "report").returncode == 2
    assert elbo(tmp_path, "--session", "empty.elbodb", "-c", "").returncode == 0
    done = elbo(tmp_path, "report", "empty.elbodb")
    assert done.returncode == 0 and "nothing was run yet" in done.stdout
    assert "Nothing was run in this session yet" in (tmp_path / "empty.html").read_text()
    (tmp_path / "folder.html").mkdir()
    refused = elbo(tmp_path, "report", "empty.elbodb", "--output", "folder.html")
    assert refused.returncode == 1 and "is a folder" in refused.stderr
