"""The table of projections: twelve months known, twelve to come."""

import numpy as np
import pandas as pd
import pytest

from features.cash_flow.months import COLUMNS, YEN, lay_out_months
from features.cash_flow.observed import observed_cash
from features.cash_flow.projection import LINES, project
from features.panel import build_panel, prepare
from tests.test_cash_properties import AS_OF, FIRMS, bands, portfolio


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    panel = build_panel(prepare(portfolio(1)), AS_OF)
    return lay_out_months(project(panel), observed_cash(panel), bands())


def test_every_firm_has_a_year_behind_it_and_a_year_ahead(table):
    assert tuple(table.columns) == COLUMNS
    assert table.groupby("firm_id").size().tolist() == [24] * table["firm_id"].nunique()
    assert set(table["firm_id"]) <= set(FIRMS)
    assert not table.duplicated(["as_of_date", "firm_id", "month"]).any()
    assert ((table["month"] > AS_OF) == table["is_projected"]).all()
    assert table["month"].dt.is_month_end.all()
    assert table["month"].min() == pd.Timestamp("2024-04-30")
    assert table["month"].max() == pd.Timestamp("2026-03-31")


def test_of_the_past_there_is_known_cash_alone(table):
    past = table[~table["is_projected"]]
    assert past[[name for name in YEN if name != "closing_yen"]].isna().all().all()
    flows = portfolio(1)["account_flows"]
    known = past.merge(flows, on=["firm_id", "month"])
    known = known[known["known_date"] <= AS_OF]
    assert len(known) > 10
    assert np.array_equal(known["closing_yen"], known["end_balance"])


def test_months_ahead_add_up_and_the_band_is_in_order(table):
    ahead = table[table["is_projected"]]
    assert ahead[list(YEN)].notna().all().all()
    net = sum(sign * ahead[f"{name}_yen"] for name, sign in LINES.items())
    np.testing.assert_allclose(ahead["closing_yen"], ahead["opening_yen"] + net, atol=1e-3)
    for _, firm in ahead.groupby("firm_id"):
        assert firm["opening_yen"].tolist()[1:] == firm["closing_yen"].tolist()[:-1]
    assert (ahead["closing_p10_yen"] <= ahead["closing_p50_yen"]).all()
    assert (ahead["closing_p50_yen"] <= ahead["closing_p90_yen"]).all()


def test_without_bands_expected_cash_is_missing():
    panel = build_panel(prepare(portfolio(1)), AS_OF)
    found = lay_out_months(project(panel), observed_cash(panel), None)
    assert found["closing_p50_yen"].isna().all()
    assert found.loc[found["is_projected"], "closing_yen"].notna().all()
