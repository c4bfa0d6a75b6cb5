"""The features of the cash to come (S65), of firms whose projection rests on due items."""

import numpy as np
import pandas as pd

from features.cash_flow.bands import expected_cash
from features.cash_flow.level import LEVELS
from features.cash_flow.projection import FINANCE, LINES, Projection, project
from features.cash_flow.summary import summarise
from features.panel import Panel
from features.ratios import PCT, divide


def compute(panel: Panel, bands: pd.DataFrame | None) -> dict[str, np.ndarray]:
    """Return the family's features.

    Parameters
    ----------
    panel : Panel
        Of F firms.
    bands : DataFrame or None
        From `bands.fit_bands`. None, as while they are being fitted: expected cash is NaN.

    Returns
    -------
    dict name -> (F,) float64
        In months of sales, months or per cent, as the dictionary says. NaN where the projection is not of
        level "ledger": projections of other levels are other measures.

    Examples
    --------
    >>> found = compute(Panel.empty(["a"], "2025-03-31"), None)
    >>> found["projected_runway_months"].tolist()
    [nan]
    >>> compute(Panel.empty(["a"], "2025-03-31"), pd.DataFrame())
    Traceback (most recent call last):
    ValueError: bands: 36 levels and months are wanted, not 0
    """
    return features_of(project(panel), bands)


def features_of(projection: Projection, bands: pd.DataFrame | None) -> dict[str, np.ndarray]:
    """Return the features of projections, each (F,) float64; see `compute`."""
    expected, summary = expected_cash(projection, bands), summarise(projection)
    lines, sales = projection.lines, projection.monthly_sales
    operating = sum(sign * lines[name] for name, sign in LINES.items() if name not in FINANCE)

    def in_sales(yen: np.ndarray) -> np.ndarray:
        return divide(yen, sales).value

    def next_months(line: np.ndarray, months: int) -> np.ndarray:
        return in_sales(line[:, :months].sum(axis=1))

    found = {
        "projected_cash_3m_months": summary["cash_3m_months"],
        "projected_cash_6m_months": summary["cash_6m_months"],
        "projected_lowest_cash_months": in_sales(summary["lowest_cash_yen"]),
        "projected_runway_months": summary["runway_months"],
        "expected_cash_3m_months": in_sales(expected["p50"][:, 2]),
        "cautious_cash_3m_months": in_sales(expected["p10"][:, 2]),
        "cautious_cash_6m_months": in_sales(expected["p10"][:, 5]),
        "projected_operating_6m_months": next_months(operating, 6),
        "projected_repayments_6m_months": next_months(lines["repayments"], 6),
        "projected_surplus_12m_months": next_months(operating - lines["repayments"], 12),
        "receipt_concentration_pct": summary["receipt_concentration_pct"],
        "doubtful_receivables_pct": PCT * projection.doubtful_share,
    }
    is_ledger = projection.level == LEVELS[-1]
    return {name: np.where(is_ledger, values, np.nan) for name, values in found.items()}
