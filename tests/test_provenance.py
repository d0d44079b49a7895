"""Where and with what a chapter was executed, on machines that do not say."""

from pathlib import Path

import pytest

from companion import provenance


def test_outside_of_a_repository_there_is_no_commit(tmp_path):
    assert provenance.commit(tmp_path) == (None, None)


def test_without_the_tool_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert provenance.commit(Path(__file__).parents[1]) == (None, None)


def test_of_the_libraries_in_a_process_each_blas_is_told():
    threads = {"num_threads": 2, "filepath": "/home/me/x.so"}
    loaded = [{"user_api": "blas", "internal_api": "openblas", "version": "0.3", **threads,
               "architecture": "Zen"},
              {"user_api": "blas", "internal_api": "mkl", "version": "2026", **threads},
              {"user_api": "openmp", "internal_api": "openmp", "version": None, **threads}]
    told = provenance.provenance(Path(), [], libraries=loaded)["blas_kernels"]
    assert told == [
        {"library": "openblas", "version": "0.3", "architecture": "Zen", "threads": 2},
        {"library": "mkl", "version": "2026", "architecture": None, "threads": 2}]


def test_what_kernels_were_asked_for_is_told_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    monkeypatch.setenv("OPENBLAS_L2_SIZE", "512")
    about = provenance.provenance(tmp_path, [], {"OPENBLAS_CORETYPE": "Prescott",
                                                 "OPENBLAS_NUM_THREADS": "3"})
    assert about["environment"] == {"OPENBLAS_CORETYPE": "Prescott", "OPENBLAS_L2_SIZE": "512"}
    assert about["threads"] == 3 and provenance.provenance(tmp_path, [])["threads"] == 1


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
