"""The option `--report`: a file besides the table, and an error at once where it cannot be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_evaluate_writes_a_report(run: Any, on_sample: list[str], tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    ran = run("evaluate", *on_sample, "--report", str(report))
    assert ran.code == 0
    assert ran.out.endswith(f"Report in {report}\n")
    text = report.read_text(encoding="utf-8")
    assert "the live index" in text
    assert "--ablation" in text


def test_a_location_that_cannot_be_written_is_an_error(run: Any, on_sample: list[str], tmp_path: Path) -> None:
    ran = run("evaluate", *on_sample, "--set", f"model.dir={tmp_path / 'model'}", "--report", str(tmp_path))
    assert ran.code == 1
    assert f"the report {tmp_path} cannot be written: it is a folder" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_is_an_error_before_the_work(
    run: Any, on_sample: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "new" / "report.html"
    for command in (("evaluate", *on_sample, "--report"), ("train", *on_sample, "--profile"), ("schema", "-o")):
        ran = run(*command, str(file))
        assert ran.code == 1
        assert f"{file} cannot be written: there is no folder {file.parent}. Create it" in ran.err
    assert list(tmp_path.iterdir()) == []


def test_a_device_is_no_file_for_a_report(run: Any, on_sample: list[str]) -> None:
    ran = run("evaluate", *on_sample, "--report", "/dev/null")
    assert ran.code == 1
    assert "the report /dev/null cannot be written: it is a device. Name another file" in ran.err


def test_an_ablation_without_a_report_is_invalid_usage(run: Any) -> None:
    ran = run("evaluate", "-c", "sample", "--ablation")
    assert ran.code == 2
    assert "--ablation" in ran.err
    assert "Add --report FILE.html." in ran.err


def test_an_ablation_is_trained_for_the_report(run: Any, tmp_path: Path) -> None:
    features = "features={user: [{kind: category, column: gender}], item: [{kind: id, column: movie_id}]}"
    quick = ("training.epochs=1", "training.batch_size=1000", "model.embedding_size=8")
    settings = (features, *quick, f"model.dir={tmp_path / 'model'}")
    options = [part for each in settings for part in ("--set", each)]
    ran = run("evaluate", "-c", "sample", *options, "--report", str(tmp_path / "report.html"), "--ablation", "-q")
    assert ran.code == 0
    assert "all features" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert {each.name for each in tmp_path.iterdir() if each.is_dir()} == {
        f"model.{protocol}-42" for protocol in ("rating-90-10", "cold-users", "cold-items")
    }
