"""What features cost: thread time per firm by family, on the run's own portfolio, into docs/feature_speed.md.

`python -m pipelines.feature_speed --docs` after `make run`; some 20 seconds.
"""

import argparse
import logging
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from features import peers
from features.cash_flow import family as cash_flow
from features.panel import FACT_TABLES, Chunk, Panel, build_panel, prepare
from features.table import FAMILIES
from features.tier import TIERS, tier_of
from intake.accounts import ACCOUNTS
from intake.store import chunk_names, read_table, write_text
from pipelines.chunk_tables import chunk_tables
from pipelines.params import ParamsError
from pipelines.paths import Paths
from pipelines.progress import LOG_FORMAT
from pipelines.simulate_speed import fill, machine

ROUNDS = 5
MICRO = 1e6


def lay_out(panel: Panel) -> None:
    """Ask for everything that a panel lays out when it is first asked for."""
    for accounts in (panel.monthly, panel.closings):
        for name in ACCOUNTS:
            accounts[name]
    for name in panel.flows:
        panel.flows[name]
    for table in FACT_TABLES:
        panel.facts[table]


def measure(
    tables: Mapping[str, pd.DataFrame],
    day: pd.Timestamp,
    norms: pd.DataFrame,
    bands: pd.DataFrame,
    *,
    rounds: int,
) -> tuple[int, dict[str, float]]:
    """Return the firms of a chunk and the least thread seconds of its panel and of each family."""
    chunk, best = prepare(tables), {}
    for _ in range(rounds + 1):  # the first warms up
        panel = _timed(best, "panel", _laid_out, chunk, day)
        produced: dict[str, np.ndarray] = {}
        for family in FAMILIES:
            produced |= _timed(best, family.__name__.rsplit(".", 1)[-1], family.compute, panel)
        _timed(best, "cash_flow", cash_flow.compute, panel, bands)
        codes = [panel.firms[name].to_numpy(dtype=object) for name in ("industry", "size_class")]
        _timed(best, "peers", peers.compute, produced, *codes, norms)
    return len(panel), best


def _laid_out(chunk: Chunk, day: pd.Timestamp) -> Panel:
    panel = build_panel(chunk, day)
    lay_out(panel)
    return panel


def _timed(best: dict[str, float], name: str, work: Callable, *inputs: object):
    """Do the work, note its thread time if it is the least so far, and return what it made."""
    start = time.thread_time()
    made = work(*inputs)
    best[name] = min(best.get(name, np.inf), time.thread_time() - start)
    return made


def of_tier(tables: Mapping[str, pd.DataFrame], day: pd.Timestamp, tier: str) -> dict[str, pd.DataFrame]:
    """Return the tables of the firms that have a tier on the day."""
    panel = build_panel(prepare(tables), day)
    firms = set(panel.firm_ids[tier_of(panel) == tier])
    return {name: frame[frame["firm_id"].isin(firms)] for name, frame in tables.items()}


def speed_table(measured: Mapping[str, tuple[int, Mapping[str, float]]]) -> str:
    """Return microseconds a firm by family as Markdown, a column for each set of firms."""
    per_firm = {
        title: {name: MICRO * seconds / max(firms, 1) for name, seconds in best.items()}
        for title, (firms, best) in measured.items()
    }
    names = list(next(iter(per_firm.values())))
    families = [name for name in names if name != "panel"]
    rows = [("all families", {title: sum(one[name] for name in families) for title, one in per_firm.items()})]
    by_cost = sorted(families, key=lambda name: -max(one[name] for one in per_firm.values()))
    rows += [(name, {title: one[name] for title, one in per_firm.items()}) for name in [*by_cost, "panel"]]
    head = ["µs a firm", *(f"{title} ({firms:,})" for title, (firms, _) in measured.items())]
    lines = [head, ["---", *["---:"] * len(measured)]]
    lines += [[name, *(f"{one[title]:.1f}" for title in measured)] for name, one in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def run(root: Path, rounds: int = ROUNDS) -> str:
    """Measure the whole portfolio and its advanced firms alone, and return it as Markdown."""
    paths = Paths(root)
    if not (paths.scored / "latest.json").exists():
        raise ParamsError(f"there is no {paths.scored / 'latest.json'}: run `make run` first")
    day = pd.Timestamp(pd.read_json(paths.scored / "latest.json", typ="series")["as_of_date"])
    norms, bands = read_table(paths.norms), read_table(paths.cash_bands)
    found: dict[str, tuple[int, dict[str, float]]] = {}
    for chunk in chunk_names(paths.interim):
        tables = chunk_tables(paths, chunk)
        for title, some in (("all firms", tables), (f"{TIERS[-1]} firms", of_tier(tables, day, TIERS[-1]))):
            firms, best = measure(some, day, norms, bands, rounds=rounds)
            before, sums = found.get(title, (0, {}))
            found[title] = (
                before + firms,
                {name: sums.get(name, 0.0) + seconds for name, seconds in best.items()},
            )
    head = f"{machine()} As of {day:%Y-%m-%d}, thread time, best of {rounds}."
    return f"{head}\n\n{speed_table(found)}"


def main() -> None:
    """Measure, print the table, and with `--docs` fill docs/feature_speed.md."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT, datefmt="%H:%M:%S")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds, of which the best counts")
    parser.add_argument("--docs", action="store_true", help="fill docs/feature_speed.md")
    options = parser.parse_args()
    measured = run(Path(), options.rounds)
    sys.stdout.write(measured + "\n")
    if options.docs:
        page = Path("docs/feature_speed.md")
        write_text(fill(page.read_text(encoding="utf-8"), measured), page)


if __name__ == "__main__":
    main()
