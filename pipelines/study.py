"""`make study`: how tuned models and a list of keywords do on the simulated portfolio, over three seeds."""

import json
import logging
import shutil
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pandas as pd

from features.tier import TIERS
from intake.store import write_json, write_text
from models.notes.keywords import WINDOW_MONTHS, load_keywords
from pipelines.params import Params, load_params
from pipelines.paths import Paths
from pipelines.score import code_version, digest
from pipelines.study_families import BOOSTERS, families_records
from pipelines.study_families import SPLIT as FAMILIES
from pipelines.study_findings import KNOWN, NEW, finding_records
from pipelines.study_notes import ALL_ROWS, METRICS, WITH_NOTES, notes_records

log = logging.getLogger(__name__)

FIRMS = 20_000  # some 400 defaults in a year's test over all tiers: intervals then say something
SEEDS = (20150401, 20160401, 20170401)
TRIALS = 30
STAGES = (
    "collect",
    "ingest",
    "label_cohorts",
    "train_reader",
    "read_notes",
    "build_features",
    "tune",
    "train",
    "evaluate",
)
COLUMNS = {
    "auc": "AUC",
    "pr_auc": "PR-AUC",
    "brier": "Brier",
    "calibration_slope": "slope",
    "precision_at_5pct": "precision at 5 %",
    "recall_at_5pct": "recall at 5 %",
}
POPULATIONS = {
    "out_of_time": "out of time",
    "out_of_time_and_firm": "out of time and out of firm",
}
NOTES_POPULATIONS = {
    ALL_ROWS: "All rows of the test year",
    WITH_NOTES: "Rows with a note in the window",
}


def study_params(base: Params, root: Path, seed: int) -> Params:
    """Return `base` at the study's size, with `seed` and a tracking database of its own."""
    simulate = base.simulate.model_copy(update={"firms": FIRMS, "seed": seed})
    tune = base.tune.model_copy(update={"trials": TRIALS})
    tracking = base.tracking.model_copy(update={"uri": f"sqlite:///{(root / 'mlflow.db').absolute()}"})
    portfolio = base.portfolio.model_copy(update={"source": "simulator"})
    return base.model_copy(
        update={"portfolio": portfolio, "simulate": simulate, "tune": tune, "tracking": tracking}
    )


def run_seed(base: Params, root: Path, seed: int) -> list[dict]:
    """Run every stage for one seed in `root`, going on after the last one finished; return the records."""
    params = study_params(base, root, seed)
    version = digest(code_version(), params.model_dump_json())
    done_file = root / "done.json"
    done = json.loads(done_file.read_text(encoding="utf-8")) if done_file.exists() else {}
    if done.get("version") != version:
        shutil.rmtree(root, ignore_errors=True)
        done = {"version": version, "stages": []}
    paths = Paths(root)
    for stage in STAGES:
        if stage not in done["stages"]:
            log.info("seed %d: %s", seed, stage)
            getattr(import_module(f"pipelines.{stage}"), stage)(params, paths)
            done["stages"].append(stage)
            write_json(done, done_file)
    records = json.loads(paths.evaluation.read_text(encoding="utf-8"))
    records += notes_records(params, paths) + finding_records(params, paths)
    records += families_records(params, paths)
    return [record | {"seed": seed} for record in records]


def _figure(record: pd.Series) -> str:
    digits = 4 if record["metric"] == "brier" else 3
    value, low, high = (f"{record[name]:.{digits}f}" for name in ("value", "low", "high"))
    return f"{value} [{low}, {high}]"


def _table(rows: pd.DataFrame, columns: Mapping[str, str]) -> list[str]:
    """Return the lines of one table: a row by model and seed, a column by metric."""
    lines = [
        f"| model | seed | rows | defaults | share | {' | '.join(columns.values())} |",
        "|---|---|---|---|---|" + "---|" * len(columns),
    ]
    for (model, seed), figures in rows.groupby(["model", "seed"], sort=False):
        by_metric = figures.set_index("metric", drop=False)
        first = figures.iloc[0]
        share = f"{100 * first['positives'] / first['n']:.2f} %"
        count = f"{first['n']:,} | {first['positives']:,} | {share}"
        cells = [_figure(by_metric.loc[name]) if name in by_metric.index else "–" for name in columns]
        lines.append(f"| {model} | {seed} | {count} | {' | '.join(cells)} |")
    return lines


def study_tables(records: pd.DataFrame) -> str:
    """Lay the study's records out as Markdown: a table by population and tier, a row by model and seed."""
    parts = []
    for split, title in POPULATIONS.items():
        for tier, rows in records[records["split"] == split].groupby("tier", sort=False):
            parts += [f"### {tier}, {title}\n", *_table(rows, COLUMNS), ""]
    return "\n".join(parts)


