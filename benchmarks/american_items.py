"""Features from the American set's raw items: shares of total assets, growth, and the market's view.

The market value of the shares has no account in the chart: the firms behind guaranteed loans are not listed.
Here it is one of the set's own items, and it goes in beside the project's ratios.
"""

import numpy as np
import pandas as pd

from benchmarks.american_rows import ITEMS, Rows

SHARES = tuple(item for item in ITEMS if item != "total_assets")
GROWN = (
    "total_assets",
    "net_sales",
    "market_value",
    "total_liabilities",
    "total_current_liabilities",
    "current_assets",
)
MARKET = ("net_income", "ebitda", "retained_earnings", "total_liabilities", "total_long_term_debt")
_FLOOR = 1e-3  # the set counts millions to the thousand: less than that is nothing


def shares_of_assets(rows: Rows) -> pd.DataFrame:
    """Return every item over the total assets of its year, (n, years * items): what a plain model is given.

    Examples
    --------
    >>> items = np.full((1, 3, len(ITEMS)), 2.0)
    >>> items[0, :, ITEMS.index("ebit")] = [1.0, 0.5, -1.0]
    >>> shares = shares_of_assets(Rows(pd.DataFrame({"firm_id": ["F1"]}), items))
    >>> shares[["ebit_share_2", "ebit_share_1", "ebit_share_0"]].iloc[0].tolist()
    [0.5, 0.25, -0.5]
    """
    years = rows.items.shape[1]
    assets = rows.items[:, :, ITEMS.index("total_assets")]
    return pd.DataFrame(
        {
            f"{name}_share_{years - 1 - year}": rows.items[:, year, ITEMS.index(name)] / assets[:, year]
            for year in range(years)
            for name in SHARES
        }
    )


def item_features(rows: Rows) -> pd.DataFrame:
    """Return features of raw items and market value for each row, float64.

    Returns
    -------
    DataFrame (n, f)
        ITEM_share (of total assets, last year), ITEM_share_before (the year before), ITEM_share_drift (last
        year less the first of the window); ITEM_growth and ITEM_window_growth (differences of logarithms);
        ITEM_to_market (over market value plus liabilities); log_total_assets, log_market_value and
        log_market_to_liabilities, each also _before; loss_share (of the window's years with a net loss).
    """
    item = {name: rows.items[:, :, i] for i, name in enumerate(ITEMS)}
    log = {name: np.log(np.maximum(item[name], _FLOOR)) for name in GROWN}
    found: dict[str, np.ndarray] = {}
    for name in SHARES:
        share = item[name] / item["total_assets"]
        found[f"{name}_share"] = share[:, -1]
        found[f"{name}_share_before"] = share[:, -2]
        found[f"{name}_share_drift"] = share[:, -1] - share[:, 0]
    for name in GROWN:
        found[f"{name}_growth"] = log[name][:, -1] - log[name][:, -2]
        found[f"{name}_window_growth"] = log[name][:, -1] - log[name][:, 0]
    worth = item["market_value"][:, -1] + item["total_liabilities"][:, -1]
    for name in MARKET:
        found[f"{name}_to_market"] = item[name][:, -1] / worth
    sizes = {
        "total_assets": log["total_assets"],
        "market_value": log["market_value"],
        "market_to_liabilities": log["market_value"] - log["total_liabilities"],
    }
    for name, values in sizes.items():
        found[f"log_{name}"] = values[:, -1]
        found[f"log_{name}_before"] = values[:, -2]
    found["loss_share"] = (item["net_income"] < 0).mean(axis=1)
    return pd.DataFrame(found)
