"""The workflows of a public forge: what they run, on what, and what they may do."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


def workflow(name):
    """The workflow as data; YAML reads its key ``on`` as true."""
    read = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    return {"on" if key is True else key: value for key, value in read.items()}


def commands(job):
    """Every line that the job runs."""
    return [line for step in job["steps"] for line in step.get("run", "").splitlines()]


def test_there_are_two():
    assert [path.name for path in FILES] == ["publish.yml", "test.yml"]


@each_file
def test_it_obeys_the_public_schema(path):
    pytest.importorskip("check_jsonschema", reason="check-jsonschema, which holds the public "
                        "schema of workflows, is not installed")
    done = subprocess.run([sys.executable, "-m", "check_jsonschema", "--builtin-schema",
                           "vendor.github-workflows", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@each_file
def test_it_may_do_little(path):
    text, read = path.read_text(encoding="utf-8"), workflow(path.name)
    assert read["permissions"] == {"contents": "read"}
    assert not re.search(r"https?:|pull_request_target|secrets\.", text)
    for name, job in read["jobs"].items():
        more = {"pages", "id-token"} if name == "deploy" else set()
        assert set(job.get("permissions", {})) <= more
        assert job["timeout-minutes"] <= 90
        for step in job["steps"]:
            assert "${{" not in step.get("run", ""), "what a branch is called would be run"
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/none@v0"))
            if "checkout" in step.get("uses", ""):
                assert step["with"] == {"persist-credentials": False}


def test_every_python_and_system_of_the_readme_is_tested():
    job = workflow("test.yml")["jobs"]["test"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.search(r"You need Python ([\d., or]+) and", readme)[1]
    assert job["strategy"]["matrix"] == {
        "os": ["ubuntu-latest", "macos-latest", "windows-latest"],
        "python": re.findall(r"3\.\d+", named)}
    assert not job["strategy"]["fail-fast"]
    plain = re.search(r"## Without make.*?```\n(.*?)```", readme, re.DOTALL)[1].splitlines()[1:]
    assert commands(job) == [line.removeprefix(".venv\\Scripts\\") for line in plain]


def test_a_publication_is_of_a_checked_site_and_is_not_interrupted():
    read = workflow("publish.yml")
    assert read["concurrency"] == {"group": "publish-${{ github.ref }}",
                                   "cancel-in-progress": False}
    build, deploy = read["jobs"]["build"], read["jobs"]["deploy"]
    assert "companion book" in commands(build) and deploy["needs"] == "build"
    assert deploy["if"] == "github.ref_type == 'branch'"
    assert deploy["permissions"] == {"pages": "write", "id-token": "write"}
    (pages,) = [step for step in build["steps"] if "pages" in step.get("uses", "")]
    assert pages["with"]["path"] == "_build/html" and pages["if"] == deploy["if"]


def test_a_tag_keeps_its_ledger_if_it_is_the_one_of_the_release():
    read = workflow("publish.yml")
    kept = [step for step in read["jobs"]["build"]["steps"]
            if step.get("if") == "github.ref_type == 'tag'"]
    assert read["on"]["push"]["tags"] == ["v*"] and len(kept) == 4
    assert kept[0]["run"].startswith("companion compare ")
    assert kept[1]["uses"].startswith("actions/upload-artifact@")
    assert kept[1]["with"]["path"] == "_build/html/ledger.json"


def test_a_tag_keeps_the_book_on_paper():
    *_, printed, kept = [step for step in workflow("publish.yml")["jobs"]["build"]["steps"]
                         if step.get("if") == "github.ref_type == 'tag'"]
    assert printed["run"] == "companion pdf"
    assert kept["uses"].startswith("actions/upload-artifact@")
    assert kept["with"]["path"] == "_build/pdf/*.pdf"
