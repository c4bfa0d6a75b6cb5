"""Backtest of the cash projection on the run's own portfolio: `python -m pipelines.backtest_cash --docs`.

Projections of the test dates, and expected cash by bands fitted at the end of training, against the cash that
came to be known by the end of the data. What is measured is told in docs/cash.md.
"""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from features.cash_flow.bands import expected_cash
from features.cash_flow.level import LEVELS
from features.cash_flow.naive import last_balance, seasonal_mean
from features.cash_flow.observed import became, observed_cash
from features.cash_flow.projection import project
from features.panel import Panel, build_panel, prepare
from intake.store import chunk_names, read_chunk, read_table, write_text
from pipelines import backtest_variants as variants
from pipelines.backtest_tables import (
    NEAR,
    THIN,
    Backtest,
    coverage_table,
    error_table,
    thin_table,
    trouble_table,
)
from pipelines.params import ParamsError, load_params
from pipelines.paths import Paths
from pipelines.progress import LOG_FORMAT
from pipelines.simulate_speed import fill
from review.sources import source_words

log = logging.getLogger(__name__)
WORKERS = 2


def rows_of(panel: Panel, later: Panel, bands: pd.DataFrame) -> Backtest:
    """Return the backtest of a panel's firms with a projection and sales, by what a later panel knows."""
    found = project(panel)
    sales = np.where(found.monthly_sales > 0, found.monthly_sales, np.nan)[:, None]
    forecasts = {
        **expected_cash(found, bands),
        "projected": found.closing,
        "last": last_balance(found),
        "seasonal": seasonal_mean(found, observed_cash(panel).of(found.from_flows)),
    }
    keys = {"as_of_date": panel.as_of_date, "firm_id": found.firm_ids, "level": found.level}
    return Backtest(
        pd.DataFrame(keys),
        became(found.firm_ids, found.from_flows, panel.as_of_date, later) / sales,
        {name: values / sales for name, values in forecasts.items()},
    ).of(found.is_known & (found.monthly_sales > 0))


def joined(parts: Sequence[Backtest]) -> Backtest:
    """Return several backtests as one."""
    return Backtest(
        pd.concat([part.keys for part in parts], ignore_index=True),
        np.concatenate([part.cash for part in parts]),
        {name: np.concatenate([part.forecasts[name] for part in parts]) for name in parts[0].forecasts},
    )


def of_chunk(
    interim: Path,
    days: Sequence[pd.Timestamp],
    end: pd.Timestamp,
    bands: pd.DataFrame,
    fitted: variants.Fitted,
    chunk: str,
) -> tuple[Backtest, Backtest]:
    """Return the backtest of one chunk on every day, and that of the variants."""
    tables = prepare(read_chunk(interim, chunk))
    later, panels = build_panel(tables, end), [build_panel(tables, day) for day in days]
    return (
        joined([rows_of(panel, later, bands) for panel in panels]),
        joined([variants.rows_of(panel, later, fitted) for panel in panels]),
    )


def backtest(root: Path) -> str:
    """Measure everything and return it as Markdown."""
    paths, params = Paths(root), load_params(root)
    if not paths.cash_bands.exists():
        raise ParamsError(f"there is no {paths.cash_bands}: run `make run` first")
    splits = json.loads(paths.splits.read_text(encoding="utf-8"))
    days, bands = [pd.Timestamp(day) for day in splits["test"]], read_table(paths.cash_bands)
    end, chunks = pd.Timestamp(splits["label_cutoff_date"]), chunk_names(paths.interim)
    with ProcessPoolExecutor(WORKERS) as pool:
        train_end = pd.Timestamp(splits["train"][-1])
        fitted = variants.fit(list(pool.map(partial(variants.sums_of, paths.interim, train_end), chunks)))
        work = partial(of_chunk, paths.interim, days, end, bands, fitted)
        parts = list(pool.map(work, chunks))
    rows, of_variants = (joined(some) for some in zip(*parts, strict=True))
    rest = {"n_resamples": params.evaluate.resamples, "seed": params.evaluate.seed}
    origin = source_words(params.portfolio.source)
    firms = bands[bands["month"] == 1].set_index("level")["n_firms"]
    by_level = ", ".join(f"{firms[level]:,} firms ({level})" for level in LEVELS[::-1])
    head = (
        f"{origin.tag.en + ': ' if origin else ''}{rows.keys['firm_id'].nunique():,} firms with a projection "
        f"on {len(days)} test dates, {days[0]:%Y-%m-%d} to {days[-1]:%Y-%m-%d}. Bands fitted at the end of "
        f"training, {splits['train'][-1]}, on {by_level}. 95 % intervals by firm, "
        f"{params.evaluate.resamples} resamples."
    )
    return "\n\n".join([
        head,
        "### Closing cash: median absolute error in months of sales",
        error_table(rows, **rest),
        "### The band from P10 to P90, and the error in per cent",
        coverage_table(rows, **rest),
        f"### Who runs thin: below {THIN} months of sales within {NEAR} months",
        thin_table(rows, **rest),
        "### Trouble within twelve months",
        trouble_table(rows, read_table(paths.labels), **rest),
        "### Other ways to project: median absolute error in months of sales",
        variants.variants_table(of_variants, **rest),
    ])  # fmt: skip


def main() -> None:
    """Measure, print the tables, and with `--docs` fill docs/cash.md."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, datefmt="%H:%M:%S")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--docs", action="store_true", help="fill docs/cash.md")
    options = parser.parse_args()
    measured = backtest(Path())
    sys.stdout.write(measured + "\n")
    if options.docs:
        page = Path("docs/cash.md")
        write_text(fill(page.read_text(encoding="utf-8"), measured, mark="backtest"), page)


if __name__ == "__main__":
    main()
