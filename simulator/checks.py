"""Who finds window dressing while the firm lives: a check by a bank or an adviser, once a year."""

import numpy as np

from simulator.credit import Standing
from simulator.draws import uniforms
from simulator.dressing import NEVER, Dressing
from simulator.layers import VERSIONS
from simulator.moment import Moment

# a year: it grows with the layer's share of assets and with versions that may meet (project defaults: most is
# found late or never)
FOUND, FOUND_BY_SHARE, FOUND_BY_VERSIONS, MOST_FOUND = 0.01, 0.25, 0.05, 0.35
CHECKED_FROM = 6  # months after the year's end: by then most closings are in


def check(moment: Moment, dressing: Dressing, standing: Standing, k: int) -> None:
    """Let somebody look closely at dressed books; where the layer is found, trust is gone.

    Parameters
    ----------
    dressing, standing
        Changed in place.
    k : int
        Month of the firms' lives.
    """
    d = dressing
    since = (moment.world.month_of_year[moment.t[d.who]] - moment.traits.year_end[d.who]) % 12
    month = CHECKED_FROM + np.floor((12 - CHECKED_FROM) * d.u[:, 8])
    row = np.flatnonzero((since == month) & (d.share > 0) & (d.found < 0) & ~moment.protected[d.who])
    if len(row) == 0:
        return
    firm = d.who[row]
    versions = d.balance[row][:, VERSIONS].sum(axis=1) > 0
    chance = np.minimum(FOUND + FOUND_BY_SHARE * d.share[row] + FOUND_BY_VERSIONS * versions, MOST_FOUND)
    u = uniforms(moment.world.seed, "dressing found", moment.traits.number[firm], 1, month=k)[:, 0]
    d.found[row] = np.where(u < chance, k, NEVER)
    standing.distrusted[firm] |= u < chance
