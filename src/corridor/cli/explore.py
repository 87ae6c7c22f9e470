"""``corridor explore DIR``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corridor.cli.common import (
    Day,
    as_of_option,
    command_line,
    emit,
    ensemble_options,
    format_option,
    hindsight_option,
    lang_option,
    machine_options,
    out_folder,
    out_option,
    processors,
    progress,
    talk,
)

if TYPE_CHECKING:
    from corridor.explore import Explored, Plan
    from corridor.model import Corridor


def _names(context: click.Context, option: click.Parameter, value: str | None) -> tuple[str, ...]:
    del context, option
    return tuple(part.strip() for part in (value or "").split(",") if part.strip())


@click.command()
@click.argument("corridor", metavar="DIR")
@click.option("--measures", callback=_names, help="Measures to choose from, separated by commas.")
@click.option("--parties", callback=_names, help="Parties to hear, separated by commas.")
@click.option("--indicators", callback=_names, help="Indicators of parties to look at, separated by commas.")
@click.option("--base", default=None, help="Scenario of no agreement.")
@click.option("--horizon", type=int, default=6, show_default=True, help="Months that are compared.")
@click.option(
    "--budget", type=float, default=None, metavar="USD", help="Most that a package may add to public costs."
)
@click.option("--on", "enters", type=Day(), default=None, help="Day on which packages come into force.")
@click.option(
    "--evaluations", type=click.IntRange(10, 1_000_000), default=300, show_default=True,
    help="Packages that each seed of the search looks at.",
)  # fmt: skip
@click.option(
    "--seeds", type=click.IntRange(1, 20), default=2, show_default=True, help="Seeds of the search."
)
@click.option("--shown", type=click.IntRange(1, 500), default=8, show_default=True, help="Packages of the front to run again.")  # fmt: skip
@click.option(
    "--samples",
    type=click.IntRange(0, 65536),
    default=16,
    show_default=True,
    help="Samples of the sensitivity.",
)
@click.option(
    "--counts", is_flag=True, help="Run the front with chance in every count, too: three times as long."
)
@click.option(
    "--keep", is_flag=True, help="Keep the result in the corridor folder, for the report of later runs."
)
@out_option()
@ensemble_options()
@as_of_option()
@hindsight_option()
@lang_option()
@machine_options()
@format_option()
def command(
    corridor: str, measures: tuple[str, ...], parties: tuple[str, ...], indicators: tuple[str, ...], base: str | None,
    horizon: int, budget: float | None, enters: dt.date | None, evaluations: int, seeds: int, shown: int, samples: int,
    counts: bool,
    keep: bool, out: Path | None, members: int, seed: int, as_of: dt.date | None, hindsight: bool, lang: str,
    workers: int | None, format: str, quiet: bool,
) -> None:  # fmt: skip
    """Search packages of measures in the corridor folder DIR and say what each party makes of them.

    Writes a run folder with its report, and prints a row for each package: the chance that it is better for a party than
    no agreement, and the demands that it meets, breaks and leaves open. No package is called the best.
    """
    from corridor.api import plan_of
    from corridor.explore import Effort, run, tables
    from corridor.formats import find_corridor, open_corridor
    from corridor.model.files import locked
    from corridor.report import write_html
    from corridor.study import RunFolder, check_target

    target = out_folder(out or Path(f"{Path(corridor).name}-explore"))
    found = open_corridor(corridor)
    check_target(target, found.settings.id)
    plan = plan_of(
        found, measures=measures, parties=parties, indicators=indicators, base=base, horizon=horizon, budget=budget,
        enters=enters, members=members, seed=seed, as_of=as_of, hindsight=hindsight,
    )  # fmt: skip
    effort = Effort(
        seeds=tuple(range(seed, seed + seeds)), evaluations=evaluations, shown=shown, samples=samples, counts=counts,
        workers=workers or processors(),
    )  # fmt: skip
    store = target.parent / f".{target.name}-packages"
    with locked(target):
        try:
            result = run(
                plan, effort, step=lambda text, total: progress(text, total, quiet=quiet), store=store
            )
        except KeyboardInterrupt:
            if store.exists():
                talk(f"what is finished is kept in {store}; the same command takes it up", quiet=quiet)
            raise
        made = tables(result, command_line())
        manifest = _manifest(found, plan)
        written = RunFolder.write(target, made, manifest)
        report = write_html(written, target / "report.html", "es" if lang == "es" else "en")
    if keep:
        from corridor.explore.keep import keep as keep_result

        place = keep_result(find_corridor(corridor), plan.study.as_of.isoformat(), made, manifest)
        talk(f"kept: {place}", quiet=quiet)
    _clear(store)
    emit(list(_rows(result)), format)
    _say(result, report, quiet)


def _clear(store: Path) -> None:
    import shutil

    shutil.rmtree(store, ignore_errors=True)


def _rows(result: Explored) -> Iterator[dict[str, Any]]:
    """A row for each package: parties with the chance, its Monte-Carlo error, and demands met/broken/open."""
    for shown in (*result.packages, *result.hindsight):
        row: dict[str, Any] = {"package": shown.id + (" (hindsight)" if shown.late else "")}
        for view in shown.views:
            counts = list(view.verdicts.values())
            demands = "/".join(str(counts.count(name)) for name in ("met", "broken", "open"))
            chance = f"{view.chance.value:.2f}±{view.chance.error:.2f} " if view.chance else ""
            row[view.party.id] = f"{chance}{demands}"
        held = [
            f"{e.id}{'' if level == 1 else f'*{level:g}'}" for e, level in shown.space.parts(shown.package)
        ]
        yield {**row, "measures": " ".join(held)}


def _say(result: Explored, report: Path, quiet: bool) -> None:
    found = result.found
    for one in found.seeds:
        front = len(one.archive.front.packages)
        talk(
            f"seed {one.seed}: {len(one.archive.packages)} packages, {front} on the front, hypervolume {one.hypervolume:.4f}",
            quiet=quiet,
        )
    talk(
        f"seeds differ by {100 * found.gap:.1f} % in hypervolume; merged {found.hypervolume:.4f}", quiet=quiet
    )
    accepted = ", ".join(p.id for p in result.accepted) or "none"
    talk(f"packages that every party may accept: {accepted}", quiet=quiet)
    if result.in_all_accepted:
        talk(f"measures in all of them: {', '.join(result.in_all_accepted)}", quiet=quiet)
    for pair in result.contradictions:
        talk(
            f"contradiction: {pair.party} {pair.demand} / {pair.other_party} {pair.other_demand}", quiet=quiet
        )
    talk(f"report: {report}", quiet=quiet)


def _manifest(corridor: Corridor, plan: Plan) -> Mapping[str, Any]:
    from corridor.model import Provenance
    from corridor.study.run import about, inputs_of

    study = plan.study
    provenance = Provenance(
        command=command_line(), seed=study.seed, as_of=study.as_of.isoformat(), inputs=inputs_of(study),
        parameters={
            "members": study.members, "end": study.end.isoformat(), "start": plan.window.first.isoformat(),
            "budget": plan.budget,
        },
    )  # fmt: skip
    return {
        **vars(provenance), **about(corridor), "baseline": plan.space.base.id, "hindsight": study.hindsight,
    }  # fmt: skip
