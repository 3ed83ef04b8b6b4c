"""From files to a config that runs, with a verdict on the data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from towhee_recsys.config import Config, load_config
from towhee_recsys.config.yaml import parse_mapping
from towhee_recsys.errors import ConfigError
from towhee_recsys.init.arguments import ARGUMENTS, must_be_no_url
from towhee_recsys.init.folders import known_folder
from towhee_recsys.init.ids import Ids
from towhee_recsys.init.notes import Notes
from towhee_recsys.init.refine import refine
from towhee_recsys.init.roles import Declared, find_declaration
from towhee_recsys.init.verdict import Verdict
from towhee_recsys.support.output_file import OutputFile

Choose = Callable[[list[Ids]], Ids]
"""Asks a person which of some columns are the users and the items."""


@dataclass(frozen=True)
class Wanted:
    """What a config is made of.

    Attributes:
        interactions: The file with the interactions.
        users: The file with the users; None where there is none.
        items: The file with the items; None where there is none.
        columns: Columns that are known, by "user", "item", "rating", "event", "count" and "time".
        output: Where the config goes.
        force: Whether a file that is there is replaced.
        layout: The layout of the folder `interactions`, such as "gorse"; None where it is a file.
    """

    interactions: Path
    users: Path | None = None
    items: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    output: Path = Path("config.yaml")
    force: bool = False
    layout: str | None = None


@dataclass(frozen=True, eq=False)
class Created:
    """A config that has been written, and what is known of its data."""

    path: Path
    text: str
    config: Config
    verdict: Verdict


def create_config(wanted: Wanted, choose: Choose | None = None) -> Created:
    """Finds out what the columns of the files mean, and writes a config with comments.

    `choose` is called where it is unsure which columns have the users and the items; None takes the likelier ones.

    Raises:
        ConfigError: the config cannot be written, or is there already.
        DatasetError: a file is missing or unreadable, or no interactions of users and items are found in it.
    """
    output = OutputFile(wanted.output, "config", ConfigError)
    output.check()
    if wanted.output.exists() and not wanted.force:
        raise ConfigError(f"{wanted.output} is there already. Name another file with -o, or replace it with --force.")
    if wanted.output.exists() and wanted.output.suffix not in (".yaml", ".yml"):
        raise ConfigError(
            f"{wanted.output} is there already and may hold data: --force replaces .yaml files alone. Name another "
            "file with -o."
        )
    notes = Notes()
    text, verdict = refine(_declared(wanted, choose, notes), notes, str(wanted.output))
    config = load_config(parse_mapping(text.encode(), str(wanted.output)).data)
    output.write(text)
    return Created(wanted.output, text, config, verdict)


def _declared(wanted: Wanted, choose: Choose | None, notes: Notes) -> Declared:
    given = {"interactions": wanted.interactions, "users": wanted.users, "items": wanted.items}
    paths, columns = {name: path for name, path in given.items() if path is not None}, dict(wanted.columns)
    for name, path in paths.items():
        must_be_no_url(path, ARGUMENTS[name])
    parts: dict[str, Path] = {}
    if wanted.layout is not None:
        folder = known_folder(wanted.layout, wanted.interactions)
        if folder.section is not None:
            return Declared(folder.section)
        paths, columns, parts = {**paths, **folder.tables}, folder.columns | columns, folder.parts
    return find_declaration(paths, columns, choose, notes, parts)
