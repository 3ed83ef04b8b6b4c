"""`python -m release` makes a release out of the last commit: builds, checks and tries it, and dates the changelog."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

from release import contents
from release.changelog import released
from release.interpreters import VERSIONS, interpreter
from release.trial import output, try_package
from towhee_recsys.version import __version__

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "build" / "release"
DIST = ROOT / "dist"

LEFT = """
{version} is built and checked: {wheel} and {sdist} in dist/. What is left for you:

    git commit -am "Release {version}"
    git tag -a v{version} -m "towhee_recsys {version}"
    git push --follow-tags
    python -m twine upload dist/{wheel} dist/{sdist}
{address}"""
NO_ADDRESS = """
pyproject.toml has no [project.urls]: once the repository has a public address, write it there as Source, with Changelog
and Documentation, and release again. Until then the links of the README to other files are plain text on PyPI.
"""


def main() -> None:
    """Makes the release; stops at the first thing that is wrong."""
    changelog = released((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), __version__, datetime.now(timezone.utc))
    check_tree(ROOT, __version__)
    for version in VERSIONS:
        interpreter(version)
    export(changelog)
    wheel, sdist = build()
    check(wheel, sdist)
    for package in (wheel, sdist):
        for version in VERSIONS:
            print(f"{package.name}, Python {version}: installing, running the demo ...", flush=True)
            try_package(package, version, __version__)
    (ROOT / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    address = "" if "[project.urls]" in (ROOT / "pyproject.toml").read_text(encoding="utf-8") else NO_ADDRESS
    print(LEFT.format(version=__version__, wheel=wheel.name, sdist=sdist.name, address=address))


def check_tree(root: Path, version: str) -> None:
    """Refuses a tree with changes, and a version that has a tag.

    Raises:
        SystemExit: One of them is the case.
    """
    if changes := git(root, "status", "--porcelain"):
        raise SystemExit(f"The tree has changes that are not committed; a release is made of a commit:\n{changes}")
    if git(root, "tag", "--list", f"v{version}"):
        raise SystemExit(f"The tag v{version} exists: raise the version in towhee_recsys/version.py.")


def export(changelog: str) -> None:
    """Writes the files of the last commit into an empty folder, with the changelog as it will be."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    SOURCE.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", str(SOURCE)], input=archive, check=True)
    (SOURCE / "CHANGELOG.md").write_text(changelog, encoding="utf-8")


def build() -> tuple[Path, Path]:
    """Builds wheel and sdist, and has twine check their metadata and the description."""
    shutil.rmtree(DIST, ignore_errors=True)
    output(sys.executable, "-m", "build", "--outdir", DIST, SOURCE)
    [wheel], [sdist] = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    print(output(sys.executable, "-m", "twine", "check", "--strict", wheel, sdist), end="")
    return wheel, sdist


def check(wheel: Path, sdist: Path) -> None:
    """Checks what is in wheel and sdist.

    Raises:
        SystemExit: Something is missing, or is there that should not be.
    """
    tracked, places = git(ROOT, "ls-files").splitlines(), (f"{ROOT}/", f"{Path.home()}/")
    found = [
        *contents.problems(contents.wheel_files(wheel), contents.expected_in_wheel(tracked), places),
        *contents.problems(contents.sdist_files(sdist), contents.expected_in_sdist(tracked), places),
    ]
    if found:
        raise SystemExit("The built packages are not as they should be:\n" + "\n".join(found))


def git(root: Path, *arguments: str) -> str:
    """What git prints."""
    return output("git", *arguments, cwd=root).strip()


if __name__ == "__main__":
    main()
