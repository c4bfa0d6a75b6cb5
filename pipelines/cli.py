"""The command line: `yocho --help` is its table of contents."""

import json
import logging
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipelines.progress import LOG_FORMAT

app = typer.Typer(
    help="Yocho (予兆): early warnings for a portfolio of guaranteed loans.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
log = logging.getLogger(__name__)


@app.callback()
def _start(verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False) -> None:
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format=LOG_FORMAT, datefmt="%H:%M:%S"
    )
    for noisy in ("matplotlib", "alembic", "numba", "fontTools", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


@app.command(rich_help_panel="The main job")
def run(
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            "-S",
            help="Set a key of params.yaml (it stays set), e.g. -S tune.trials=30. Repeatable.",
        ),
    ] = None,
) -> None:
    """Go from raw tables to the report: every stage of dvc.yaml that is out of date."""
    command = (
        ["exp", "run", *(part for setting in settings for part in ("-S", setting))] if settings else ["repro"]
    )
    environment = os.environ | {"DVC_NO_ANALYTICS": "1", "MLFLOW_DISABLE_TELEMETRY": "true"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    raise typer.Exit(
        subprocess.run([sys.executable, "-m", "dvc", *command], env=environment, check=False).returncode
    )


@app.command(rich_help_panel="The main job")
def score(
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="A month's last day to speak from; default: as params say."),
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Folder with a bundle per tier; default: the one just trained.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where to write; default: data/rescored.")] = None,
) -> None:
    """Score and explain the whole portfolio as of one day."""
    from pipelines.params import load_params
    from pipelines.paths import Paths
    from pipelines.score import make_recipe, score_portfolio

    paths = Paths(Path())
    recipe = make_recipe(load_params(paths.root), paths, as_of_date=as_of, bundles=bundle)
    manifest = score_portfolio(paths, recipe, out or paths.rescored)
    typer.echo(
        json.dumps({key: value for key, value in manifest.items() if key != "chunks"}, ensure_ascii=False)
    )


@app.command(rich_help_panel="The main job")
def explain(
    firm: Annotated[str, typer.Argument(help="The firm's id.")],
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="A month's last day to speak from; default: as params say."),
    ] = None,
    language: Annotated[Literal["ja", "en"], typer.Option(help="Of the case.")] = "ja",
    cash: Annotated[bool, typer.Option("--cash", help="Also the twelve months' cash to come.")] = False,
) -> None:
    """Print one firm's case: how likely, why, and what would allow a closer look."""
    from pipelines.explain import explain_firm
    from pipelines.params import load_params
    from pipelines.paths import Paths

    paths = Paths(Path())
    typer.echo(
        explain_firm(
            load_params(paths.root), paths, firm, as_of_date=as_of, language=language, with_cash=cash
        )
    )


@app.command(rich_help_panel="Data")
def simulate(
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for the raw tables, and in truth/ for what nobody sees; with --check: kept."
        ),
    ] = None,
    firms: Annotated[
        int | None,
        typer.Option(
            help="Firms over the whole span, two thirds alive at a time; default: 1000, with --check 10000.",
            min=1,
        ),
    ] = None,
    months: Annotated[int, typer.Option(help="Months of history.", min=24)] = 132,
    seed: Annotated[int, typer.Option(help="The world's seed.")] = 20150401,
    first_month: Annotated[str, typer.Option(help="YYYY-MM")] = "2015-01",
    chunk_firms: Annotated[int, typer.Option(help="Firms simulated at once.", min=1)] = 2500,
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = 1,
    due_items: Annotated[bool, typer.Option(help="Write due items: two rows of five.")] = True,
    notes: Annotated[bool, typer.Option(help="Write notes of talks.")] = True,
    check: Annotated[
        bool, typer.Option("--check", help="Hold 2015 to 2025 of each seed against published moments.")
    ] = False,
    seeds: Annotated[
        list[int] | None, typer.Option(help="Worlds to check; repeatable; default: the study's three.")
    ] = None,
    docs: Annotated[
        bool, typer.Option("--docs", help="Write what the check found to docs/moments.json and .md.")
    ] = False,
) -> None:
    """Make a simulated portfolio, the truth apart; or hold simulated ones against published figures."""
    if check:
        _check_moments(out, firms, seeds, docs)
        return
    if out is None:
        raise typer.BadParameter("needed, unless with --check", param_hint="--out")
    from pipelines.progress import progress
    from simulator.portfolio import simulate as make

    make(
        out,
        firms=firms or 1000,
        months=months,
        seed=seed,
        first_month=first_month,
        chunk_firms=chunk_firms,
        workers=workers,
        due_items=due_items,
        notes=notes,
        progress=progress(log),
    )


