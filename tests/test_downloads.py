"""What a reader takes away is what the page shows, and works where it is taken."""

import doctest
import json
import shutil
import stat
import sys
import zipfile
from types import SimpleNamespace

import nbformat
import pytest
import smallbook
from IPython.core.inputtransformer2 import TransformerManager

from companion import archive, artefact, lite, storage
from companion.errors import CompanionError
from companion.sphinx import blocks, launch, outputs
from companion.sphinx.pictures import small

ADDRESS = "https://github.com/someone/book"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    return smallbook.built(tmp_path_factory.mktemp("book"))


@pytest.fixture
def site(book, tmp_path):
    return shutil.copytree(smallbook.html(book), tmp_path / "html")


def test_the_files_of_a_chapter(site, book):
    folder = site / "notebooks"
    names = launch.files("alpha")
    assert (folder / names["without"]).read_bytes() == book.chapter("alpha").path.read_bytes()
    full = nbformat.read(folder / names["notebook with outputs"], 4)
    assert any(cell.get("outputs") for cell in full.cells)
    data = json.loads((folder / names["data"]).read_text(encoding="utf-8"))
    ledger = json.loads((site / "ledger.json").read_text(encoding="utf-8"))
    assert {**ledger["chapters"][0], "schema": 1, "knobs": data["knobs"]} == data
    assert data["knobs"][0]["frames"] == smallbook.KNOB_RECORD["frames"]
    page = (folder / "alpha.html").read_text(encoding="utf-8")
    assert all(f'<a href="{name}" download>' in page for name in names.values())
    student = nbformat.read(folder / names["for students"], 4)
    assert not any(cell.get("outputs") for cell in student.cells)
    solutions = nbformat.read(folder / launch.solutions("alpha"), 4)
    assert [cell.id for cell in solutions.cells][-2:] == ["exercise-2", "solution-2"]
    assert launch.solutions("alpha") not in page, "only the teachers' page leads to it"


def test_the_archive_is_the_whole_site_without_itself(site):
    with zipfile.ZipFile(site / archive.NAME) as zipped:
        names = set(zipped.namelist())
    top = archive.NAME.removesuffix(".zip")
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert names == {f"{top}/{name}" for name in files - {archive.NAME, ".buildinfo"}}


def test_the_archive_of_the_same_site_is_the_same(site):
    before = archive.write(site).read_bytes()
    for path in site.rglob("*.html"):
        path.touch()
    assert archive.write(site).read_bytes() == before
    (site / "index.html").write_text("other")
    assert archive.write(site).read_bytes() != before


def test_what_is_unpacked_is_a_sound_site(site, book, tmp_path):
    shutil.unpack_archive(site / archive.NAME, tmp_path / "away")
    away = tmp_path / "away" / archive.NAME.removesuffix(".zip")
    assert artefact.check_site(away, book) == []
    assert archive.NAME in (site / "book" / "rerun.html").read_text(encoding="utf-8")


def test_an_archive_that_cannot_be_written_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "index.html").write_text("x")

    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage.os, "replace", full)
    with pytest.raises(CompanionError, match="^cannot write .*zip: No space left on device"):
        archive.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


@pytest.mark.parametrize("address, shown", [("", []), (ADDRESS, ["Binder", "Colab", "source"]),
                                            ("https://gitlab.com/a/b", ["Binder", "source"])])
def test_services_are_shown_where_there_is_an_address(address, shown):
    companion = SimpleNamespace(address=address, branch="main", site_branch="gh-pages")
    text = blocks._to_take("alpha", companion)
    found = [name for name in ("Binder", "Colab", "source") if f">{name}</a>" in text]
    assert found == shown and ("http" in text) is bool(address)


def test_where_the_services_look():
    found = launch.links("a", ADDRESS, "main", "gh-pages")
    assert found["Binder"] == "https://mybinder.org/v2/gh/someone/book/main?labpath=notebooks/a.ipynb"
    assert found["Colab"].endswith("/github/someone/book/blob/gh-pages/notebooks/a.ipynb")
    assert "/v2/gl/a%2Fb/main?" in launch.links("a", "https://gitlab.com/a/b", "main", "")["Binder"]
    assert doctest.testmod(launch).failed == 0


@pytest.mark.parametrize("there", [True, False])
def test_the_first_cell_installs_what_is_missing_and_nothing_else(there, monkeypatch):
    if not there:
        monkeypatch.setitem(sys.modules, "implicitreg", None)  # importing it fails
    asked = []
    shell = SimpleNamespace(run_line_magic=lambda *words: asked.append(words))
    source = launch.install_cell(ADDRESS, "main")["source"]
    exec(TransformerManager().transform_cell(source), {"get_ipython": lambda: shell})
    wanted = f'install --quiet "implicit-regularization-reproduced @ git+{ADDRESS}@main"'
    assert asked == ([] if there else [("pip", wanted)])


def test_the_notebooks_for_the_browser(book, tmp_path):
    lite.write(book, tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.name == "00-alpha.ipynb"
    notebook, source = nbformat.read(path, 4), book.chapter("alpha").notebook
    nbformat.validate(notebook)
    assert notebook.cells[0].source == lite.LOAD and notebook.cells[1:] == source.cells
    assert notebook.metadata.kernelspec.name == "python"


def test_a_drawing_on_a_card_is_small_and_says_the_same():
    drawn = outputs.drawing(smallbook.DRAWN).replace("M0,0L9,9", "M0.25,0.03L9,9")
    shown = small(drawn.replace("</svg>", "<text>9</text></svg>"))
    shape = shown.replace(" preserveAspectRatio=\"xMinYMin slice\"", "")
    assert shape == drawn.replace("0.25", "0.2").replace("0.03", "0.0") != shown


def test_what_binder_runs_can_be_run():
    script = smallbook.ROOT / "binder" / "postBuild"
    assert script.stat().st_mode & stat.S_IXUSR
    assert (smallbook.ROOT / "binder" / "runtime.txt").read_text() == "python-3.12\n"
