"""The feature table: every feature of the dictionary for every firm of a panel."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from features import (
    account_flows,
    arrears,
    balances,
    closings,
    customers,
    grades,
    guarantees,
    history,
    peers,
    provision,
    qualitative,
    reports,
    trends,
)
from features.cash_flow import family as cash_flow
from features.dictionary import load_dictionary
from features.panel import Panel
from features.tier import tier_of

FAMILIES = (
    balances,
    closings,
    trends,
    account_flows,
    arrears,
    customers,
    guarantees,
    grades,
    history,
    provision,
    reports,
    qualitative,
)
KEYS = ("as_of_date", "firm_id", "tier", "industry", "size_class")


def build_features(
    panel: Panel, norms: pd.DataFrame | None, bands: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the features of every firm of a panel.

    Parameters
    ----------
    panel : Panel
        Of F firms.
    norms : DataFrame or None
        From `features.norms.fit_norms`. None, as while norms are being fitted: distances to them are NaN.
    bands : DataFrame or None
        From `features.cash_flow.bands.fit_bands`. None, as while they are being fitted: the cash to be
        expected is NaN.

    Returns
    -------
    DataFrame (F rows, RangeIndex)
        `as_of_date` (datetime64[ms]), `firm_id`, `tier`, `industry`, `size_class` (str), then every feature
        of the dictionary in its order, float32, in the unit the dictionary says; NaN where not known. A row
        does not depend on which other firms are in the panel.

    Raises
    ------
    ValueError
        If the families do not produce exactly the features of the dictionary, each one number a firm, or one
        of the numbers is infinite; names feature and firm.

    Examples
    --------
    >>> table = build_features(Panel.empty(["a", "b"], "2025-03-31"), None)
    >>> table[["firm_id", "tier"]].to_dict("list"), table["equity_ratio_pct"].tolist()
    ({'firm_id': ['a', 'b'], 'tier': ['none', 'none']}, [nan, nan])
    """
    industry, size_class = (panel.firms[name].to_numpy(dtype=object) for name in ("industry", "size_class"))
    produced: dict[str, np.ndarray] = {}
    for family in FAMILIES:
        _add(produced, family.compute(panel), family.__name__)
    _add(produced, cash_flow.compute(panel, bands), cash_flow.__name__)
    _add(produced, peers.compute(produced, industry, size_class, norms), peers.__name__)
    names = load_dictionary()["name"].tolist()
    keys = {
        "as_of_date": pd.Series(panel.as_of_date, index=range(len(panel)), dtype="datetime64[ms]"),
        "firm_id": pd.Series(panel.firm_ids, dtype="str"),
        "tier": pd.Series(tier_of(panel), dtype="str"),
        "industry": pd.Series(industry, dtype="str"),
        "size_class": pd.Series(size_class, dtype="str"),
    }
    values = pd.DataFrame(_checked(produced, names, panel.firm_ids), columns=names)
    return pd.concat([pd.DataFrame(keys), values], axis=1)


def _add(produced: dict[str, np.ndarray], more: Mapping[str, np.ndarray], family: str) -> None:
    """Add a family's features to those produced so far; none may be there already."""
    for name in more:
        if name in produced:
            raise ValueError(f"feature {name!r}: {family} produces it, and so does another family")
    produced.update(more)


def _checked(produced: Mapping[str, np.ndarray], names: list[str], firm_ids: np.ndarray) -> np.ndarray:
    """Return the produced features (F, names) as float32 in the order of `names`, or say what is wrong."""
    if missing := [name for name in names if name not in produced]:
        raise ValueError(f"the dictionary has features that no family produces: {', '.join(missing)}")
    if unknown := [name for name in produced if name not in set(names)]:
        raise ValueError(f"families produce features that are not in the dictionary: {', '.join(unknown)}")
    values = np.empty((len(firm_ids), len(names)), dtype="float32", order="F")
    for column, name in enumerate(names):
        one = produced[name]
        if one.shape != firm_ids.shape or one.dtype.kind != "f":
            raise ValueError(f"feature {name!r}: {one.dtype} {one.shape} instead of floats {firm_ids.shape}")
        with np.errstate(over="ignore"):  # too large for float32 becomes infinite, and is refused as that
            values[:, column] = one
        if len(bad := np.flatnonzero(np.isinf(values[:, column]))):
            raise ValueError(
                f"feature {name!r}, firm {firm_ids[bad[0]]!r}: {one[bad[0]]} is no finite float32"
            )
    return values
