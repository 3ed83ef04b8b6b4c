"""What `make release` decides: which files belong where, what the changelog becomes, and when it refuses."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest

from release.__main__ import check_tree
from release.changelog import released
from release.contents import expected_in_sdist, expected_in_wheel, problems
from release.interpreters import interpreter, newest_first

ROOT = Path(__file__).resolve().parent.parent.parent
DAY = date(2026, 12, 1)
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(scope="module")
def setup_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("setup_script", ROOT / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit and the tag v0.1.0."""
    (tmp_path / "file").write_text("a")
    author = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    commands = ("init", "-q"), ("add", "file"), (*author, "commit", "-qm", "First"), ("tag", "v0.1.0")
    for command in commands:
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_the_unreleased_section_gets_version_and_day_below_a_new_one():
    text = "# Changelog\n\n## Unreleased\n\n### Added\n\n- A.\n\n## 0.1.0\n\n- B.\n"
    expected = "# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-12-01\n\n### Added\n\n- A.\n\n## 0.1.0\n\n- B.\n"
    assert released(text, "0.2.0", DAY) == expected


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("# Changelog\n\n## Unreleased\n\n## 0.1.0\n\n- B.\n", "nothing"),
        ("# Changelog\n\n## Unreleased\n\n### Added\n\n## 0.1.0\n\n- B.\n", "nothing"),
        ("# Changelog\n\n## 0.1.0\n\n- B.\n", "nothing"),
        ("## Unreleased\n\n- A.\n\n## 0.2.0 - 2026-11-01\n\n- B.\n", "0.2.0"),
    ],
)
def test_a_changelog_without_news_or_with_the_version_is_refused(text: str, fact: str):
    with pytest.raises(SystemExit, match=f"CHANGELOG.md.*{fact}"):
        released(text, "0.2.0", DAY)


def test_the_changelog_of_this_repository_can_be_released():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "\n## 9.9.9 - 2026-12-01\n" in released(text, "9.9.9", DAY)


def test_a_clean_tree_with_a_new_version_is_accepted_and_others_are_not(repository: Path):
    check_tree(repository, "0.2.0")
    with pytest.raises(SystemExit, match=r"v0\.1\.0.*version\.py"):
        check_tree(repository, "0.1.0")
    (repository / "other").write_text("b")
    with pytest.raises(SystemExit, match="other"):
        check_tree(repository, "0.2.0")


def test_each_tracked_file_has_its_place():
    tracked = ["README.md", ".ci/run", ".gitignore", "configs/a.yaml", "towhee_recsys/py.typed", "tests/test_a.py"]
    assert expected_in_wheel(tracked) == {"towhee_recsys/configs/a.yaml", "towhee_recsys/py.typed"}
    assert expected_in_sdist(tracked) == {"README.md", "configs/a.yaml", "towhee_recsys/py.typed", "tests/test_a.py"}


def test_what_is_missing_or_should_not_be_in_an_archive_is_found():
    rating = b"1::1193::5::978300760\n"
    files = {"a.py": b"", "artifacts/model": b"", "few.dat": rating, "ratings.dat": rating * 20, "b": b"/home/ada/b"}
    found = list(problems(files, {"a.py", "few.dat", "ratings.dat", "b", "c.py"}, ["/home/ada/"]))
    assert [problem.split()[0] for problem in found] == ["c.py", "artifacts/model", "ratings.dat", "b"]
    assert list(problems({"../a": b"", "/b": b""}, {"../a", "/b"}, [])) != []


def test_an_interpreter_is_found_in_pyenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "versions" / f"{HERE}.1" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").symlink_to(sys.executable)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert interpreter(HERE) == folder / "python"
    with pytest.raises(SystemExit, match=r"Python 3\.99.*python3\.99.*pyenv install 3\.99"):
        interpreter("3.99")


def test_the_newest_of_several_interpreters_comes_first():
    paths = [Path(f"/versions/{version}/bin/python") for version in ("3.10.2", "3.10.13", "3.10.9")]
    assert [path.parts[2] for path in newest_first(paths)] == ["3.10.13", "3.10.9", "3.10.2"]


def test_links_of_the_description_work_outside_of_the_repository(setup_script: ModuleType):
    readme = "[a](docs/a.md#b) ![c](docs/c.png) [d](https://d.org) [e](#e) `[f](g)`\n```\n[h](i)\n```\n[`j`](k.md)"
    kept = "[d](https://d.org) [e](#e) `[f](g)`\n```\n[h](i)\n```\n"
    assert setup_script.description(readme, None, "1.0") == f"a  {kept}`j`"
    address = "https://example.com/r"
    pages, pictures = f"{address}/blob/v1.0", f"{address}/raw/v1.0"
    assert setup_script.description(readme, address, "1.0") == (
        f"[a]({pages}/docs/a.md#b) ![c]({pictures}/docs/c.png) {kept}[`j`]({pages}/k.md)"
    )


def test_a_link_around_a_picture_keeps_both(setup_script: ModuleType):
    readme, address = "[![a](b.png)](c.md)", "https://example.com/r"
    expected = f"[![a]({address}/raw/v1.0/b.png)]({address}/blob/v1.0/c.md)"
    assert setup_script.description(readme, address, "1.0") == expected


def test_the_readme_has_no_relative_link_left(setup_script: ModuleType):
    text = setup_script.description((ROOT / "README.md").read_text(encoding="utf-8"), None, "1.0")
    assert "](docs/" not in text
    assert 'src="docs/' not in text
