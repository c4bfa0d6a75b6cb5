"""A firm's books: the ledger, what a month's trade writes into it, and the balance sheet it gives."""

from dataclasses import dataclass

import numpy as np

from simulator.moment import Moment
from simulator.trade import Month

AHEAD = 8  # months that payments are scheduled ahead: a term of four, two months late, and the present
BACK = 2  # months that a payable may be put off; a supplier waits no longer
SOCIAL_SHARE = 0.26  # social insurance, both halves, of what staff cost the firm; paid the month after
CORPORATE_TAX = 0.30  # effective rate for a small company; 70,000 yen a year at least (均等割)
LEAST_TAX = 70_000.0


@dataclass
class Ledger:
    """All balances, whole yen in float64; (n,) unless said otherwise; changed month by month."""

    cash: np.ndarray
    receivable: np.ndarray  # (n, 4, AHEAD) by months until it is received
    bad_receivable: np.ndarray  # owed by customers that failed, not yet written off
    stock: np.ndarray
    dead_stock: np.ndarray  # part of stock that will not sell
    depreciable: np.ndarray
    land: np.ndarray
    intangible: np.ndarray
    investments: np.ndarray
    securities: np.ndarray
    suspense: np.ndarray
    officer_receivable: np.ndarray
    other_current: np.ndarray
    payable: np.ndarray  # (n, 3, BACK + AHEAD): place BACK is due now, lower places are overdue
    delay: np.ndarray  # (n, 3) months by which suppliers are paid late
    other_due: np.ndarray  # 未払金
    wages_unpaid: np.ndarray
    social_due: np.ndarray
    social_arrears: np.ndarray
    vat: np.ndarray  # consumption tax of the running year
    vat_due: np.ndarray
    vat_last_year: np.ndarray
    income_tax_due: np.ndarray
    vat_arrears: np.ndarray
    income_tax_arrears: np.ndarray
    interest_unpaid: np.ndarray
    owner_loan: np.ndarray
    owner_loan_opening: np.ndarray
    capital: np.ndarray
    retained: np.ndarray
    year_pretax: np.ndarray  # of the running business year
    loss_carried: np.ndarray


@dataclass(frozen=True)
class Accrued:
    """What the month's trade made: profit and loss lines, and cash on the spot."""

    lines: dict[str, np.ndarray]  # canonical P/L accounts before interest, losses and tax
    cash_sales: np.ndarray
    issued: np.ndarray  # (n, 4) receivables made
    settles_in: np.ndarray  # (n, 4) months until they are received
    bought: np.ndarray  # (n, 3) payables made
    wages: np.ndarray  # to pay out this month


def write_trade(moment: Moment, ledger: Ledger, month: Month, lost: np.ndarray) -> Accrued:
    """Write one month's trade into the ledger (invoices, bills, wages, depreciation); nothing is paid yet.

    `lost` (n, 3) is the share of each main customer's orders that is gone.
    """
    world, traits, t = moment.world, moment.traits, moment.t
    tax = world.tax[t]
    billed = month.sales + np.rint(month.sales * tax)
    cash_sales = np.rint(billed * traits.cash_share)
    weight = traits.customer_share.copy()
    weight[:, :3] *= 1 - lost
    weight /= weight.sum(axis=1, keepdims=True)
    issued = np.rint((billed - cash_sales)[:, None] * weight)
    issued[:, 3] = billed - cash_sales - issued[:, :3].sum(axis=1)
    late = np.zeros((len(traits), 4), dtype=np.int64)
    due_at = np.minimum(t[:, None] + traits.receivable_term[:, :3], len(world.tax) - 1)
    late[:, :3] = world.customer_late[due_at, month.customer]
    settles_in = traits.receivable_term + late
    rows, slots = np.arange(len(traits))[:, None], np.arange(4)[None, :]
    ledger.receivable[rows, slots, settles_in] += issued

    live_stock = ledger.stock - ledger.dead_stock
    dying = np.rint(live_stock * month.dead_stock)
    ledger.dead_stock += dying
    wanted = month.material + 0.25 * (month.wanted_stock - (live_stock - dying))
    purchases = np.rint(np.maximum(wanted, month.material - (live_stock - dying)))
    purchases = np.maximum(purchases, 0.0)
    ledger.stock += purchases - month.material
    invoiced = purchases + month.outsourcing
    invoiced_tax = np.rint(invoiced * tax)
    bought = np.rint((invoiced + invoiced_tax)[:, None] * traits.supplier_share)
    bought[:, 2] = invoiced + invoiced_tax - bought[:, :2].sum(axis=1)
    ledger.payable[rows, np.arange(3)[None, :], BACK + traits.payable_term] += bought

    other_tax = np.rint(month.other * tax)
    ledger.other_due += month.other + other_tax + month.one_off
    ledger.vat += (billed - month.sales) - invoiced_tax - other_tax
    personnel = month.staff_pay + month.officer_pay
    social = np.rint(personnel * SOCIAL_SHARE)
    ledger.social_due += social
    depreciation = np.rint(ledger.depreciable * traits.depreciation_rate / 12)
    ledger.depreciable -= depreciation

    workshop = np.rint(month.staff_pay * traits.factory_share)
    machines = np.rint(depreciation * traits.factory_share)
    cost_of_sales = month.material + month.outsourcing + workshop + machines
    admin = personnel - workshop + (depreciation - machines) + month.other
    lines = {
        "sales": month.sales,
        "cost_of_sales": cost_of_sales,
        "selling_general_admin": admin,
        "nonoperating_income": month.subsidy,
        "extraordinary_loss": month.one_off,
        "depreciation": depreciation,
        "personnel_expenses": personnel,
        "officers_compensation": month.officer_pay,
    }
    return Accrued(lines, cash_sales, issued, settles_in, bought, personnel - social)


