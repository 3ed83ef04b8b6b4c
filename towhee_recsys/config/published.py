"""The datasets that are known by name: where they are published, in which format, and under which terms."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 2**20
GROUPLENS = "https://files.grouplens.org/datasets/movielens/"

MOVIELENS_TERMS = """\
belongs to the University of Minnesota (GroupLens). Downloading it accepts its licence, {license}: among other terms, no
commercial use without permission, their endorsement is not implied, and publications cite it: F. Maxwell Harper and
Joseph A. Konstan. 2015. The MovieLens Datasets: History and Context. ACM Transactions on Interactive Intelligent
Systems 5, 4, Article 19. https://doi.org/10.1145/2827872"""


@dataclass(frozen=True)
class Published:
    """A published dataset.

    Attributes:
        title: What messages call it.
        format: The format of its files, a name in `config.formats.formats`.
        files: The files that it must have.
        license: The address of its licence.
        urls: The addresses of the zip archive; each is tried until one gives it.
        md5: The checksum of the archive. None: the publisher changes the archive from time to time, and has its
            checksum at the address of the archive followed by `.md5`.
        more: Further files that are unpacked where the archive has them.
        most_bytes: What the unpacked files have at most, together.
    """

    title: str
    format: str
    files: tuple[str, ...]
    license: str
    urls: tuple[str, ...]
    md5: str | None
    more: tuple[str, ...] = ("README", "README.txt", "README.html")
    most_bytes: int = 200 * MIB

    @property
    def terms(self) -> str:
        """What is shown before the download."""
        return f"{self.title} {MOVIELENS_TERMS.format(license=self.license)}"


def _movielens_csv(name: str, title: str, md5: str | None, most_bytes: int = 4096 * MIB) -> Published:
    files, page = ("ratings.csv", "movies.csv"), f"{GROUPLENS}{name}-README.html"
    return Published(title, "ml-csv", files, page, (f"{GROUPLENS}{name}.zip",), md5, most_bytes=most_bytes)


PUBLISHED = {
    "ml-100k": Published(
        title="MovieLens 100K",
        format="ml-100k",
        files=("u.data", "u.item", "u.user"),
        license=f"{GROUPLENS}ml-100k-README.txt",
        urls=(f"{GROUPLENS}ml-100k.zip",),
        md5="0e33842e24a9c977be4e0107933c0723",
        more=("README", *(f"u{fold}.{part}" for fold in range(1, 6) for part in ("base", "test"))),
    ),
    "ml-1m": Published(
        title="MovieLens 1M",
        format="movielens",
        files=("movies.dat", "users.dat", "ratings.dat"),
        license=f"{GROUPLENS}ml-1m-README.txt",
        urls=(  # the second is the mirror that PaddlePaddle's own datasets use: byte for byte the same archive
            f"{GROUPLENS}ml-1m.zip",
            "https://dataset.bj.bcebos.com/movielens%2Fml-1m.zip",
        ),
        md5="c4d9eecfca2ab87c1945afe126590906",
    ),
    "ml-10m": Published(
        title="MovieLens 10M",
        format="ml-10m",
        files=("ratings.dat", "movies.dat"),
        license=f"{GROUPLENS}ml-10m-README.html",
        urls=(f"{GROUPLENS}ml-10m.zip",),
        md5="ce571fd55effeba0271552578f2648bd",
        most_bytes=4096 * MIB,
    ),
    "ml-20m": _movielens_csv("ml-20m", "MovieLens 20M", "cd245b17a1ae2cc31bb14903e1204af3"),
    "ml-25m": _movielens_csv("ml-25m", "MovieLens 25M", "6b51fb2759a8657d3bfcbfc42b592ada"),
    "ml-32m": _movielens_csv("ml-32m", "MovieLens 32M", "d472be332d4daa821edc399621853b57"),
    "ml-latest": _movielens_csv("ml-latest", "MovieLens Latest", None),
    "ml-latest-small": _movielens_csv("ml-latest-small", "MovieLens Latest Small", None, 200 * MIB),
}
"""The datasets by name: a new one needs an entry here, and a format if its format is new."""
