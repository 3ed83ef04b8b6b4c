"""The recommender as tools of the Model Context Protocol, by a client that starts the command."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest

from towhee_recsys.config import dump_config, load_config

mcp = pytest.importorskip("mcp")


@pytest.fixture
def call(sample_config, sample_bundle, tmp_path):
    """Calls tools, one after the other, of a command that runs in the folder of this test."""
    from mcp.client.stdio import stdio_client

    stores = {"milvus.uri": str(tmp_path / "movies.db"), "catalogue": f"sqlite:///{tmp_path}/movies.sqlite"}
    file = tmp_path / "config.yaml"
    file.write_text(dump_config(load_config(sample_config, **stores)), encoding="utf-8")
    ours = ["-m", "towhee_recsys"]
    subprocess.run([sys.executable, *ours, "index", "-c", str(file)], check=True, capture_output=True)
    command = mcp.StdioServerParameters(command=sys.executable, args=[*ours, "mcp", "-c", str(file)])

    def call(*calls):
        async def answers():
            async with stdio_client(command) as streams, mcp.ClientSession(*streams) as session:
                await session.initialize()
                names = {tool.name for tool in (await session.list_tools()).tools}
                return names, [await session.call_tool(name, given) for name, given in calls]

        return asyncio.run(answers())

    return call


def value(answer):
    """What a tool gave."""
    assert not answer.is_error, answer.content
    return answer.structured_content["result"] if answer.structured_content else json.loads(answer.content[0].text)


def test_the_tools(call):
    names, answers = call(
        ("find_items", {"title": "alien", "limit": 1}),
        ("similar", {"items": ["Alien"], "policy": {"top_k": 3}}),
        ("recommend", {"user": {"user_id": 10001}, "policy": {"top_k": 2}}),
        ("recommend", {"user": {"genre": "F"}}),
    )
    assert names == {"recommend", "similar", "find_items", "why_not_recommended", "record_feedback"}
    [alien] = value(answers[0])
    assert alien["title"] == "Alien"
    assert len(value(answers[1])) == 3
    assert [item["rank"] for item in value(answers[2])] == [1, 2]
    assert answers[3].is_error
    assert "gender" in answers[3].content[0].text
