"""Cohorts and labels: which firms are judged on a date, and what became of them, as far as known.

The rules, for a cohort of `as_of_date` with the window (as_of_date, as_of_date + horizon]:

1. A firm is in the cohort once it is known: a row of `firms` with `known_date <= as_of_date`.
2. Only events with `known_date <= label_cutoff_date` count, for every rule below.
3. Default is the first of overdue 90 days, subrogation, bankruptcy. A firm whose first default lies on or
   before `as_of_date` is out (`in_default`): its window cannot hold its first default. This looks at the
   event's date, not at when it became known, so a firm whose default was still unreported on the day is not
   trained on as a survivor either. Scoring today is the same rule with today as cutoff.
4. The window is complete when as_of_date + horizon + reporting lag <= label_cutoff_date. Otherwise nobody of
   the cohort has a label (`censored_open`), *not even firms whose default is known already*: they are known
   because they failed, the survivors beside them are not known yet, and keeping the one without the
   other would raise the default rate of the latest cohorts (informative censoring).
5. A firm that pays off inside the window without a default before or on that day is `censored_left`: it was
   not watched to the end, so it is no survivor. A firm that paid off earlier is out (`gone`), unless a later
   row of `firms`, known by `as_of_date`, says that it is back.
6. Whoever is left is `labelled`: 1 with a default inside the window, else 0.
"""

from collections.abc import Iterable, Sequence

import pandas as pd

from intake.contracts import DEFAULT_KINDS

DATE = "datetime64[ms]"  # of every date column, as in the tables' contracts
LABELLED, LEFT, OPEN = "labelled", "censored_left", "censored_open"
IN_DEFAULT, GONE = "in_default", "gone"
STATUSES = (LABELLED, LEFT, OPEN, IN_DEFAULT, GONE)
MEMBERS = (LABELLED, LEFT, OPEN)  # the cohort; who is in default or gone on its date is out of it


def month_end(date: str | pd.Timestamp) -> pd.Timestamp:
    """Return `date` as a timestamp in milliseconds, or refuse one that is no month's last day.

    Examples
    --------
    >>> month_end("2024-02-29")
    Timestamp('2024-02-29 00:00:00')
    >>> month_end("2023-02-27")
    Traceback (most recent call last):
    ValueError: 2023-02-27 is not the last day of a month
    """
    stamp = pd.Timestamp(date).as_unit("ms")
    if stamp != stamp.normalize() or not stamp.is_month_end:
        raise ValueError(f"{stamp.date()} is not the last day of a month")
    return stamp


def months_later(date: pd.Timestamp, months: int) -> pd.Timestamp:
    """Return the month end `months` after the month end `date`."""
    return date + pd.offsets.MonthEnd(months)


def as_of_dates(
    first: str | pd.Timestamp, last: str | pd.Timestamp, every_months: int, anchor_month: int
) -> list[pd.Timestamp]:
    """Return the cohorts' dates: month ends from `first` to `last`, `every_months` apart.

    Parameters
    ----------
    first, last : dates
        Any day; month ends between them, both included, are taken.
    every_months : int
        3 for quarterly cohorts; must divide 12, so that the same months return each year.
    anchor_month : int
        A month (1 to 12) that has a cohort.

    Examples
    --------
    >>> [str(date.date()) for date in as_of_dates("2023-01-01", "2023-10-15", every_months=3, anchor_month=3)]
    ['2023-03-31', '2023-06-30', '2023-09-30']
    >>> as_of_dates("2023-01-01", "2023-12-31", every_months=5, anchor_month=3)
    Traceback (most recent call last):
    ValueError: every_months must divide 12, got 5
    """
    if every_months < 1 or 12 % every_months:
        raise ValueError(f"every_months must divide 12, got {every_months}")
    if not 1 <= anchor_month <= 12:
        raise ValueError(f"anchor_month must lie in 1..12, got {anchor_month}")
    ends = pd.date_range(pd.Timestamp(first), pd.Timestamp(last), freq="ME", unit="ms")
    return [date for date in ends if (date.month - anchor_month) % every_months == 0]


def is_complete(
    as_of_date: pd.Timestamp,
    *,
    horizon_months: int,
    reporting_lag_months: int,
    label_cutoff_date: pd.Timestamp,
) -> bool:
    """Whether the cohort's window, and the time that events take to be reported, had passed by the cutoff."""
    known_by = months_later(month_end(as_of_date), horizon_months + reporting_lag_months)
    return known_by <= pd.Timestamp(label_cutoff_date)


def _first(events: pd.DataFrame, kinds: Sequence[str]) -> pd.DataFrame:
    """Return each firm's first event among `kinds`, indexed by firm; on one day the kind named first wins."""
    found = events[events["kind"].isin(kinds)]
    found = found.assign(rank=found["kind"].map({kind: i for i, kind in enumerate(kinds)}))
    return (
        found.sort_values(["firm_id", "event_date", "rank"]).drop_duplicates("firm_id").set_index("firm_id")
    )


def _gone(firms: pd.DataFrame, paid_off: pd.DataFrame, as_of_date: pd.Timestamp) -> pd.Index:
    """Return the firms that had paid off by `as_of_date` and of which no later row of `firms` tells."""
    earlier = paid_off[paid_off["event_date"] <= as_of_date]
    left_known = earlier.groupby("firm_id")["known_date"].max()
    last_row = firms.groupby("firm_id")["known_date"].max().reindex(left_known.index)
    return left_known.index[~(last_row > left_known)]