@app.command(rich_help_panel="Data")
def lives(
    out: Annotated[Path, typer.Option(help="Folder for the pages.")] = Path("data/lives"),
    number: Annotated[
        list[int] | None, typer.Option(help="Draw this firm instead of choosing ten. Repeatable.", min=0)
    ] = None,
    firms: Annotated[int, typer.Option(help="Firms to choose from.", min=1)] = 3000,
    months: Annotated[int, typer.Option(help="Months of history.", min=24)] = 132,
    seed: Annotated[int, typer.Option(help="The world's seed.")] = 20150401,
    workers: Annotated[int, typer.Option(help="Processes.", min=1)] = 2,
) -> None:
    """Draw simulated firms' lives as pages to read critically: by default ten, chosen by their truth."""
    from pipelines import lives as making
    from pipelines.progress import progress

    if number:
        chosen, rule = [(one, "asked", "") for one in number], None
    else:
        truth = making.scan(firms, months=months, seed=seed, workers=workers, progress=progress(log))
        chosen, rule = making.choose(truth), making.RULE
    files = making.draw(out, chosen, months=months, seed=seed, rule=rule, progress=progress(log))
    typer.echo(f"{len(files) - 1} lives: {files[-1]}")


def _check_moments(out: Path | None, firms: int | None, seeds: list[int] | None, docs: bool) -> None:
    from tempfile import TemporaryDirectory

    from pipelines.moments.check import FIRMS, SEEDS, check
    from pipelines.moments.page import write_page
    from pipelines.moments.table import is_passed, lines
    from pipelines.params import load_params

    size, worlds = firms or FIRMS, tuple(seeds or SEEDS)
    with TemporaryDirectory() as folder:
        rows = check(out or Path(folder), load_params(Path()), firms=size, seeds=worlds)
    typer.echo("\n".join(lines(rows)))
    if docs:
        write_page(Path("docs"), rows, firms=size, seeds=worlds)
    raise typer.Exit(0 if is_passed(rows) else 1)


@app.command(rich_help_panel="Judging the methods")
def benchmark(
    name: Annotated[str, typer.Argument(help="american, polish, spain, berka, sba, watchers or chabsa.")],
    data: Annotated[Path, typer.Option(help="Folder that holds the public sets, one folder each.")],
    out: Annotated[Path | None, typer.Option(help="Also write the records here, as JSON.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of splits, search and bootstrap.")] = 1,
) -> None:
    """Run the same code on public data, beside the published figures."""
    from benchmarks import BENCHMARKS, records_table
    from benchmarks import run as run_benchmark
    from intake.store import write_json
    from pipelines.progress import progress

    if name not in BENCHMARKS:
        raise typer.BadParameter(f"{name!r} is no benchmark; known: {', '.join(BENCHMARKS)}")
    records = run_benchmark(name, data, seed=seed, progress=progress(log))
    if out is not None:
        write_json(records, out)
    typer.echo(records_table(records))


@app.command(rich_help_panel="Judging the methods")
def study() -> None:
    """Measure tuned models and keywords on three simulated portfolios of 20,000 firms, into docs/study.md."""
    from pipelines.study import study as make

    make(Path())


def main() -> None:
    """Run the command line; what the user can mend is said in one line."""
    try:
        app()
    except Exception as error:
        from pipelines.stage import CLEAR_ERRORS  # not at the top: it takes seconds to import

        if not isinstance(error, CLEAR_ERRORS):
            raise
        typer.echo(f"yocho: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
