"""Where and with what a chapter was executed, on machines that do not say."""

from pathlib import Path

import pytest

from companion import provenance


def test_outside_of_a_repository_there_is_no_commit(tmp_path):
    assert provenance.commit(tmp_path) == (None, None)


def test_without_the_tool_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert provenance.commit(Path(__file__).parents[1]) == (None, None)


@pytest.mark.parametrize(("system", "told", "name"), [
    ("Darwin", "Apple M1", "Apple M1"), ("Darwin", None, "unknown"), ("Windows", None, "AMD64")])
def test_a_machine_without_proc_is_asked_in_its_own_way(monkeypatch, system, told, name):
    def missing(path, *args, **kwargs):
        raise FileNotFoundError(path)

    monkeypatch.setattr(provenance.Path, "read_text", missing)
    monkeypatch.setattr(provenance.platform, "system", lambda: system)
    monkeypatch.setattr(provenance.platform, "processor", lambda: "AMD64")
    monkeypatch.setattr(provenance, "_output", lambda command, folder: told)
    assert provenance._cpu() == name
