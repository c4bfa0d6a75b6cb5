"""The 資金繰り表 in the terminal."""

import pandas as pd
import pytest

from features.cash_flow.months import lay_out_months
from features.cash_flow.observed import observed_cash
from features.cash_flow.projection import project
from features.panel import build_panel, prepare
from review.cash_table import cash_text
from review.terminal import text_width
from tests.test_cash_properties import AS_OF, bands, portfolio


def projections(with_bands: bool = True) -> pd.DataFrame:
    panel = build_panel(prepare(portfolio(1)), AS_OF)
    table = lay_out_months(project(panel), observed_cash(panel), bands() if with_bands else None)
    return table[table["firm_id"] == "f1"]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_lines_are_aligned_and_fit_a_terminal(language):
    lines = cash_text(projections(), language=language).splitlines()
    assert max(map(text_width, lines)) <= 78
    blocks = [line for line in lines if line.startswith(" ")]
    assert [block.split() for block in blocks] == [
        [f"2025-{month:02d}" for month in range(4, 10)],
        ["2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03"],
    ]
    head = "翌月繰越" if language == "ja" else "Cash carried forward"
    closing = [line for line in lines if line.startswith(head + "  ")]
    assert [text_width(line) for line in closing] == [text_width(block) for block in blocks]


def test_amounts_and_sums_are_those_of_the_projection():
    table = projections()
    ahead = table[table["is_projected"]]
    text = cash_text(table, language="en")
    scale = 1e6 if "JPY million" in text else 1e3
    row = next(line for line in text.splitlines() if line.startswith("Cash carried forward"))
    shown = [float(cell.replace(",", "").replace("−", "-")) for cell in row.split()[3:]]
    assert shown == (ahead["closing_yen"].iloc[:6] / scale).round().tolist()
    receipts = next(line for line in text.splitlines() if line.startswith("Operating receipts"))
    expected = (ahead["cash_sales_yen"] + ahead["collections_yen"]).iloc[0] / scale
    assert float(receipts.split()[2].replace(",", "")) == round(expected)
    minus = (ahead["closing_yen"] <= -1000).any()
    assert ("▲" in cash_text(table)) == minus


def test_what_is_not_known_is_a_dash_and_no_projection_is_said():
    median = next(
        line for line in cash_text(projections(with_bands=False), language="en").splitlines()
        if line.startswith("Expected cash, median")
    )  # fmt: skip
    assert median.split()[3:] == ["–"] * 6
    assert cash_text(projections().iloc[:0]).startswith("資金繰り予定はない")
    with pytest.raises(ValueError, match="language"):
        cash_text(projections(), language="de")