def lose_receivables(ledger: Ledger, failed: np.ndarray) -> np.ndarray:
    """Set aside what failed customers owe; returns the amounts (n,), yen."""
    owed = np.where(failed, ledger.receivable[:, :3].sum(axis=2), 0.0).sum(axis=1)
    ledger.receivable[:, :3] *= ~failed[:, :, None]
    ledger.bad_receivable += owed
    return owed


def roll_forward(ledger: Ledger) -> np.ndarray:
    """Move schedules on by one month; returns what customers pay this month (n,)."""
    ledger.receivable[:, :, :-1] = ledger.receivable[:, :, 1:]
    ledger.receivable[:, :, -1] = 0.0
    receipts = ledger.receivable[:, :, 0].sum(axis=1)
    ledger.receivable[:, :, 0] = 0.0
    ledger.payable[:, :, :-1] = ledger.payable[:, :, 1:]
    ledger.payable[:, :, -1] = 0.0
    return receipts


def close_month(
    moment: Moment, ledger: Ledger, lines: dict[str, np.ndarray], interest: np.ndarray
) -> dict[str, np.ndarray]:
    """Complete the month's profit and loss, with write-offs and taxes at a year's end, and carry it on."""
    # who would rather not show it leaves dead stock in the books at its old value
    written = np.where(moment.closes & (moment.traits.honesty > 0.35), ledger.dead_stock, 0.0)
    bad = np.where(moment.closes, ledger.bad_receivable, 0.0)
    ledger.bad_receivable -= bad
    ledger.dead_stock -= written
    ledger.stock -= written
    loss = lines["extraordinary_loss"] + bad + written
    operating = lines["sales"] - lines["cost_of_sales"] - lines["selling_general_admin"]
    pretax = operating + lines["nonoperating_income"] - interest - loss
    taxes = _book_taxes(ledger, pretax, moment.closes)
    ledger.retained = ledger.retained + pretax - taxes
    return lines | {
        "nonoperating_expenses": interest,
        "interest_expense": interest,
        "extraordinary_loss": loss,
        "income_taxes": taxes,
    }


def _book_taxes(ledger: Ledger, pretax: np.ndarray, closes: np.ndarray) -> np.ndarray:
    """Add to the year's profit, at its end book income tax and fix consumption tax; returns the tax (n,)."""
    ledger.year_pretax += pretax
    taxable = ledger.year_pretax - ledger.loss_carried
    taxes = np.where(closes, np.rint(CORPORATE_TAX * np.maximum(taxable, 0.0)) + LEAST_TAX, 0.0)
    ledger.income_tax_due += taxes
    ledger.loss_carried = np.where(closes, np.maximum(-taxable, 0.0), ledger.loss_carried)
    ledger.year_pretax = np.where(closes, 0.0, ledger.year_pretax)
    ledger.vat_due += np.where(closes, ledger.vat, 0.0)
    ledger.vat_last_year = np.where(closes, ledger.vat, ledger.vat_last_year)
    ledger.vat = np.where(closes, 0.0, ledger.vat)
    return taxes


def balance_sheet(ledger: Ledger) -> dict[str, np.ndarray]:
    """Return the balances without loans; `receivables` and `payables` are yet to be split by instrument."""
    vat = ledger.vat + ledger.vat_due + ledger.vat_arrears
    receivables = ledger.receivable.sum(axis=(1, 2)) + ledger.bad_receivable
    sheet = {
        "cash_deposits": ledger.cash.copy(),
        "receivables": receivables,
        "securities": ledger.securities,
        "inventories": ledger.stock.copy(),
        "suspense_payments": ledger.suspense,
        "officer_loans_receivable": ledger.officer_receivable,
        # consumption tax to be refunded is an asset
        "other_current_assets": ledger.other_current + np.maximum(-vat, 0.0),
        "depreciable_assets": ledger.depreciable.copy(),
        "land": ledger.land,
        "intangible_assets": ledger.intangible,
        "investments": ledger.investments,
    }
    sheet["total_assets"] = sum(sheet.values())
    return sheet | {
        "payables": ledger.payable.sum(axis=(1, 2)),
        "accounts_payable_other": ledger.other_due.copy(),
        "accrued_expenses": ledger.social_due
        + ledger.social_arrears
        + ledger.wages_unpaid
        + ledger.interest_unpaid,
        "income_taxes_payable": ledger.income_tax_due + ledger.income_tax_arrears,
        "consumption_taxes_payable": np.maximum(vat, 0.0),
        "officer_loans_payable": ledger.owner_loan.copy(),
        "capital": ledger.capital,
        "retained_earnings": ledger.retained.copy(),
    }
