"""Bank days and the tax calendar."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cash_flow import tax_calendar
from features.cash_flow.calendar import bank_holidays, next_bank_day, previous_bank_day

DAY = "datetime64[D]"


def rolled(day: str) -> tuple[str, str]:
    days = np.array([day], dtype=DAY)
    return str(previous_bank_day(days)[0]), str(next_bank_day(days)[0])


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        ("2025-04-30", "2025-04-30", "2025-04-30"),  # a Wednesday
        ("2025-08-31", "2025-08-29", "2025-09-01"),  # a Sunday
        ("2025-05-04", "2025-05-02", "2025-05-07"),  # Golden Week; May 6 stands in for a Sunday's holiday
        ("2019-05-01", "2019-04-26", "2019-05-07"),  # the accession: ten days in a row
        ("2024-12-31", "2024-12-30", "2025-01-06"),  # January 4 and 5 are a weekend
        ("2026-09-22", "2026-09-18", "2026-09-24"),  # between two holidays: a holiday itself
    ],
)
def test_bank_days_around_a_holiday(day, before, after):
    assert rolled(day) == (before, after)


def test_shapes_and_missing_days_stay():
    days = np.array([["2025-05-31", "NaT"]], dtype="datetime64[ms]")
    assert next_bank_day(days).tolist() == [[date(2025, 6, 2), None]]
    assert next_bank_day(np.array(["NaT"], dtype=DAY)).tolist() == [None]


@settings(max_examples=30, deadline=None)
@given(st.dates(date(2019, 1, 1), date(2027, 12, 31)))
def test_the_next_bank_day_by_walking(day):
    walked = day
    while walked.weekday() >= 5 or walked in bank_holidays(walked.year):
        walked += timedelta(days=1)
    assert next_bank_day(np.array([day], dtype=DAY))[0] == np.datetime64(walked)


def test_eleven_instalments_begin_with_two_in_the_fourth_month():
    row = tax_calendar.consumption_schedule(np.array([48_000_001.0]))[0] * 12
    # months 1 and 2 of the year are both due four months after the last year's end, month 11 thirteen after
    assert row.round(9).tolist() == [0, 0, 0, 0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("tax", "months"), [(480_000, []), (480_001, [8]), (4_000_000, [8]), (4_000_001, [5, 8, 11])]
)
def test_the_law_counts_taxes_above_its_steps(tax, months):
    assert np.flatnonzero(tax_calendar.consumption_schedule(np.array([float(tax)]))[0]).tolist() == months


def test_an_unknown_tax_has_no_instalments():
    assert not tax_calendar.consumption_schedule(np.array([np.nan])).any()
