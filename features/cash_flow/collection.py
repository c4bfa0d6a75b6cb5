"""How late claims are paid, by counterparty, in months after the month they fall due.

Open items are censored: how late they will be is not known yet, only that they are later than now. So the
share that is paid in each month is estimated by Kaplan and Meier's product: of the items that were still open
so many months after the due month, and were watched in that one, how many were paid in it (the hazard).
A counterparty with few items says little: its hazard is drawn to the firm's, the firm's to a prior.
"""

import numpy as np

from features.cash_flow.axis import MOST_LAG, NEVER, add_rows
from features.cash_flow.items import Items

LAGS = MOST_LAG + 1  # paid in the due month, or 1 to 6 months after it; later counts as never
WINDOW = 24  # months of due dates that are looked at: a customer's habits change

# Project default until fitted on a portfolio: nine claims in ten are paid in the month they fall due, as
# firms in Japan mostly pay on the day, and the longer one stays open the less likely is the next month to
# bring it. After six months 0.8 % is still open.
PRIOR_HAZARD = (0.9, 0.6, 0.4, 0.3, 0.25, 0.2, 0.2)
# Project default: weight of firm and prior in items at risk. Six monthly invoices, half a year, count as much
# as all the firm's customers together; a year's invoices of one customer as much as the prior.
COUNTERPARTY_POOL = 6.0
FIRM_POOL = 12.0


def count_lags(items: Items, observed: np.ndarray, group: np.ndarray, groups: int) -> tuple[np.ndarray, ...]:
    """Count what was paid and what was at risk at each lag, over items due in the last 24 months.

    Parameters
    ----------
    items : Items
        k items of n firms.
    observed : (n,) int64
        The last month that each firm's ledger speaks of.
    group : (k,) int64
        0 to `groups` − 1.

    Returns
    -------
    paid, at_risk : (groups, 7) float64
        An item is at risk at lag l if month due + l was observed and it was still open when that began.
        Payment before the due month counts as in it.
    """
    last = observed[items.row]
    seen = (items.due <= last) & (items.due > last - WINDOW)
    group, due, settled, last = group[seen], items.due[seen], items.settled[seen], last[seen]
    lag = np.maximum(settled - due, 0)
    end = np.minimum(np.where(settled == NEVER, last - due, lag), MOST_LAG)
    cell, size = group * LAGS + end, groups * LAGS
    left = np.bincount(cell, minlength=size).reshape(groups, LAGS).astype(np.float64)
    is_paid = (settled != NEVER) & (lag <= MOST_LAG)
    paid = np.bincount(cell[is_paid], minlength=size).reshape(groups, LAGS).astype(np.float64)
    return paid, np.cumsum(left[:, ::-1], axis=1)[:, ::-1]


def pooled(paid: np.ndarray, at_risk: np.ndarray, parent: np.ndarray, weight: float) -> np.ndarray:
    """Return hazards (..., 7) drawn to `parent` by `weight` items at risk.

    Raises
    ------
    ValueError
        If `weight` is not positive: without items at risk there would be no hazard.

    Examples
    --------
    >>> pooled(np.array([3.0, 0.0]), np.array([4.0, 0.0]), np.array([0.5, 0.25]), 4.0).tolist()
    [0.625, 0.25]
    >>> pooled(np.array([3.0]), np.array([4.0]), np.array([0.5]), 0.0)
    Traceback (most recent call last):
    ValueError: the weight of the parent must be above 0, not 0.0
    """
    if not weight > 0:
        raise ValueError(f"the weight of the parent must be above 0, not {weight}")
    return (paid + weight * parent) / (at_risk + weight)


def fit_hazards(
    items: Items,
    observed: np.ndarray,
    *,
    prior: np.ndarray | tuple[float, ...] = PRIOR_HAZARD,
    counterparty_pool: float = COUNTERPARTY_POOL,
    firm_pool: float = FIRM_POOL,
) -> np.ndarray:
    """Return the hazard of payment by counterparty and lag.

    Parameters
    ----------
    items : Items
        k items of n firms and g counterparties.
    observed : (n,) int64
        The last month that each firm's ledger speaks of.
    prior : (7,) or (n, 7) float
        Hazards that a firm's are drawn to.
    counterparty_pool, firm_pool : float
        Weights of what stands above, in items at risk.

    Returns
    -------
    (g, 7) float64
        From 0 to 1; column l: of what is open l months after the due month, the share paid in that month.

    Raises
    ------
    ValueError
        If a prior is not a share, or a weight not above 0.

    Notes
    -----
    Kaplan and Meier (1958), with the hazards of a group drawn to its parent's as the mean of a Beta
    distribution with `pool` items' weight. Items count alike, whatever their amounts: doubling all amounts
    changes nothing here.

    Examples
    --------
    >>> from features.panel import Panel
    >>> from features.cash_flow.items import read_sides
    >>> items, _ = read_sides(Panel.empty(["a"], "2025-03-31"))
    >>> fit_hazards(items, np.array([0])).shape
    (0, 7)
    >>> fit_hazards(items, np.array([0]), prior=(0.9, 1.2, 0, 0, 0, 0, 0))
    Traceback (most recent call last):
    ValueError: a prior hazard must lie between 0 and 1, not 1.2
    """
    prior = np.asarray(prior, dtype=np.float64)
    outside = ~((prior >= 0) & (prior <= 1))
    if outside.any():
        raise ValueError(f"a prior hazard must lie between 0 and 1, not {prior[outside][0]}")
    groups = len(items.firm_of)
    paid, at_risk = count_lags(items, observed, items.counterparty, groups)
    of_firm = pooled(
        add_rows(paid, items.firm_of, items.n), add_rows(at_risk, items.firm_of, items.n), prior, firm_pool
    )
    return pooled(paid, at_risk, of_firm[items.firm_of], counterparty_pool)


def shares_of_new(hazard: np.ndarray) -> np.ndarray:
    """Return the share (..., 7) of new claims that is paid at each lag; the rest is not counted on.

    Examples
    --------
    >>> shares_of_new(np.array([0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0]))[:3].tolist()
    [0.5, 0.25, 0.0]
    """
    still_open = np.cumprod(1.0 - hazard, axis=-1)
    before = np.concatenate([np.ones_like(hazard[..., :1]), still_open[..., :-1]], axis=-1)
    return hazard * before


def shares_of_open(hazard: np.ndarray, first_lag: np.ndarray) -> np.ndarray:
    """Return the share of each open claim that is paid in the months to come, given that it is open now.

    Parameters
    ----------
    hazard : (k, 7) float64
        Of each claim's counterparty.
    first_lag : (k,) int64
        Lag of the first month not yet observed: 0 for a claim that is not due yet, 7 and more for one that is
        no longer counted on.

    Returns
    -------
    (k, 7) float64
        Column j: paid j months after that first month.

    Raises
    ------
    ValueError
        If a first lag is negative.

    Examples
    --------
    >>> half = np.full((2, 7), 0.5)
    >>> shares_of_open(half, np.array([0, 5])).round(4).tolist()[1]
    [0.5, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0]
    >>> shares_of_open(half, np.array([0, -1]))
    Traceback (most recent call last):
    ValueError: a claim's first lag must be 0 or more, not -1
    """
    if (first_lag < 0).any():
        raise ValueError(f"a claim's first lag must be 0 or more, not {first_lag.min()}")
    lag = np.minimum(first_lag, LAGS)[:, None] + np.arange(LAGS)
    at = np.take_along_axis(hazard, np.minimum(lag, MOST_LAG), axis=1)
    return shares_of_new(np.where(lag <= MOST_LAG, at, 0.0))
