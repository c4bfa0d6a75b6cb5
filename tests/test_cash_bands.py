"""What became of projections: bands worked out by hand, and what holds for all of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.cash_flow.bands import COLUMNS, expected_cash, fit_bands, forecast_errors
from features.cash_flow.level import LEVELS
from features.cash_flow.projection import Projection, project
from features.panel import Panel

NAN = np.nan
STEPS = np.arange(-50, 51) / 100  # −0.50 to 0.50 by hundredths: 101 errors


def projection(
    level: str = "ledger", swing: float = NAN, last: float = 0.0, operating: float = 0.0
) -> Projection:
    """Return the projection of one firm with sales of 1,000 a month."""
    return replace(
        project(Panel.empty(["a"], "2025-03-31")),
        level=np.array([level], dtype=object),
        last_cash=np.array([last]),
        swing=np.array([swing]),
        operating=np.full((1, 12), operating),
        monthly_sales=np.array([1000.0]),
    )


def errors(level: str = "ledger", month: int = 1, cash: float = 0.0, carry: float = 0.5) -> pd.DataFrame:
    """Return 202 errors: half of a projected rise or fall by 1 comes true, spread evenly by up to a half."""
    operating = np.repeat([-1.0, 1.0], len(STEPS))
    return pd.DataFrame({
        "firm_id": [f"f{n}" for n in range(2 * len(STEPS))],
        "level": level,
        "month": month,
        "swing": 0.2,
        "cash": cash,
        "operating": operating,
        "change": carry * operating + np.tile(STEPS, 2),
    })  # fmt: skip


def row(bands: pd.DataFrame, level: str, month: int) -> pd.Series:
    return bands[(bands["level"] == level) & (bands["month"] == month)].iloc[0]


def test_a_band_by_hand():
    """The typical swing is 0.2 and so is every width; a tenth of the errors lie below −0.4: −2 widths."""
    found = row(fit_bands(errors()), "ledger", 1)
    assert found["typical_swing"] == pytest.approx(0.2)
    assert found["carry"] == pytest.approx(0.5, abs=1e-3)
    assert found[["p10", "p50", "p90"]].tolist() == pytest.approx([-2.0, 0.0, 2.0], abs=0.01)
    assert (found["n_errors"], found["n_firms"], found["fitted_on"]) == (202, 202, "level")


def test_expected_cash_by_hand():
    """Own swing 600 and the typical 200 make a width of 400; without an own one it is 200.

    Last balance 5,000 and half of a projected rise of 1,000: 5,500, less and more two widths.
    """
    bands = fit_bands(errors())
    for swing, width in ((600.0, 400.0), (NAN, 200.0)):
        found = expected_cash(projection(swing=swing, last=5000.0, operating=1000.0), bands)
        at = [found[name][0, 0] for name in ("p10", "p50", "p90")]
        assert at == pytest.approx([5500 - 2 * width, 5500, 5500 + 2 * width], abs=6.0)
        assert np.isnan(found["p50"][0, 1:]).all()  # nothing was seen of later months


def test_the_band_below_is_wider_for_who_has_more_where_that_costs_less():
    """Falls of up to the cash itself: a quarter, half, or nothing of 0.1 to 3 months of sales."""
    cash = np.repeat(np.linspace(0.1, 3.0, 60), 5)
    rich = pd.DataFrame({
        "firm_id": "f", "level": "ledger", "month": 1, "swing": 0.2, "cash": cash, "operating": 0.0,
        "change": -cash * np.tile([0.0, 0.0, 0.0, 0.25, 0.5], 60),
    })  # fmt: skip
    found = row(fit_bands(rich), "ledger", 1)
    assert found["cash_share"] > 0
    poor, wealthy = (expected_cash(projection(last=last), fit_bands(rich)) for last in (100.0, 3000.0))
    assert (3000 - wealthy["p10"][0, 0]) > 3 * (100 - poor["p10"][0, 0])


def test_a_level_with_too_few_errors_takes_all_levels_and_a_month_with_too_few_has_no_band():
    bands = fit_bands(
        pd.concat([errors("ledger"), errors("annual").iloc[::2], errors("monthly", 2).iloc[:50]])
    )
    assert list(bands.columns) == list(COLUMNS)
    assert bands[["level", "month"]].to_records(index=False).tolist() == [
        (level, month) for level in LEVELS for month in range(1, 13)
    ]
    assert row(bands, "ledger", 1)[["fitted_on", "n_errors"]].tolist() == ["level", 202]
    assert row(bands, "annual", 1)[["fitted_on", "n_errors"]].tolist() == ["all", 303]
    assert row(bands, "monthly", 1)[["fitted_on", "n_errors"]].tolist() == ["all", 303]
    assert row(bands, "monthly", 2)[["fitted_on", "n_errors"]].tolist() == ["none", 0]
    found = expected_cash(projection("monthly", last=1.0), bands)
    assert np.isfinite(found["p10"][0, 0])
    assert all(np.isnan(values[0, 1:]).all() for values in found.values())


def test_errors_are_in_months_of_sales_and_of_firms_with_sales():
    cash = np.full((1, 12), NAN)
    cash[0, 2] = 700.0
    found = forecast_errors(projection(swing=100.0, last=500.0, operating=50.0), cash)
    assert found[["level", "month"]].iloc[0].tolist() == ["ledger", 3]
    assert found[["swing", "cash", "operating", "change"]].iloc[0].tolist() == [0.1, 0.5, 0.05, 0.2]
    assert len(found) == 1
    none = replace(projection(), monthly_sales=np.array([0.0]))
    assert forecast_errors(none, cash).empty
    assert forecast_errors(projection("none"), cash).empty


def test_bands_do_not_depend_on_the_order_of_errors():
    some = pd.concat([errors(), errors("annual", carry=0.2)])
    shuffled = some.sample(frac=1.0, random_state=1)
    pd.testing.assert_frame_equal(fit_bands(some), fit_bands(shuffled), rtol=1e-6)


@settings(max_examples=30, deadline=None)
@given(
    st.floats(-5000, 50_000), st.floats(-9000, 9000), st.one_of(st.just(NAN), st.floats(0, 4000)),
    st.floats(0, 3), st.floats(-1, 1), st.floats(0, 1),
)  # fmt: skip
def test_quantiles_are_in_order_scale_with_amounts_and_never_fall_when_more_comes_in(
    last, operating, swing, cash, shift, carry
):
    some = errors(cash=cash, carry=carry)
    bands = fit_bands(some.assign(change=some["change"] + shift))
    one = projection(swing=swing, last=last, operating=operating)
    found = expected_cash(one, bands)
    assert found["p10"][0, 0] <= found["p50"][0, 0] <= found["p90"][0, 0]
    twice = replace(
        one, last_cash=2 * one.last_cash, swing=2 * one.swing, operating=2 * one.operating,
        monthly_sales=2 * one.monthly_sales,
    )  # fmt: skip
    more = replace(one, operating=one.operating + 10.0)
    for name, values in expected_cash(twice, bands).items():
        assert values[0, 0] == pytest.approx(2 * found[name][0, 0], rel=1e-9, abs=1e-6)
        assert expected_cash(more, bands)[name][0, 0] >= found[name][0, 0] - 1e-9
