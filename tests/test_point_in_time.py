"""Point in time, for every feature and label: what is known later changes nothing, in whatever table."""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.cash_flow.bands import fit_bands
from features.cash_flow.level import LEVELS
from features.cash_flow.months import lay_out_months
from features.cash_flow.observed import observed_cash
from features.cash_flow.projection import project
from features.dictionary import load_dictionary
from features.norms import fit_norms
from features.panel import build_panel, prepare
from features.table import build_features
from intake.accounts import ACCOUNTS
from intake.contracts import (
    EVENT_KINDS,
    NOTE_MODALITIES,
    NOTE_SIGNALS,
    TABLES,
    WRITTEN_TABLES,
    contract,
    empty_table,
)
from models.cohorts import label_cohort

# a seed stands for a whole little portfolio: drawing its cells one by one would take minutes
SEEDS = st.integers(0, 11)
DAYS = st.one_of(
    st.dates(pd.Timestamp("2023-01-01").date(), pd.Timestamp("2025-12-31").date()).map(pd.Timestamp),
    st.integers(0, 35).map(lambda months: pd.Timestamp("2023-01-31") + pd.offsets.MonthEnd(months)),
)
EVERY_TABLE = (*TABLES, *WRITTEN_TABLES)
FIRMS = ("f1", "f2", "f3", "f4")
FIRST, LAST = pd.Timestamp("2020-01-31"), pd.Timestamp("2025-12-31")
LAGS = (0, 1, 15, 40, 90, 400)  # days from the fact to the institution

TEXTS = {
    "industry": ("0201", "0601", "unknown"),
    "size_class": ("small", "medium"),
    "prefecture": ("13", "unknown"),
    "consent_scope": ("none", "all"),
    "kind": {"arrears": ("tax", "social_insurance"), "events": EVENT_KINDS},
    "side": ("receivable", "payable"),
    "instrument": ("account", "note", "electronic"),
    "source_actor": ("association", "bank:1", "adviser"),
    "signal": NOTE_SIGNALS,
    "modality": NOTE_MODALITIES,
}
NUMBERS = {
    "employees": (0, 3, 50),
    "rate_pct": (0.5, 2.0),
    "guaranteed_ratio": (0.8, 1.0),
    "grade": (1, 2, 5, 9),
    "visits": (0, 2),
    "sales_trend_pct": (-50.0, 0.0, 8.0),
    "severity": (1, 2, 3),
    "start": (0, 7),
    "end": (8, 9),
    "polarity": (-2, -1, 0, 1),
    "confidence": (0.5, 0.9),
    "value": (-0.02, 0.0, 0.03),
    "half_life_months": (3, 6),
}
AMOUNTS = (0.0, 1e6, 2e6, 3e6, 1e7, 4e7)  # few, so that ties and zeros are common


def profile(examples: int) -> settings:
    """Return settings for a fixed number of examples; a seed cannot be made simpler, so none is shrunk."""
    phases = (Phase.explicit, Phase.generate)
    return settings(max_examples=examples, deadline=None, derandomize=True, phases=phases)


def days(rng: np.random.Generator, n: int) -> pd.Series:
    """Return n days, half of them a month's end."""
    day = pd.Series(FIRST + pd.to_timedelta(rng.integers(0, (LAST - FIRST).days + 1, n), "D"))
    month_end = day + pd.offsets.MonthEnd(0)
    return day.where(pd.Series(rng.random(n) < 0.5), month_end).astype("datetime64[ms]")


def random_column(rng: np.random.Generator, table: str, name: str, n: int) -> pd.Series:
    """Return n values that the column's contract allows; every seventh is missing where it may be."""
    one = contract(table)
    kind = one.types[name]
    if kind == "date":
        column = days(rng, n)
    elif kind == "yen":
        column = pd.Series(rng.choice(AMOUNTS, n))
    elif kind == "number":
        column = pd.Series(rng.choice(NUMBERS[name], n)).astype(float)
    elif kind == "flag":
        column = pd.Series(rng.random(n) < 0.5)
    else:
        pool = TEXTS.get(name, ("x", "y", "z"))
        column = pd.Series(rng.choice(pool[table] if isinstance(pool, Mapping) else pool, n), dtype="str")
    return column.mask(pd.Series(rng.random(n) < 1 / 7)) if one.schema.columns[name].nullable else column


