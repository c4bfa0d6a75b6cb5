"""Default rates, subrogations, causes, signs and trouble, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from pipelines.moments.defaults import default_rates, scheme_rates, subrogation_rates, years_at_risk
from pipelines.moments.signs import causes, dressing, lead_times, troubles

UNTIL = pd.Timestamp("2025-12-31")


def lives(**columns: list) -> pd.DataFrame:
    """Return truth/lives of firms a, b, c …; dates that are not given are missing."""
    n = len(next(iter(columns.values())))
    base = {"joined_on": ["2014-06-30"] * n, "default_date": [None] * n, "left_on": [None] * n}
    frame = pd.DataFrame({"firm_id": list("abcdefghijklmnopqrstuvwxyz"[:n])} | base | columns)
    dates = [name for name in frame if name.endswith(("_on", "_date"))]
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in dates})


def values(figures: list) -> dict[str, float]:
    return {figure.scope: figure.value for figure in figures}


def test_a_firm_is_at_risk_from_coming_in_to_default_leaving_or_the_end():
    firms = lives(
        joined_on=["2014-06-30", "2019-07-01", "2014-06-30", "2014-06-30", "2020-02-01"],
        default_date=[None, None, "2019-04-01", None, None],
        left_on=["2018-05-31", None, "2019-01-31", "2019-10-01", None],
    )
    # gone before; half of 2019 (184 days); 90 days to the default, not 30 to the last books; 273 days;
    # not there yet
    assert years_at_risk(firms, 2019, UNTIL) == pytest.approx(np.array([0, 184, 90, 273, 0]) / 365.25)


def test_a_rate_is_defaults_over_firm_years():
    # of four firms one defaults on 1 January: three years at risk and none, so one over three
    firms = lives(default_date=["2017-01-01", None, None, None])
    found = {figure.scope: figure for figure in default_rates(firms, range(2016, 2018), UNTIL)}

    assert found["2016"].value == 0.0
    assert found["2017"].value == pytest.approx(100 * 1 / (3 * 365 / 365.25))
    assert found["2017"].error == pytest.approx(found["2017"].value)  # the error of one event is one event
    assert "2023-24 over 2020-21" not in found  # years that are not there


def test_the_wave_is_the_later_rate_over_the_earlier():
    # 20 firms: one fails on the last day of 2021, so nobody's time at risk is lost; three on that of 2024
    firms = lives(default_date=["2021-12-31"] + ["2024-12-31"] * 3 + [None] * 16)
    wave = default_rates(firms, range(2016, 2026), UNTIL)[-1]

    at_risk = 20 * 731 - 1, 19 * 731 - 3  # days: 2020 and 2024 are leap years
    assert wave.value == pytest.approx((3 / at_risk[1]) / (1 / at_risk[0]))
    assert wave.error == pytest.approx(wave.value * np.sqrt(1 / 3 + 1))
    assert wave.n == 4


def views(rows: list[tuple]) -> pd.DataFrame:
    """Return (day, firm, balance, epidemic) as views."""
    frame = pd.DataFrame(rows, columns=["as_of_date", "firm_id", "balance_yen", "scheme_epidemic"])
    return frame.assign(as_of_date=pd.to_datetime(frame["as_of_date"]).astype("datetime64[ms]"))


def test_a_scheme_is_judged_on_the_year_after_each_years_end():
    seen = views([
        ("2020-12-31", "a", 1.0, True), ("2020-12-31", "b", 1.0, True), ("2020-12-31", "c", 1.0, False),
        ("2021-12-31", "b", 1.0, True), ("2021-09-30", "b", 1.0, True), ("2022-12-31", "b", 1.0, True),
    ])  # fmt: skip
    # a fails in 2021, b in 2023; of the last year's end nothing is known, and September is no year's end:
    # a and b at the end of 2020, b at that of 2021: one default in three firm-years
    found = scheme_rates(seen, lives(default_date=["2021-05-31", "2023-05-31", None]))
    assert [(figure.scope, figure.n) for figure in found] == [("epidemic", 3)]
    assert found[0].value == pytest.approx(100 / 3)


def test_what_is_paid_is_the_balance_before_the_default_over_the_mean_balance():
    seen = views([
        ("2018-09-30", "a", 40.0, False), ("2018-12-31", "a", 30.0, False), ("2018-12-31", "b", 170.0, False),
        ("2019-03-31", "b", 100.0, False), ("2019-06-30", "b", 300.0, False),
    ])  # fmt: skip
    events = pd.DataFrame({
        "firm_id": ["a", "a", "b"],
        "kind": ["overdue_90d", "subrogation", "paid_off"],
        "event_date": pd.to_datetime(["2019-01-31", "2019-05-31", "2019-06-30"]).astype("datetime64[ms]"),
    })  # fmt: skip
    # a owed 30 at the end of 2018, before it fell overdue; 2019's quarters' ends hold 200 in the mean
    (figure,) = subrogation_rates(seen, events, {"2019": range(2019, 2020)})
    assert (figure.value, figure.error, figure.n) == (pytest.approx(15.0), pytest.approx(15.0), 1)


def test_lead_times_count_a_failure_without_a_sign_as_none():
    firms = lives(
        default_date=["2020-12-31", "2020-12-31", "2020-12-31", "2020-12-31", None],
        first_sign_date=["2019-12-31", "2020-12-01", "2020-06-30", None, None],
    )
    median, late = lead_times(firms)
    # 12, 1, 6 and 0 months: the middle of 1 and 6; two of four within a month
    assert median.value == pytest.approx((30 + 184) / 2 / (365.2425 / 12))
    assert (late.value, late.n) == (50.0, 4)


def test_causes_are_counted_among_failures():
    failed = ["2020-12-31"] * 99
    firms = pd.DataFrame({
        "default_date": pd.to_datetime([*failed, "2020-12-31", None]),
        "cause": ["demand"] * 60 + ["owner"] * 39 + ["wages"] + ["quality"],
    })  # fmt: skip
    found = values(causes(firms))
    assert found["demand"] == 60.0
    assert found["owner"] == 39.0
    assert "quality" not in found  # it did not fail
    largest, matter = causes(firms)[:2]
    assert (largest.value, matter.value) == (60.0, 2.0)  # one of a hundred does not matter


def test_spells_that_are_over_passed_or_failed():
    spells = pd.DataFrame({
        "firm_id": ["a", "a", "b", "c", "d"],
        "outcome": ["passed", "failed", "passed", "passed", "open"],
        "months": [4, 9, 6, 20, 50],
    })  # fmt: skip
    passed, months = troubles(spells)
    assert (passed.value, passed.n) == (75.0, 4)
    assert passed.error == pytest.approx(100 * np.sqrt(0.75 * 0.25 / 3))  # by firms, of which there are three
    assert months.value == 6.0


def test_dressing_is_counted_by_firm_and_confirmed_among_bankruptcies():
    dressed = pd.DataFrame({"firm_id": ["a", "a", "b"]})
    events = pd.DataFrame({
        "firm_id": ["a", "a", "c", "b"],
        "kind": ["bankruptcy", "dressing_confirmed", "bankruptcy", "dressing_confirmed"],
    })  # fmt: skip
    ever, confirmed = dressing(lives(left_on=[None] * 8), dressed, events)
    assert ever.value == 25.0
    assert (confirmed.value, confirmed.n) == (50.0, 2)  # a of a and c; b did not fail
