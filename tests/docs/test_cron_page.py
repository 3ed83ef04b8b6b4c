"""The page about cron: its Kubernetes manifest is YAML, and the commands in its scripts and units exist."""

from __future__ import annotations

import re

import click
import pytest
import yaml

from tests.docs.pages import ROOT
from towhee_recsys.cli import commands

PAGE = (ROOT / "docs/how-to/cron-and-gates.md").read_text(encoding="utf-8")
TEXTS = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
[MANIFEST] = [yaml.safe_load(text) for text in TEXTS if "kind: CronJob" in text]


def containers() -> list[dict]:
    pod = MANIFEST["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    return pod["initContainers"] + pod["containers"]


def test_every_volume_of_the_manifest_is_declared():
    pod = MANIFEST["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    mounted = {mount["name"] for container in containers() for mount in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["volumes"]}


IN_SCRIPTS = [
    line.split() for text in TEXTS for line in re.findall(r"towhee-recsys +([a-z][^|>\n]*?)(?: *2?>|\n)", text)
]


@pytest.mark.parametrize("words", [each["args"] for each in containers()] + IN_SCRIPTS, ids=" ".join)
def test_commands_and_their_options_exist(words):
    name, *options = words
    with click.Context(commands) as context:
        commands.get_command(context, name).make_context(name, options, parent=context)


def test_scripts_and_units_have_commands():
    assert {tuple(words[:1]) for words in IN_SCRIPTS} == {("run",), ("doctor",)}
    assert len(IN_SCRIPTS) == 4
