"""What is installed is pinned by hash, and comes from the index that pip is configured for."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
NAME = r"[a-z0-9]+(?:[._-][a-z0-9]+)*"
HASH = r"--hash=sha256:[0-9a-f]{64}"
# pip's options that name another source of packages
SOURCES = ["-".join(words.split()) for words in ("index url", "extra index url", "find links",
                                                "trusted host")]
ENTRY = re.compile(rf"({NAME})==[^\s;@:]+(?: ; [^@:\\]+)?(?: \\\n    {HASH})+\n")


def faults(lock):
    """What is left of a lock without its sound entries."""
    return ENTRY.sub("", lock)


def test_every_entry_has_a_version_and_hashes_and_nothing_else():
    assert faults(LOCK) == ""


@pytest.mark.parametrize("planted", [
    "numpy==2.0\n", "numpy>=2.0 \\\n    --hash=sha256:" + "0" * 64 + "\n", "numpy\n",
    "numpy==2.0 \\\n    --hash=md5:" + "0" * 32 + "\n", "numpy==2.0 \\\n    --hash=sha256:0\n",
    "numpy @ https://a.org/numpy.whl \\\n    --hash=sha256:" + "0" * 64 + "\n",
    "git+https://a.org/numpy\n", "-r other.txt\n", "-e .\n",
    *[f"--{option} somewhere\n" for option in SOURCES], "numpy==2.0 ; python_version > 'https://a.org' \\\n    --hash=sha256:"
    + "0" * 64 + "\n",
])
def test_an_entry_without_a_hash_or_with_an_address_is_found(planted):
    assert faults(LOCK + planted) == planted and faults(planted + LOCK) == planted


def test_every_dependency_is_locked():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *sum(project["optional-dependencies"].values(), [])]
    names = {re.match(r"[\w.-]+", each)[0].lower().replace("_", "-") for each in wanted}
    assert names <= set(ENTRY.findall(LOCK))


@pytest.mark.parametrize("name", ["Makefile", "README.md", "book/rerun.md", "book/cluster.md",
                                  ".github/workflows/test.yml", ".github/workflows/publish.yml"])
def test_it_is_installed_by_hash(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    uses = re.findall(r"^.*(?:-r|--requirement) requirements\.lock.*$", text, re.MULTILINE)
    # a source distribution would fetch what it is built with, by no hash
    assert uses and all("--require-hashes --only-binary :all:" in line for line in uses)
    assert not [option for option in SOURCES if f"--{option}" in text]


@pytest.mark.parametrize("name", ["lite", "browser", "mutants", "bench"])
def test_the_other_locks_are_sound_too(name):
    assert faults((ROOT / f"requirements-{name}.lock").read_text(encoding="utf-8")) == ""


def needed(names):
    """`names` and what they depend on here, without extras."""
    found, waiting = set(), list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found.add(name)
            required = map(Requirement, importlib.metadata.requires(name) or [])
            waiting += [each.name for each in required
                        if not each.marker or each.marker.evaluate({"extra": ""})]
    return found


def test_binder_installs_from_the_lock_what_the_chapters_import_and_no_more():
    script = (ROOT / "binder" / "postBuild").read_text(encoding="utf-8")
    names = re.search(r'packages="([^"]+)"', script)[1].split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(names) == needed([*project["dependencies"], "scikit-learn", "setuptools"])
    assert set(names) <= set(ENTRY.findall(LOCK))
    assert "--require-hashes --only-binary :all:" in script
