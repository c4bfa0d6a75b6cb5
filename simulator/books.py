"""A firm's books: the ledger, its opening, what a month's trade writes into it, and the balance sheet it gives."""

from dataclasses import dataclass

import numpy as np

from simulator.draws import uniforms
from simulator.firms import Traits
from simulator.trade import Month
from simulator.world import World

AHEAD = 8  # months that receipts and payments are scheduled ahead: a term of four, two months late, and the present
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
    vat_arrears_now: np.ndarray  # consumption tax among the taxes due this month
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


def open_books(world: World, traits: Traits) -> tuple[Ledger, np.ndarray]:
    """Open every firm's books; returns the ledger and the bank debt still to be placed with lenders (n,)."""
    n, base = len(traits), traits.base_sales
    month = base / 12
    u = uniforms(world.seed, "opening", traits.number, 12)
    tax = world.tax[traits.start]
    billed = np.rint(month * (1 + tax) * (1 - traits.cash_share))
    receivable = np.zeros((n, 4, AHEAD))
    bought = np.rint(month * (traits.material + traits.outsourcing) * (1 + tax))
    payable = np.zeros((n, 3, BACK + AHEAD))
    for term in range(1, 5):
        receivable[:, :, term] = np.where(
            traits.receivable_term >= term, np.rint(billed[:, None] * traits.customer_share), 0.0
        )
        payable[:, :, BACK + term] = np.where(
            traits.payable_term >= term, np.rint(bought[:, None] * traits.supplier_share), 0.0
        )

    def part(size: np.ndarray | float) -> np.ndarray:
        return np.rint(base * size / 1000) * 1000

    zeros = {name: np.zeros(n) for name in (
        "bad_receivable", "dead_stock", "wages_unpaid", "social_arrears", "vat", "vat_due", "vat_last_year",
        "income_tax_due", "vat_arrears", "vat_arrears_now", "income_tax_arrears", "interest_unpaid", "year_pretax", "loss_carried",
    )}  # fmt: skip
    ledger = Ledger(
        cash=part(traits.cash_wanted / 12 * (0.5 + 0.6 * u[:, 0])),
        receivable=receivable,
        stock=np.rint(traits.stock_months * month),
        depreciable=part(traits.depreciable * (0.6 + 0.4 * u[:, 1])),
        land=part(traits.land),
        intangible=part(0.004 * u[:, 2]),
        investments=part(0.10 * u[:, 3] ** 2),
        securities=part(np.where(u[:, 4] < 0.12, 0.03 * u[:, 5], 0.0)),
        suspense=part(0.006 * u[:, 6] ** 2),
        officer_receivable=part(np.where(u[:, 7] < 0.18, 0.06 * u[:, 8], 0.0)),
        other_current=part(0.015 + 0.03 * u[:, 9]),
        payable=payable,
        delay=np.zeros((n, 3), dtype=np.int64),
        other_due=np.rint(month * traits.other * (1 + tax)),
        social_due=np.rint(month * (traits.staff + traits.officers) * SOCIAL_SHARE),
        owner_loan=np.zeros(n),
        owner_loan_opening=np.zeros(n),
        capital=np.maximum(np.rint(np.minimum(base * 0.04, 5e7) * (0.4 + u[:, 10]) / 1e6), 1.0) * 1e6,
        retained=np.zeros(n),
        **zeros,
    )
    assets = balance_sheet(ledger)["total_assets"]
    operating = ledger.payable.sum(axis=(1, 2)) + ledger.other_due + ledger.social_due
    gap = np.maximum(np.rint(assets * (1 - traits.equity_target)) - operating, np.rint(0.6 * month))
    owner = np.rint(gap * traits.owner_loan_share)
    # no bank lends without end: what is more than a year's sales (and the fixed assets) came from the owner
    debt = np.minimum(gap - owner, np.rint(0.9 * base + 0.7 * (ledger.land + ledger.depreciable)))
    ledger.owner_loan = gap - debt
    ledger.owner_loan_opening = ledger.owner_loan.copy()
    ledger.retained = assets - operating - gap - ledger.capital
    return ledger, debt


def write_trade(world: World, traits: Traits, ledger: Ledger, month: Month, lost: np.ndarray, t: np.ndarray) -> Accrued:
    """Write one month's trade into the ledger (invoices, purchases, wages, depreciation); nothing is paid yet."""
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
    """Set aside what failed customers owe; returns the amounts by slot (n, 3)."""
    owed = np.where(failed, ledger.receivable[:, :3].sum(axis=2), 0.0)
    ledger.receivable[:, :3] *= ~failed[:, :, None]
    ledger.bad_receivable += owed.sum(axis=1)
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


def close_year(traits: Traits, ledger: Ledger, is_year_end: np.ndarray) -> dict[str, np.ndarray]:
    """At a year's end write off what is lost and book the tax; returns P/L lines (zero for the others)."""
    bad = np.where(is_year_end, ledger.bad_receivable, 0.0)
    # who would rather not show it leaves dead stock in the books at its old value
    written = np.where(is_year_end & (traits.honesty > 0.35), ledger.dead_stock, 0.0)
    ledger.bad_receivable -= bad
    ledger.dead_stock -= written
    ledger.stock -= written
    loss = bad + written
    return {"extraordinary_loss": loss}


def book_tax(ledger: Ledger, pretax: np.ndarray, is_year_end: np.ndarray) -> np.ndarray:
    """Add the month's pre-tax profit to the year's and book income taxes at its end; returns the taxes (n,)."""
    ledger.year_pretax += pretax
    taxable = ledger.year_pretax - ledger.loss_carried
    taxes = np.where(is_year_end, np.rint(CORPORATE_TAX * np.maximum(taxable, 0.0)) + LEAST_TAX, 0.0)
    ledger.income_tax_due += taxes
    ledger.loss_carried = np.where(is_year_end, np.maximum(-taxable, 0.0), ledger.loss_carried)
    ledger.year_pretax = np.where(is_year_end, 0.0, ledger.year_pretax)
    ledger.vat_due += np.where(is_year_end, ledger.vat, 0.0)
    ledger.vat_last_year = np.where(is_year_end, ledger.vat, ledger.vat_last_year)
    ledger.vat = np.where(is_year_end, 0.0, ledger.vat)
    return taxes


def balance_sheet(ledger: Ledger) -> dict[str, np.ndarray]:
    """Return the balances without loans: canonical accounts plus `receivables`, `payables` still by instrument."""
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
        "accrued_expenses": ledger.social_due + ledger.social_arrears + ledger.wages_unpaid + ledger.interest_unpaid,
        "income_taxes_payable": ledger.income_tax_due + ledger.income_tax_arrears,
        "consumption_taxes_payable": np.maximum(vat, 0.0),
        "officer_loans_payable": ledger.owner_loan.copy(),
        "capital": ledger.capital,
        "retained_earnings": ledger.retained.copy(),
    }