def label_cohort(
    firms: pd.DataFrame,
    events: pd.DataFrame,
    as_of_date: str | pd.Timestamp,
    *,
    horizon_months: int,
    reporting_lag_months: int,
    label_cutoff_date: str | pd.Timestamp,
) -> pd.DataFrame:
    """Label the cohort of one date by the rules of this module.

    Parameters
    ----------
    firms, events : DataFrame
        Tables as their contracts say; any selection of firms.
    as_of_date : month end
    horizon_months, reporting_lag_months : int
        Length of the window, and how long an event may take to be reported.
    label_cutoff_date : date
        What the trainer knows: later knowledge does not exist.

    Returns
    -------
    DataFrame
        One row per firm of the cohort, by firm_id: as_of_date, firm_id, label (1, 0, NaN where not labelled),
        default_date and default_kind (of positives and of firms in default), rescheduled (a second label:
        1 when rescheduled inside the window, before leaving and not after a default; NaN where not watched),
        status (one of `STATUSES`).

    Raises
    ------
    ValueError
        When `as_of_date` is no month end or the horizon is not positive.

    Examples
    --------
    >>> firms = pd.DataFrame({"firm_id": ["a", "b"], "known_date": pd.to_datetime(["2019-05-01"] * 2)})
    >>> events = pd.DataFrame({
    ...     "firm_id": ["b"], "kind": ["overdue_90d"],
    ...     "event_date": pd.to_datetime(["2021-02-10"]), "known_date": pd.to_datetime(["2021-03-01"])})
    >>> rules = {"horizon_months": 12, "reporting_lag_months": 3}
    >>> rows = label_cohort(firms, events, "2020-03-31", label_cutoff_date="2021-06-30", **rules)
    >>> rows[["firm_id", "label", "status"]]
      firm_id  label    status
    0       a    0.0  labelled
    1       b    1.0  labelled

    A day earlier the window is not complete, and the default known already is no label either:

    >>> rows = label_cohort(firms, events, "2020-03-31", label_cutoff_date="2021-06-29", **rules)
    >>> rows["status"].unique().tolist(), rows["label"].notna().any().item()
    (['censored_open'], False)
    >>> label_cohort(firms, events, "2020-03-30", label_cutoff_date="2021-06-30", **rules)
    Traceback (most recent call last):
    ValueError: 2020-03-30 is not the last day of a month
    """
    as_of_date = month_end(as_of_date)
    cutoff = pd.Timestamp(label_cutoff_date)
    if horizon_months < 1 or reporting_lag_months < 0:
        raise ValueError(
            f"horizon must be positive and lag not negative, got {horizon_months}, {reporting_lag_months}"
        )
    window_end = months_later(as_of_date, horizon_months)
    complete = is_complete(
        as_of_date,
        horizon_months=horizon_months,
        reporting_lag_months=reporting_lag_months,
        label_cutoff_date=cutoff,
    )
    firms = firms[firms["known_date"] <= as_of_date]
    events = events[(events["known_date"] <= cutoff) & (events["event_date"] <= window_end)]
    ids = pd.Index(sorted(firms["firm_id"].unique()), name="firm_id", dtype="str")
    default = _first(events, DEFAULT_KINDS).reindex(ids)
    later = events[events["event_date"] > as_of_date]
    left = _first(later, ["paid_off"])["event_date"].reindex(ids)
    eased = _first(later, ["rescheduling"])["event_date"].reindex(ids)
    gone = ids.isin(_gone(firms, events[events["kind"] == "paid_off"], as_of_date))

    # a comparison with a date that is missing is False: that of a firm which never left, or never failed
    failed = default["event_date"]
    in_default = failed <= as_of_date
    fails = failed.notna() & ~in_default & ~(left < failed)
    leaves = left.notna() & ~fails
    status = pd.Series(LABELLED, index=ids, dtype="str")
    status = status.mask(leaves, LEFT)
    if not complete:
        status = status.mask(status.notna(), OPEN)
    status = status.mask(gone, GONE).mask(in_default, IN_DEFAULT)
    labelled = status == LABELLED
    eases = eased.notna() & ~(left < eased) & ~(failed < eased)
    watched = complete & ~gone & ~in_default & (labelled | eases)
    shown = in_default | (labelled & fails)
    return pd.DataFrame(
        {
            "as_of_date": pd.Series(as_of_date, index=ids, dtype=DATE),
            "label": fails.astype("float64").where(labelled),
            "default_date": failed.where(shown).astype(DATE),
            "default_kind": default["kind"].where(shown).astype("str"),
            "rescheduled": eases.astype("float64").where(watched),
            "status": status,
        }
    ).reset_index()[
        ["as_of_date", "firm_id", "label", "default_date", "default_kind", "rescheduled", "status"]
    ]


def label_cohorts(
    firms: pd.DataFrame, events: pd.DataFrame, dates: Iterable[str | pd.Timestamp], **rules: object
) -> pd.DataFrame:
    """Label the cohorts of several dates, sorted by (as_of_date, firm_id); see `label_cohort`."""
    parts = [label_cohort(firms, events, date, **rules) for date in sorted(map(month_end, dates))]
    if not parts:
        raise ValueError("no as-of dates to label")
    return pd.concat(parts, ignore_index=True)
