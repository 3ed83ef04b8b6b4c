"""Commands that measure models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.common import configured, each_configured, table

if TYPE_CHECKING:
    from towhee_recsys.config import Config
    from towhee_recsys.evaluation.results import Evaluation, Results

Shown = tuple[Any, Callable[[], None]]
Option = Callable[[Callable[..., Any]], Callable[..., Any]]

COLUMNS = {"RMSE": "rmse", "MAE": "mae", "NDCG@10": "ndcg@10", "Recall@10": "recall@10", "Coverage@10": "coverage@10"}
BEST: dict[str, Callable[..., Any]] = {"rmse": min, "mae": min, "ndcg@10": max, "recall@10": max}
"""For which figures the best is marked, and whether it is the lowest or the highest."""


def _protocol(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--protocol", metavar="NAME", help="How to part the ratings; left out, as the config says.")(
        command
    )


def _peers(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--peers", default="", metavar="NAMES", help="More baselines, of: ials,bpr,svd,svdpp.")(command)


def _report(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option("--report", metavar="FILE.html", help="Write a report, too.")(command)


@click.command(epilog="Example: towhee-recsys evaluate -c movielens_1m --protocol ranking-80-20 --seeds 3")
@_protocol
@click.option("--seeds", type=click.IntRange(min=1), default=1, metavar="N", help="How many seeds, from the config's.")
@_peers
@_report
@click.option("--ablation", is_flag=True, help="For the report: train without each feature in turn, too.")
@configured()
def evaluate(
    config: Config,
    progress: bool | None,
    protocol: str | None,
    seeds: int,
    peers: str,
    report: str | None,
    ablation: bool,
) -> Shown:
    """Measure the model and the baselines on ratings that training never saw."""
    from towhee_recsys.evaluation.evaluate import as_json, evaluated

    if ablation and not report:
        raise click.UsageError("--ablation is a part of the report. Add --report FILE.html.")
    _check_place(report)
    found = evaluated(config, protocol=protocol, seeds=seeds, peers=_names(peers), progress=progress)
    _write_report(found, report, ablation, progress)
    return as_json(found), lambda: show_evaluation(found, report)


@click.command(epilog="Example: towhee-recsys compare movielens_1m mine.yaml --protocol ranking-80-20")
@_protocol
@_peers
@_report
@each_configured
def compare(
    configs: dict[str, Config], progress: bool | None, protocol: str | None, peers: str, report: str | None
) -> Shown:
    """Measure the models of several configs, by the protocol and the seed of the first."""
    from towhee_recsys.evaluation.compare import as_json, compared

    _check_place(report)
    found = compared(configs, protocol=protocol, peers=_names(peers), progress=progress)
    _write_report(found, report)
    return as_json(found), lambda: show_evaluation(found, report)


def show_evaluation(evaluation: Evaluation, report: str | None = None) -> None:
    """A table of models and baselines, and below it what chance has to do with the differences."""
    questions = [each.name for each in evaluation.tasks[0].questions if each.name]
    columns = COLUMNS | {f"NDCG@10\n({name})": f"ndcg@10 ({name})" for name in questions}
    table(_title(evaluation), ["", *columns], [*_lines(evaluation, [*columns.values()])])
    for name in evaluation.models:
        for metric, test in evaluation.significance(name).items():
            click.echo(_sentence(name, metric, test))
    if report:
        click.echo(f"Report in {report}")


def _lines(evaluation: Evaluation, metrics: list[str]) -> Iterator[list[str]]:
    """A line for each model and baseline, and below a model's its deviations where there are several seeds."""
    rows: dict[str, Results] = evaluation.models | evaluation.baselines
    best = {metric: _best(metric, rows.values()) for metric in metrics}
    for name, each in rows.items():
        found = each.metrics
        yield [name, *(_cell(found.get(key), "*" if found.get(key) == best[key] else "") for key in metrics)]
        if name in evaluation.models and each.deviations:
            yield ["  ± over seeds", *(_cell(each.deviations.get(key)) for key in metrics)]


def _best(metric: str, rows: Iterable[Results]) -> float | None:
    pick = BEST.get(metric.partition(" ")[0])
    return pick((each.metrics[metric] for each in rows if metric in each.metrics), default=None) if pick else None


def _cell(figure: float | None, mark: str = "") -> str:
    return "–" if figure is None else f"{figure:.4f}{mark}"


def _title(evaluation: Evaluation) -> str:
    header = evaluation.header()
    seeds = ", ".join(map(str, header["seeds"]))
    return (
        f"{header['protocol']}, seed{'s' if len(header['seeds']) > 1 else ''} {seeds}: {header['ratings']:,} held-out "
        f"ratings, lists for {header['users']:,} users; * the best"
    )


def _sentence(name: str, metric: str, test: dict[str, Any]) -> str:
    words = f"{metric.upper()} of {name} against {test['against']}: {test.get('difference', 0):+.4f}"
    if "p_value" not in test:
        return f"{words} (too few users to tell whether by chance)"
    p = "p < 0.001" if test["p_value"] < 0.001 else f"p = {test['p_value']:.3f}"
    return f"{words} (95 % interval {test['low']:+.4f} to {test['high']:+.4f}; paired t-test over users: {p})"


def _names(peers: str) -> list[str]:
    return [name.strip() for name in peers.split(",") if name.strip()]


def _check_place(report: str | None) -> None:
    """Tells before the work, not after it, that the report cannot be written."""
    if report:
        from towhee_recsys.evaluation.report import check_place

        check_place(report)


def _write_report(
    evaluation: Evaluation, report: str | None, ablation: bool = False, progress: bool | None = None
) -> None:
    if report:
        from towhee_recsys.evaluation.ablation import ablate
        from towhee_recsys.evaluation.report import write_report

        [config, *_] = evaluation.configs.values()
        write_report(evaluation, report, ablation=ablate(config, progress=progress) if ablation else ())
