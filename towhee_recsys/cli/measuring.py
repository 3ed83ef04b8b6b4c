"""Commands that measure models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import click

from towhee_recsys.cli.cleaning import removed_table
from towhee_recsys.cli.common import Option, Shown, configured, each_configured, say, table

if TYPE_CHECKING:
    from towhee_recsys.config import Config
    from towhee_recsys.evaluation.results import Evaluation, Results


_protocol: Option = click.option(
    "--protocol", metavar="NAME", help="How to split the interactions; by default as in the config."
)
_peers: Option = click.option(
    "--peers", default="", metavar="NAMES", help="Also measure external baselines: bpr,ials,svd,svdpp."
)
_report: Option = click.option("--report", metavar="FILE.html", help="Also write a report.")


@click.command(epilog="Example: towhee-recsys evaluate -c movielens_1m --protocol ranking-80-20 --policy diversity=0.3")
@_protocol
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1, metavar="N", help="How many seeds, starting at the config's."
)
@_peers
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="FIELD=VALUE",
    help='Also measure lists by another policy: diversity=0.3, or JSON such as {"filter": {...}}; repeatable.',
)
@_report
@click.option("--ablation", is_flag=True, help="With --report: also train without each feature in turn.")
@configured()
def evaluate(
    config: Config,
    progress: bool | None,
    protocol: str | None,
    seeds: int,
    peers: str,
    policies: tuple[str, ...],
    report: str | None,
    ablation: bool,
) -> Shown:
    """Measure the model and the baselines on interactions that training has not seen."""
    from towhee_recsys.evaluation.evaluate import as_json, evaluate_model

    if ablation and not report:
        raise click.UsageError("--ablation needs --report. Add --report FILE.html.")
    _check_report(report)
    found = evaluate_model(
        config, protocol=protocol, seeds=seeds, peers=_names(peers), policies=policies, progress=progress
    )
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
    """Measure the models of several configs, with the protocol and the seed of the first."""
    from towhee_recsys.evaluation.compare import as_json, compare_models

    _check_report(report)
    found = compare_models(configs, protocol=protocol, peers=_names(peers), progress=progress)
    _write_report(found, report)
    return as_json(found), lambda: show_evaluation(found, report)


def show_evaluation(evaluation: Evaluation, report: str | None = None) -> None:
    """Prints a table of models and baselines, and below it the significance of the differences."""
    columns = _columns(evaluation)
    removed_table(evaluation.dataset.removed)
    table(_title(evaluation), ["", *columns.values()], [*_rows(evaluation, [*columns])])
    for name in (*evaluation.models, *evaluation.policies):
        for metric, test in evaluation.significance(name).items():
            say(_sentence(name, metric, test))
    if report:
        say(f"Report in {report}")


def _columns(evaluation: Evaluation) -> dict[str, str]:
    """The titles of the columns by the names of their values, which some model or baseline has."""
    from towhee_recsys.metrics import (
        DIVERSITY,
        RatingMetric,
        metric_of,
        significance_names,
        summary_columns,
        value_name,
    )

    columns = summary_columns() | (DIVERSITY.columns if evaluation.policies else {})
    of_lists = [name for name in significance_names() if not isinstance(metric_of(name), RatingMetric)]
    for question in [each.name for each in evaluation.tasks[0].questions if each.name]:
        columns |= {value_name(name, question): f"{columns[name]}\n({question})" for name in of_lists}
    measured = {name for each in evaluation.recommenders.values() for name in each.metrics}
    return {name: title for name, title in columns.items() if name in measured}


def _rows(evaluation: Evaluation, metrics: list[str]) -> Iterator[list[str]]:
    """A row for each model, policy and baseline, and below one its deviations where there are several seeds."""
    rows = evaluation.recommenders
    best = {metric: _best(metric, rows.values()) for metric in metrics}
    for name, each in rows.items():
        found = each.metrics
        yield [name, *(_cell(found.get(key), "*" if found.get(key) == best[key] else "") for key in metrics)]
        if name not in evaluation.baselines and each.deviations:
            yield ["  ± over seeds", *(_cell(each.deviations.get(key)) for key in metrics)]


def _best(name: str, rows: Iterable[Results]) -> float | None:
    from towhee_recsys.metrics import metric_of

    metric = metric_of(name)
    return metric.best(each.metrics[name] for each in rows if name in each.metrics) if metric else None


def _cell(value: float | None, mark: str = "") -> str:
    return "–" if value is None else f"{value:.4f}{mark}"


def _title(evaluation: Evaluation) -> str:
    header = evaluation.header()
    seeds = ", ".join(map(str, header["seeds"]))
    kind = "ratings" if evaluation.dataset.schema.feedback.scale else "interactions"
    return (
        f"{header['protocol']}, seed{'s' if len(header['seeds']) > 1 else ''} {seeds}: {header['ratings']:,} held-out "
        f"{kind}, lists for {header['users']:,} users; * the best"
    )


def _sentence(name: str, metric: str, test: dict[str, Any]) -> str:
    words = f"{metric.upper()} of {name} against {test['against']}: {test.get('difference', 0):+.4f}"
    if "p_value" not in test:
        return f"{words} (too few users for a test)"
    p = "p < 0.001" if test["p_value"] < 0.001 else f"p = {test['p_value']:.3f}"
    return f"{words} (95 % interval {test['low']:+.4f} to {test['high']:+.4f}; paired t-test over users: {p})"


def _names(peers: str) -> list[str]:
    return [name.strip() for name in peers.split(",") if name.strip()]


def _check_report(report: str | None) -> None:
    """Checks before the work, not after it, that the report can be written."""
    if report:
        from towhee_recsys.evaluation.report import check_location

        check_location(report)


def _write_report(
    evaluation: Evaluation, report: str | None, ablation: bool = False, progress: bool | None = None
) -> None:
    if report:
        from towhee_recsys.evaluation.ablation import ablate
        from towhee_recsys.evaluation.report import write_report

        [config, *_] = evaluation.configs.values()
        write_report(evaluation, report, ablation=ablate(config, progress=progress) if ablation else ())
