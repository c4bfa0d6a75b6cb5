"""Ratios of the annual closings: ロカベン's six with their status, bank indicators, changes and trends."""

import numpy as np

from features import bank_ratios, ratios
from features.account_sums import (
    debt,
    ebitda,
    latest,
    liquid_funds,
    payables,
    quick_assets,
    receivables,
    working_capital,
)
from features.balances import TREND_CLOSINGS
from features.bank_ratios import of_monthly_sales, percent
from features.movements import closing_years, slope, year_before
from features.panel import Panel
from features.ratios import Ratio

LOSS_CLOSINGS = 3  # closings looked back for operating losses
# numerator and denominator columns of each ratio with a status: their names end in the unit of the amount
DENOMINATOR_UNITS = {"labor_productivity": "count"}


def six_indicators(panel: Panel) -> dict[str, Ratio]:
    """Return ロカベン's six of the latest closing by feature name, in the order of LOCABEN_INDICATORS."""
    accounts = latest(panel.closings)
    sales, profit = accounts["sales"], accounts["operating_profit"]
    sales_before = year_before(panel.closings["sales"], panel.closing_end)
    found = (
        ratios.sales_growth(sales, sales_before),
        ratios.op_margin(profit, sales),
        ratios.labor_productivity(profit, panel.employees[:, -1]),
        ratios.net_debt_ebitda(debt(accounts), accounts["cash_deposits"], ebitda(accounts)),
        ratios.owc_turnover(receivables(accounts), accounts["inventories"], payables(accounts), sales),
        ratios.equity_ratio(accounts["net_assets"], accounts["total_assets"]),
    )
    return dict(zip(ratios.LOCABEN_INDICATORS, found, strict=True))


def with_parts(name: str, ratio: Ratio, stem: str = "") -> dict[str, np.ndarray]:
    """Return a ratio's columns: its value, numerator, denominator and status code, named after `stem`.

    Without a stem it is the name without its unit.
    """
    stem = stem or name.rsplit("_", 1)[0]
    return {
        name: ratio.value,
        f"{stem}_numerator_yen": ratio.numerator,
        f"{stem}_denominator_{DENOMINATOR_UNITS.get(stem, 'yen')}": ratio.denominator,
        f"{stem}_status": ratio.status,
    }


def compute(panel: Panel) -> dict[str, np.ndarray]:
    """Return the family's features, each (F,) float64."""
    closings, ends = panel.closings, panel.closing_end
    years = closing_years(ends)
    now = latest(panel.closings)

    def change(values: np.ndarray) -> np.ndarray:
        return values[:, -1] - year_before(values, ends)

    def trend(values: np.ndarray) -> np.ndarray:
        return slope(values, years, at_least=TREND_CLOSINGS)

    sales, losing = closings["sales"], closings["operating_profit"] < 0
    # ratios of all four closings (F, 4), where their movement is a feature too
    gross_margin = percent(closings["gross_profit"], sales)
    op_margin = percent(closings["operating_profit"], sales)
    equity_ratio = percent(closings["net_assets"], closings["total_assets"])
    ar_months = of_monthly_sales(receivables(closings), sales)
    inv_months = of_monthly_sales(closings["inventories"], sales)
    debt_sales = of_monthly_sales(debt(closings), sales)
    earnings = ebitda(now)
    cash_flow = bank_ratios.repayment_cash_flow(now["ordinary_profit"], now["depreciation"])
    years_of_debt = bank_ratios.debt_years(debt(now), working_capital(now), cash_flow)
    cover = bank_ratios.interest_cover(
        now["operating_profit"], now["interest_income"], now["interest_expense"]
    )

    found: dict[str, np.ndarray] = {}
    for name, ratio in six_indicators(panel).items():
        found |= with_parts(name, ratio)
    net_debt_known = found["net_debt_ebitda_status"] != ratios.MISSING_INPUT
    return found | {
        "is_ebitda_negative": np.where(np.isnan(earnings), np.nan, (earnings <= 0).astype(np.float64)),
        "has_loss_with_net_cash": np.where(
            net_debt_known,
            (found["net_debt_ebitda_status"] == ratios.NOT_MEANINGFUL).astype(np.float64),
            np.nan,
        ),
        "ebitda_liabilities_pct": percent(earnings, now["total_liabilities"]),
        **with_parts("debt_years", years_of_debt, stem="debt_years"),
        **with_parts("icr_ratio", cover),
        "current_ratio_pct": percent(now["current_assets"], now["current_liabilities"]),
        "quick_ratio_pct": percent(quick_assets(now), now["current_liabilities"]),
        "cash_months": of_monthly_sales(liquid_funds(now), now["sales"]),
        "debt_sales_months": debt_sales[:, -1],
        "debt_sales_change_months": change(debt_sales),
        "ar_months": ar_months[:, -1],
        "ar_change_months": change(ar_months),
        "inv_months": inv_months[:, -1],
        "inv_change_months": change(inv_months),
        "ap_months": of_monthly_sales(payables(now), now["sales"]),
        "ccc_days": bank_ratios.cash_conversion_days(
            receivables(now), now["inventories"], payables(now), now["sales"], now["cost_of_sales"]
        ),
        "gross_margin_pct": gross_margin[:, -1],
        "gross_margin_change_pct": change(gross_margin),
        "op_margin_change_pct": change(op_margin),
        "op_margin_trend_pct": trend(op_margin),
        "op_loss_count": np.where(
            np.isnan(now["operating_profit"]), np.nan, losing[:, -LOSS_CLOSINGS:].sum(axis=1)
        ),
        "equity_ratio_change_pct": change(equity_ratio),
        "equity_ratio_trend_pct": trend(equity_ratio),
        "altman_z2": bank_ratios.altman_z2(
            now["current_assets"] - now["current_liabilities"],
            now["retained_earnings"],
            now["operating_profit"],
            now["net_assets"],
            now["total_assets"],
            now["total_liabilities"],
        ),
    }
