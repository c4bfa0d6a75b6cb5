"""Guarantees, staff, tiers, arrears and relief on a date, worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from pipelines.moments.holdings import arrears, guarantees, relief, staff, tiers

END = pd.Timestamp("2018-12-31")


def views(**columns: list) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    frame = pd.DataFrame({"as_of_date": END, "firm_id": list("abcdefgh"[:n])} | columns)
    other_day = frame.assign(as_of_date=pd.Timestamp("2018-09-30"), firm_id="z")  # must not count
    return pd.concat([frame, other_day], ignore_index=True)


def values(figures: list) -> dict[tuple[str, str], float]:
    return {(figure.moment, figure.scope): figure.value for figure in figures}


def test_guarantees_are_those_of_firms_with_any():
    held = views(guarantees=[1.0, 3.0, 0.0], amount_yen=[10e6, 30e6, 0.0], balance_yen=[4e6, 24e6, 0.0])
    found = values(guarantees(held, [2018]))

    assert found["guarantees a firm", "2018"] == 2.0
    assert found["amount a guarantee", "2018"] == 10.0  # 40 million over four guarantees
    assert found["balance a guarantee", "2018"] == 7.0


def test_staff_not_known_is_left_out():
    found = values(staff(views(employees=[2.0, 5.0, 6.0, np.nan]), [2018]))
    assert found["firms of 5 staff or fewer", "2018"] == pytest.approx(200 / 3)
    assert found["median staff", "2018"] == 5.0


def test_tiers_are_shares_of_firms_with_any():
    found = values(tiers(views(tier=["basic", "basic", "advanced", "none", "standard"]), [2018]))
    assert [found[f"tier {name}", "2018"] for name in ("basic", "standard", "advanced")] == [50.0, 25.0, 25.0]


def test_relief_asked_for_a_year_later_is_no_new_one():
    events = pd.DataFrame({
        "firm_id": ["a", "a", "b", "b", "c"],
        "kind": ["rescheduling"] * 4 + ["bankruptcy"],
        "event_date": pd.to_datetime(["2017-03-31", "2018-03-31", "2014-06-30", "2018-06-30", "2018-06-30"]),
    })  # fmt: skip
    found = values(relief(views(is_eased=[True, True, False, False]), events, [2018]))
    assert found["under rescheduling", "2018"] == 50.0
    assert found["first or renewed after a pause", "2018"] == 25.0  # b; a's goes on


def test_arrears_are_open_on_the_31_march():
    march = pd.Timestamp("2018-03-31")
    seen = pd.DataFrame({
        "as_of_date": march,
        "firm_id": list("abcd"),
        "in_arrears": [True, False, False, False],
    })  # fmt: skip
    spells = pd.DataFrame(
        [
            ("a", "2017-05-31", "2017-08-31"),
            ("a", "2018-01-31", None),
            ("b", "2018-03-31", "2018-09-30"),
            ("c", "2018-01-31", "2018-03-31"),
            ("d", "2018-04-30", None),
            ("gone", "2017-01-31", None),
        ],
        columns=["firm_id", "from_date", "cleared_date"],
    )
    spells = spells.assign(**{name: pd.to_datetime(spells[name]) for name in ("from_date", "cleared_date")})
    found = values(arrears(seen, spells, [2018]))
    # a still owes, b since today; c has just paid, d owes from April; "gone" is in no view
    assert found["in arrears, in truth", "2018"] == 50.0
    assert found["in arrears, known", "2018"] == 25.0
    assert found["arrears known of the true", "2018"] == 50.0
