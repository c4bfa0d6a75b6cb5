"""How far a firm's ratios lie from what is usual for its industry and size (S72)."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from features.norms import gap_to_norms

# the ratios that are compared; norms are fitted on these columns of the feature table
BASES = (
    "sales_growth_pct",
    "op_margin_pct",
    "labor_productivity_yen",
    "net_debt_ebitda_ratio",
    "owc_months",
    "equity_ratio_pct",
    "gross_margin_pct",
    "cash_months",
    "ar_months",
    "inv_months",
    "ap_months",
    "debt_sales_months",
)


def peer_name(base: str) -> str:
    """Return the name of the distance of `base` to its industry's median, in the unit of `base`.

    Examples
    --------
    >>> peer_name("op_margin_pct")
    'op_margin_vs_industry_pct'
    """
    stem, unit = base.rsplit("_", 1)
    return f"{stem}_vs_industry_{unit}"


def compute(
    base: Mapping[str, np.ndarray], industry: np.ndarray, size_class: np.ndarray, norms: pd.DataFrame | None
) -> dict[str, np.ndarray]:
    """Return each base ratio less the median of the firm's industry and size.

    Parameters
    ----------
    base : mapping feature -> (F,) float
        At least the ratios of `BASES`, from the other families.
    industry, size_class : (F,) str
    norms : DataFrame or None
        The table of `features.norms.fit_norms`. None, as while norms are being fitted: all NaN.

    Returns
    -------
    dict name -> (F,) float64
        Named by `peer_name`; a difference in the ratio's own unit, above 0 where the firm lies above.

    Raises
    ------
    ValueError
        If the norms lack one of the ratios, or a firm's industry and size.
    """
    if norms is None:
        return {peer_name(name): np.full(len(base[name]), np.nan) for name in BASES}
    of_feature = dict(tuple(norms.groupby("feature")))
    missing = [name for name in BASES if name not in of_feature]
    if missing:
        raise ValueError(f"norms: no rows for feature {missing[0]!r}; was the table fitted on other ratios?")
    return {
        peer_name(name): gap_to_norms(base[name], industry, size_class, of_feature[name]) for name in BASES
    }