def with_known_date(rng: np.random.Generator, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Let every row be known some days after the last day it speaks of; one row for each key."""
    spoken = frame[list(contract(table).speaks_of)].max(axis=1).fillna(FIRST)
    known = spoken + pd.to_timedelta(rng.choice(LAGS, len(frame)), "D")
    frame = frame.assign(known_date=known.astype("datetime64[ms]"))[list(empty_table(table).columns)]
    return frame.drop_duplicates(list(contract(table).key)).reset_index(drop=True)


def random_table(rng: np.random.Generator, table: str, firm: np.ndarray, **given_columns) -> pd.DataFrame:
    """Return a row for each of `firm`, random in the columns that are not given."""
    n = len(firm)
    columns = {"firm_id": pd.Series(firm, dtype="str")}
    for name in contract(table).types:
        if name.endswith("_id") and name in contract(table).key and name != "firm_id":
            number = pd.Series(rng.integers(0, max(2, n // 2), n).astype(str), dtype="str")
            columns[name] = columns["firm_id"] + "-" + number  # about every second row corrects another
        elif name not in ("firm_id", "known_date"):
            columns[name] = (
                given_columns[name] if name in given_columns else random_column(rng, table, name, n)
            )
    return with_known_date(rng, table, pd.DataFrame(columns))


def months_of_firms(rng: np.random.Generator, times: int, step: int = 1) -> tuple[np.ndarray, pd.Series]:
    """Return firm and month end of regular reports, a tenth left out, each up to `times` times."""
    ends = pd.date_range(FIRST + pd.offsets.MonthEnd(2), LAST, freq="ME").astype("datetime64[ms]")[::step]
    firm, end = np.repeat(FIRMS, len(ends) * times), pd.Series(np.tile(np.repeat(ends, times), len(FIRMS)))
    kept = rng.random(len(firm)) < 0.9
    return firm[kept], end[kept].reset_index(drop=True)


def random_statements(rng: np.random.Generator) -> pd.DataFrame:
    """Return monthly trial balances and annual closings, some corrected, some from two sources."""
    parts = []
    for kind, step in (("trial", 1), ("annual", 12)):
        firm, end = months_of_firms(rng, times=2, step=step)
        usual = pd.Series(rng.choice([12, 12, 6], len(firm)) if kind == "annual" else np.ones(len(firm)))
        amounts = {name: rng.choice(AMOUNTS, len(firm)) for name in ACCOUNTS}
        parts.append(
            random_table(
                rng,
                "statements",
                firm,
                period_end=end,
                kind=kind,
                period_months=usual.astype(float),
                **amounts,
            )
        )
    return pd.concat(parts, ignore_index=True)


@cache
def random_tables(seed: int) -> dict[str, pd.DataFrame]:
    """Return a little portfolio with rows in every table."""
    rng = np.random.default_rng(seed)
    tables = {}
    for table in EVERY_TABLE:
        if table == "statements":
            tables[table] = random_statements(rng)
        elif table == "account_flows":
            firm, month = months_of_firms(rng, times=2)
            tables[table] = random_table(rng, table, firm, month=month)
        elif table == "due_items":
            issued = days(rng, 300)
            due = issued + pd.to_timedelta(rng.integers(0, 100, 300), "D")
            settled = (due + pd.to_timedelta(rng.integers(-20, 100, 300), "D")).where(due > issued)
            settled = settled.mask(pd.Series(rng.random(300) < 0.3)).clip(lower=issued)
            firm = rng.choice(FIRMS, 300)
            # nearly equal amounts, so that no customer is clearly the main one
            amount = pd.Series(rng.choice([1e6, 1e6, 2e6], 300))
            tables[table] = random_table(
                rng, table, firm, issued=issued, due=due, settled_date=settled, amount=amount
            )
        elif table == "firms":
            firm = np.concatenate([FIRMS, rng.choice(FIRMS, 4)])
            tables[table] = random_table(rng, table, firm, established=pd.Series([FIRST] * 4 + [LAST] * 4))
        else:
            rows = 400 if table == "note_signals" else 40  # some for each of 13 signals
            tables[table] = random_table(rng, table, rng.choice(FIRMS, rows))
    return tables


@cache
def bands() -> pd.DataFrame:
    """Return bands of made-up errors, so that expected cash is there for every level and month."""
    rng = np.random.default_rng(1)
    key = pd.MultiIndex.from_product([LEVELS, range(1, 13), range(12)], names=["level", "month", "firm_id"])
    rows = key.to_frame(index=False).astype({"firm_id": "str"})
    names = ("swing", "cash", "operating", "change")
    return fit_bands(rows.assign(**{name: rng.random(len(rows)) for name in names}), fewest=10)


def features(
    tables: Mapping[str, pd.DataFrame], day: pd.Timestamp, norms: pd.DataFrame | None = None
) -> pd.DataFrame:
    return build_features(build_panel(prepare(tables), day), norms, bands())


def projections(tables: Mapping[str, pd.DataFrame], day: pd.Timestamp) -> pd.DataFrame:
    panel = build_panel(prepare(tables), day)
    return lay_out_months(project(panel), observed_cash(panel), bands())


def test_random_tables_keep_their_contracts_and_are_felt_by_the_features():
    """What the other tests rest on: moving the rows of a table without effect would prove nothing."""
    tables = random_tables(0)
    whole = features(tables, LAST)
    assert "advanced" in set(whole["tier"])
    for table in EVERY_TABLE:
        contract(table).schema.validate(tables[table])
        if table in ("firms", "notes"):  # notes are read by a stage of its own, into note_signals
            continue
        without = features(tables | {table: empty_table(table)}, LAST)
        assert not without.equals(whole), table


@pytest.mark.parametrize("table", ["statements", "account_flows", "due_items", "loans"])
def test_the_cash_to_come_is_there_and_feels_what_it_rests_on(table):
    dictionary = load_dictionary()
    family = dictionary.loc[dictionary["family"] == "cash_flow", "name"].tolist()
    felt = dict.fromkeys(("features", "projections"), 0)
    for seed in range(3):
        tables = random_tables(seed)
        without = tables | {table: empty_table(table)}
        whole = features(tables, LAST)[family]
        assert whole.notna().any().all()
        felt["features"] += not whole.equals(features(without, LAST)[family])
        felt["projections"] += not projections(tables, LAST).equals(projections(without, LAST))
    assert min(felt.values()) > 0


def moved_past(table: str, frame: pd.DataFrame, row: int, day: pd.Timestamp) -> pd.DataFrame:
    """Return the table with one row known only on the first day after `day` that leaves its key unique."""
    moved, later = frame.copy(), day
    while later == day or moved.duplicated(list(contract(table).key)).any():
        later += pd.Timedelta(days=1)
        moved.loc[row, "known_date"] = later
    return moved


@pytest.mark.parametrize("table", EVERY_TABLE)
@profile(5)
@given(SEEDS, DAYS, st.integers(1, 30))
def test_moving_one_fact_past_the_day_is_deleting_it(table, seed, day, back):
    """The facts that came last before the day, as most older ones have been replaced or are forgotten."""
    tables = random_tables(seed)
    known = tables[table].loc[lambda frame: frame["known_date"] <= day, "known_date"].sort_values()
    row = known.index[-min(back, len(known))]
    moved, deleted = moved_past(table, tables[table], row, day), tables[table].drop(index=row)
    for made in (features, projections):
        pd.testing.assert_frame_equal(
            made(tables | {table: moved}, day), made(tables | {table: deleted}, day)
        )


@profile(20)
@given(SEEDS, DAYS)
def test_what_is_known_later_never_matters(seed, day):
    tables = random_tables(seed)
    known = {name: table[table["known_date"] <= day] for name, table in tables.items()}
    for made in (features, projections):
        pd.testing.assert_frame_equal(made(tables, day), made(known, day))


@profile(10)
@given(SEEDS, DAYS)
def test_the_order_of_rows_never_matters(seed, day):
    tables = random_tables(seed)
    shuffled = {name: table.sample(frac=1.0, random_state=seed) for name, table in tables.items()}
    for made in (features, projections):
        pd.testing.assert_frame_equal(made(tables, day), made(shuffled, day))


@profile(12)
@given(SEEDS, DAYS, st.sampled_from(FIRMS))
def test_a_firms_features_do_not_depend_on_the_firms_beside_it(seed, day, firm):
    tables = random_tables(seed)
    norms = fit_norms(features(tables, FIRST + pd.DateOffset(years=3)), min_firms=2)
    alone = {name: table[table["firm_id"] == firm] for name, table in tables.items()}
    among = features(tables, day, norms)
    among = among[among["firm_id"] == firm].reset_index(drop=True)
    pd.testing.assert_frame_equal(features(alone, day, norms), among)


def random_events(seed: int) -> pd.DataFrame:
    """Return a few events: with many, every firm would have failed long ago."""
    return random_tables(seed % 12)["events"].sample(5, random_state=seed).reset_index(drop=True)


def labels(
    seed: int, events: pd.DataFrame, cutoff: pd.Timestamp, as_of_date: str = "2023-06-30"
) -> pd.DataFrame:
    firms = random_tables(seed % 12)["firms"]
    rules = {"horizon_months": 12, "reporting_lag_months": 3, "label_cutoff_date": cutoff}
    return label_cohort(firms, events, as_of_date, **rules)


# the window of the cohort of June 2023 ends in June 2024 and is complete three months later
CUTOFFS = st.dates(pd.Timestamp("2024-07-01").date(), pd.Timestamp("2025-12-31").date()).map(pd.Timestamp)


@profile(25)
@given(st.integers(0, 999), CUTOFFS)
def test_moving_an_event_past_the_cutoff_is_deleting_it_from_the_labels(seed, cutoff):
    events = random_events(seed)
    for row in events.index[events["known_date"] <= cutoff]:
        moved, deleted = moved_past("events", events, row, cutoff), events.drop(index=row)
        pd.testing.assert_frame_equal(labels(seed, moved, cutoff), labels(seed, deleted, cutoff))


@profile(40)
@given(st.integers(0, 999), CUTOFFS)
def test_events_known_after_the_cutoff_and_the_order_of_events_never_matter_to_labels(seed, cutoff):
    events = random_events(seed)
    found = labels(seed, events, cutoff)
    known = events[events["known_date"] <= cutoff]
    pd.testing.assert_frame_equal(labels(seed, known[::-1], cutoff), found)


def test_random_events_are_felt_by_the_labels():
    found = pd.concat([labels(seed, random_events(seed), LAST) for seed in range(60)])
    assert set(found["status"]) == {"labelled", "in_default", "censored_left", "gone"}
    assert set(found["label"].dropna()) == {0.0, 1.0}
