"""The small things of a month that no model needs and every real book has: premiums, advances, odd income."""

import numpy as np

from simulator.books import Ledger, Sundries
from simulator.intangibles import renewal, spread
from simulator.moment import Moment
from simulator.shocks import CAUSE, Drive

DRAWS, NORMALS = 16, 13  # numbers a month and firm: normals but for the last three, used as uniforms
RETIRES = 0.30  # share of years in which worn-out machines are scrapped


def sundry_month(
    moment: Moment,
    ledger: Ledger,
    drive: Drive,
    sunk: np.ndarray,
    eased: np.ndarray,
    z: np.ndarray,
    u: np.ndarray,
) -> Sundries:
    """Move suspense, other assets, the officer's account and insurances on by a month.

    Parameters
    ----------
    moment : Moment
    ledger : Ledger
        Changed in place, cash excepted.
    drive : Drive
        What is sunk into a venture counts among its damages.
    sunk : (n,) yen
        What the owner would put into a venture, if it is there.
    eased : (n,) bool
        Rescheduled: nobody pays dividends then.
    z, u : (n, NORMALS), (n, DRAWS)
        Normals and the uniforms they come from; each is used in one of the two forms only.
    """
    traits, base = moment.traits, moment.traits.base_sales
    spare = np.maximum(ledger.cash - traits.buffer * moment.monthly_sales, 0.0) * ~moment.closing
    since = (moment.world.month_of_year[moment.t] - traits.year_end) % 12
    thin = moment.yearly_margin < -0.01
    # an owner whose pay was cut draws on the firm, and pays back when it earns
    # who lends to the firm himself draws nothing on it
    draws_on_firm = traits.draws_on_firm * (ledger.owner_loan == 0)
    drawn = np.where(thin, 0.0008, np.where(moment.yearly_margin > 0.03, -0.0015, 0.0)) * base
    moves = {
        "suspense": _towards(ledger.suspense, traits.suspense_share * base, 0.3, z[:, 0]),
        "other_current": _towards(ledger.other_current, traits.other_current_share * base, 0.15, z[:, 1]),
        "officer_receivable": np.rint(np.maximum(drawn * draws_on_firm, -0.03 * ledger.officer_receivable)),
        "investments": np.rint(traits.premium * base / 12),
    }
    received, spent = np.zeros(len(base)), np.zeros(len(base))
    for name, change in moves.items():
        change = np.minimum(change, np.floor(spare / 40))
        setattr(ledger, name, getattr(ledger, name) + change)
        received, spent = received + np.maximum(-change, 0.0), spent + np.maximum(change, 0.0)

    sunk = np.minimum(sunk, np.floor(0.7 * spare / 1e5) * 1e5)
    ledger.officer_receivable = ledger.officer_receivable + sunk / 2
    bought = renewal(moment, spare - sunk)
    tax = np.rint(bought * moment.world.tax[moment.t])
    not_back = np.rint(tax * (1 - traits.taxable))
    new = sunk / 2 + bought + not_back
    ledger.intangible = ledger.intangible + new
    spread(ledger.intangible_parts, new, moment.k)
    ledger.vat = ledger.vat - (tax - not_back)
    drive.damage[:, CAUSE["venture"]] += sunk
    spent = spent + sunk + bought + tax

    odd = np.rint(base / 12 * 0.0012 * np.exp(0.9 * z[:, 2]) * (1 + 8 * (u[:, 13] < 0.02)))
    calendar = moment.world.month_of_year[moment.t]
    pays_interest = (calendar == 2) | (calendar == 8)
    interest = np.floor(pays_interest * ledger.cash * moment.world.deposit_rate[moment.t] / 200)
    scrapped = np.where(
        moment.closes & (u[:, 14] < RETIRES), np.rint(0.05 * u[:, 14] / RETIRES * ledger.depreciable), 0.0
    )
    ledger.depreciable = ledger.depreciable - scrapped
    profit = np.maximum(ledger.last_net, 0.0)
    # out of last year's profit, and only where profits were kept at all
    most = np.minimum(np.maximum(ledger.retained, 0.0), spare / 5)
    dividends = np.where((since == 2) & ~eased, np.minimum(traits.payout * profit, most), 0.0)
    dividends = np.floor(dividends / 1e5) * 1e5
    ledger.retained = ledger.retained - dividends
    return Sundries(
        received + odd + interest, spent + dividends, odd + interest, interest, scrapped, dividends
    )


def _towards(value: np.ndarray, home: np.ndarray, spread: np.ndarray | float, z: np.ndarray) -> np.ndarray:
    """Return the step of a balance that comes back to its home level; it never falls below nought."""
    return np.maximum(np.rint(0.25 * (home - value) + spread * home * z), -value)