def notes_tables(records: pd.DataFrame) -> str:
    """Lay out what the keywords of notes say: a table by population, a row by score and seed."""
    columns = {name: COLUMNS[name] for name in METRICS}
    parts = []
    for split, title in NOTES_POPULATIONS.items():
        parts += [f"### {title}\n", *_table(records[records["split"] == split], columns), ""]
    return "\n".join(parts)


def difference_table(records: pd.DataFrame, split: str) -> str:
    """Lay out paired differences of one population: a row by difference, tier and seed."""
    lines = [
        "| difference | firms of tier | seed | rows | defaults | AUC | PR-AUC |",
        "|---|---|---|---|---|---|---|",
    ]
    rows = records[records["split"] == split]
    for (model, tier, seed), figures in rows.groupby(["model", "tier", "seed"], sort=False):
        by_metric, first = figures.set_index("metric", drop=False), figures.iloc[0]
        cells = [_figure(by_metric.loc[name]) for name in ("auc", "pr_auc")]
        count = f"{first['n']:,} | {first['positives']:,}"
        lines.append(f"| {model} | {tier} | {seed} | {count} | {' | '.join(cells)} |")
    return "\n".join(lines)


def finding_table(records: pd.DataFrame) -> str:
    """Lay out how much of what notes were made to say was found: a row by modality, structure and seed."""
    lines = ["| statements | structures | seed | number | measured | share |", "|---|---|---|---|---|---|"]
    rows = records[records["split"].isin([KNOWN, NEW])]
    for row in rows.to_dict("records"):
        structure = "seen in training years" if row["split"] == KNOWN else "only later"
        figure = _figure(pd.Series(row))
        lines.append(
            f"| {row['model']} | {structure} | {row['seed']} | {row['n']:,} | {row['metric']} | {figure} |"
        )
    return "\n".join(lines)


def study_page(records: list[dict], base: Params) -> str:
    """Return the study as a Markdown page."""
    frame = pd.DataFrame(records)
    return f"""# Figures on the simulated portfolio

**Simulated**: {FIRMS:,} firms × {base.simulate.months} months from Yocho's own simulator, three seeds. They
show that the method works as built, not how it would do on real firms; for those see
[benchmarks.md](benchmarks.md). Made by `make study`. Each row is one seed; the interval is the 95 %
bootstrap by firm ({base.evaluate.resamples} resamples). A row of the data is one firm on one quarterly as-of
date of the test year; the label is a default within {base.label_cohorts.horizon_months} months. A score that
ties at the cut of a review list counts the worst the list could hold: the prior finds nobody.

## Tiers compared

{difference_table(frame.assign(tier=TIERS[-1]), "out_of_time_advanced_firms")}

## What a family of features adds

A tier's model less the same without a family, paired on the labelled firms of the test year that have it:
above 0 the family helps. Each set of features is fitted on the same rows with the parameters tuned for all of
the tier's, the margins of {BOOSTERS} boosters averaged. Families overlap: leaving one out says what only it
knows. Last, what the number of visits in half a year would add, which no model sees: how often a firm is
called on is the institution's choice.

{difference_table(frame, FAMILIES)}

## Every tier beside the baselines

{study_tables(frame).rstrip()}

## Notes: readers compared

How the {len(load_keywords())} words of models/notes/keywords.csv were chosen, and what such a list cannot
do, is told in [notes.md](notes.md). A word counts in a note where it stands, be it denied or long settled.
*Keyword score*: worsening less comforting words over a firm's notes of the {WINDOW_MONTHS} months before the
as-of date; *number of notes*: how often somebody called, whatever was said. Nothing in these is fitted.
*Dictionary score*: polarity × confidence of what the dictionary reader found bad less what it found good,
over the same notes. *Faded mean*: the features `note_worse_pct` and `note_tone_pct` as models see them; the
learned tone comes from readers fitted on training outcomes without the firm's fold. *Dictionary and
learned*: the sum of those two, each over its spread in training. A row without a note scores 0. The rows are
every labelled firm of the test year, of any tier or none.

{notes_tables(frame).rstrip()}

### Against the keywords, paired, all rows

{difference_table(frame, ALL_ROWS + "_differences")}

### Against the keywords, paired, rows with a note

{difference_table(frame, WITH_NOTES + "_differences")}

## Notes: what the dictionary finds

Only a simulation knows what a note was made to say. *Found*: statements of something bad for which something
bad of the same signal (Q1–Q11) was found in the note. *False alarm*: the same where the statement is that
there is nothing. *Precision*: findings of something bad, one for each note and signal, that the note was made
to say. Notes known after the end of training; some have a structure that no earlier note has.

{finding_table(frame)}
"""


def study(root: Path) -> None:
    """Write docs/study.md and its records beside; an interrupted study goes on where it stopped."""
    base = load_params(root)
    records = [
        record for seed in SEEDS for record in run_seed(base, root / "data" / "study" / str(seed), seed)
    ]
    write_json(records, root / "docs" / "study.json")
    write_text(study_page(records, base), root / "docs" / "study.md")
