"""A firm's books: the ledger, what a month's trade writes into it, and the balance sheet it gives."""

from dataclasses import dataclass

import numpy as np

from simulator.intangibles import write_down
from simulator.moment import Moment
from simulator.terms import agreed
from simulator.trade import Month

AHEAD = 8  # months that payments are scheduled ahead: a term of four, two months late, and the present
BACK = 2  # months that a payable may be put off; a supplier waits no longer
SPREAD = 0.22  # log, of a month's orders by customer and supplier
SHORT_OF_CASH = 0.3  # months of sales, below which stock is let run down
MOST_STOCKED_UP = 0.5  # months of sales that are bought at most beyond what is used up
SOCIAL_SHARE = 0.26  # social insurance, both halves, of what staff cost the firm; paid the month after
# effective rates for a small company to 8 million yen and above (own knowledge, verify)
TAX_LOW, TAX_HIGH, TAX_STEP = 0.225, 0.34, 8e6
SMALL_CLAIM, CLAIM_MONTHS = 0.2, 18  # months of sales that a claim is paid at once to, and instalments beyond
# a year, prefecture and municipality, by capital up to and staff up to 50 and above (法人住民税均等割:
# standard rates of local tax law §52 and §312)
CAPITAL_STEPS, STAFF_STEP = (1e7, 1e8), 50
PER_CAPITA_TAX = np.array([[70_000.0, 140_000.0], [180_000.0, 200_000.0], [290_000.0, 530_000.0]])


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
    idle_land: np.ndarray  # part of it that work does not need
    intangible: np.ndarray
    intangible_parts: np.ndarray  # (n, LIFE) its write-downs of the months to come, a ring by month of life
    investments: np.ndarray
    securities: np.ndarray
    suspense: np.ndarray
    officer_receivable: np.ndarray
    other_current: np.ndarray
    payable: np.ndarray  # (n, 3, BACK + AHEAD): place BACK is due now, lower places are overdue
    delay: np.ndarray  # (n, 3) months by which suppliers are paid late
    other_due: np.ndarray  # 未払金, due the month after
    claims: np.ndarray  # 未払金 too: claims that are paid in instalments
    claim_part: np.ndarray  # their instalment
    wages_unpaid: np.ndarray
    social_due: np.ndarray
    staffs_part: np.ndarray  # of it, held back from pay (預り金)
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
    tax_prepaid: np.ndarray  # income tax paid halfway, until the closing settles it
    income_tax_last: np.ndarray  # of the last closing
    year_net: np.ndarray  # net profit of the running business year
    last_net: np.ndarray  # of the last one


@dataclass(frozen=True)
class Accrued:
    """What the month's trade made: profit and loss lines, and cash on the spot."""

    lines: dict[str, np.ndarray]  # canonical P/L accounts before interest, losses and tax
    cash_sales: np.ndarray
    issued: np.ndarray  # (n, 4) receivables made
    settles_in: np.ndarray  # (n, 4) months until they are received
    term: np.ndarray  # (n, 4) months agreed
    paper: np.ndarray  # (n, 4)
    bought: np.ndarray  # (n, 3) payables made
    bought_term: np.ndarray  # (n, 3)
    bought_paper: np.ndarray  # (n, 3)
    wages: np.ndarray  # to pay out this month


@dataclass(frozen=True)
class Sundries:
    """What a month moves beside trade, whole yen (n,); what is spent was there: who is short leaves it."""

    received: np.ndarray
    spent: np.ndarray
    income: np.ndarray  # non-operating income in the month's books
    interest_income: np.ndarray  # part of it
    scrapped: np.ndarray  # book value of machines that are thrown away
    dividends: np.ndarray


def write_trade(moment: Moment, ledger: Ledger, month: Month, lost: np.ndarray, noise: np.ndarray) -> Accrued:
    """Write one month's trade into the ledger (invoices, bills, wages, depreciation); nothing is paid yet.

    `lost` (n, 3) is the share of each main customer's orders that is gone; `noise` (n, 7) normals that
    spread the month's trade over customers and suppliers.
    """
    world, traits, t = moment.world, moment.traits, moment.t
    tax = world.tax[t]
    billed = month.sales + np.rint(month.sales * tax * traits.taxable)
    cash_sales = np.rint(billed * traits.cash_share)
    weight = traits.customer_share * np.exp(SPREAD * noise[:, :4])
    weight[:, :3] *= 1 - lost
    weight /= weight.sum(axis=1, keepdims=True)
    issued = np.rint((billed - cash_sales)[:, None] * weight)
    issued[:, 3] = billed - cash_sales - issued[:, :3].sum(axis=1)
    late = np.zeros((len(traits), 4), dtype=np.int64)
    number, obeys, ends = world.first + t, traits.obeys_at, traits.notes_end
    term, paper = agreed(traits.receivable_term, traits.receivable_paper, obeys[:, 0], ends[:, 0], number)
    bought_term, bought_paper = agreed(
        traits.payable_term, traits.payable_paper, obeys[:, 1], ends[:, 1], number
    )
    due_at = np.minimum(t[:, None] + term[:, :3], len(world.tax) - 1)
    late[:, :3] = world.customer_late[due_at, month.customer]
    settles_in = term + late
    rows, slots = np.arange(len(traits))[:, None], np.arange(4)[None, :]
    ledger.receivable[rows, slots, settles_in] += issued

    live_stock = ledger.stock - ledger.dead_stock
    dying = np.rint(live_stock * month.dead_stock)
    ledger.dead_stock += dying
    # who lets others wait, or is short of cash, does not stock up
    held_back = (ledger.delay > 0).any(axis=1) | (ledger.cash < SHORT_OF_CASH * moment.monthly_sales)
    held_back |= ledger.social_arrears + ledger.vat_arrears + ledger.income_tax_arrears > 0
    target = np.where(held_back, np.minimum(month.wanted_stock, live_stock - dying), month.wanted_stock)
    wanted = month.material + 0.4 * (target - (live_stock - dying))
    purchases = np.rint(np.maximum(wanted, month.material - (live_stock - dying)))
    most = np.rint(month.material + MOST_STOCKED_UP * moment.monthly_sales)
    purchases = np.clip(purchases, 0.0, np.maximum(most, 0.0))
    ledger.stock += purchases - month.material
    invoiced = purchases + month.outsourcing
    invoiced_tax = np.rint(invoiced * tax)
    mix = traits.supplier_share * np.exp(SPREAD * noise[:, 4:7])
    bought = np.rint((invoiced + invoiced_tax)[:, None] * (mix / mix.sum(axis=1, keepdims=True)))
    bought[:, 2] = invoiced + invoiced_tax - bought[:, :2].sum(axis=1)
    ledger.payable[rows, np.arange(3)[None, :], BACK + bought_term] += bought

    other_tax = np.rint(month.other * tax)
    ledger.other_due += month.other + other_tax
    _owe_claims(moment, ledger, month.one_off)
    # tax on what exempt sales need is a cost (控除対象外消費税), taken by the share of all sales
    not_back = np.rint((invoiced_tax + other_tax) * (1 - traits.taxable))
    ledger.vat += (billed - month.sales) - (invoiced_tax + other_tax - not_back)
    personnel = month.staff_pay + month.officer_pay
    social = np.rint(personnel * SOCIAL_SHARE)
    ledger.social_due += social
    depreciation = np.rint(ledger.depreciable * traits.depreciation_rate / 12)
    ledger.depreciable -= depreciation
    written_down = write_down(ledger.intangible_parts, moment.k)
    ledger.intangible = ledger.intangible - written_down

    workshop = np.rint(month.staff_pay * traits.factory_share)
    machines = np.rint(depreciation * traits.factory_share)
    cost_of_sales = month.material + month.outsourcing + workshop + machines
    admin = personnel - workshop + (depreciation - machines) + written_down + month.other + not_back
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
    return Accrued(
        lines,
        cash_sales,
        issued,
        settles_in,
        term,
        paper,
        bought,
        bought_term,
        bought_paper,
        personnel - social,
    )


def _owe_claims(moment: Moment, ledger: Ledger, new: np.ndarray) -> None:
    """Let what a blow costs fall due: small sums in the next month, large ones in instalments."""
    at_once = new <= SMALL_CLAIM * moment.monthly_sales
    part = np.minimum(ledger.claims, ledger.claim_part)
    ledger.claims += np.where(at_once, 0.0, new) - part
    ledger.other_due += np.where(at_once, new, 0.0) + part
    ledger.claim_part = np.where(at_once, ledger.claim_part, np.ceil(ledger.claims / CLAIM_MONTHS))


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


def write_off(
    moment: Moment,
    ledger: Ledger,
    lines: dict[str, np.ndarray],
    *,
    interest: np.ndarray,
    fees: np.ndarray,
    gain: np.ndarray,
    sundries: Sundries,
) -> dict[str, np.ndarray]:
    """Complete the month's profit and loss before tax: what lenders take, what was sold, write-offs.

    `fees` (n,) are for guarantees, `gain` (n,) is over the books of assets sold.
    """
    # who would rather not show it leaves dead stock in the books at its old value
    written = np.where(moment.closes & (moment.traits.honesty > 0.35), ledger.dead_stock, 0.0)
    bad = np.where(moment.closes, ledger.bad_receivable, 0.0)
    ledger.bad_receivable -= bad
    ledger.dead_stock -= written
    ledger.stock -= written
    loss = lines["extraordinary_loss"] + bad + written + np.maximum(-gain, 0.0) + sundries.scrapped
    return lines | {
        "nonoperating_income": lines["nonoperating_income"] + sundries.income,
        "interest_income": sundries.interest_income,
        "nonoperating_expenses": interest + fees,
        "interest_expense": interest,
        "extraordinary_income": np.maximum(gain, 0.0),
        "extraordinary_loss": loss,
    }


def per_capita_tax(capital: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """Return the yearly tax that is owed whatever a firm earns (n,), yen.

    Examples
    --------
    >>> per_capita_tax(np.array([1e7, 1.1e7, 1.1e7]), np.array([50, 50, 51])).tolist()
    [70000.0, 180000.0, 200000.0]
    """
    return PER_CAPITA_TAX[np.searchsorted(CAPITAL_STEPS, capital), (heads > STAFF_STEP).astype(int)]


def close_month(
    moment: Moment, ledger: Ledger, lines: dict[str, np.ndarray], lift: np.ndarray, heads: np.ndarray
) -> dict[str, np.ndarray]:
    """Carry the month's profit on, with taxes at a year's end; `lift` (n,) is dressing's, and taxed.

    Beside the lines it returns `tax_settled`, the part of the tax that was paid halfway.
    """
    operating = lines["sales"] - lines["cost_of_sales"] - lines["selling_general_admin"]
    ordinary = operating + lines["nonoperating_income"] - lines["nonoperating_expenses"]
    pretax = ordinary + lines["extraordinary_income"] - lines["extraordinary_loss"]
    taxes, settled = _book_taxes(moment, ledger, pretax, lift, per_capita_tax(ledger.capital, heads))
    ledger.retained = ledger.retained + pretax - taxes
    net = ledger.year_net + pretax - taxes
    ledger.last_net = np.where(moment.closes, net, ledger.last_net)
    ledger.year_net = np.where(moment.closes, 0.0, net)
    return lines | {"income_taxes": taxes, "tax_settled": settled}


def _book_taxes(
    moment: Moment, ledger: Ledger, pretax: np.ndarray, lift: np.ndarray, least: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Add to the year's profit, at its end book income tax and fix consumption tax.

    Returns the tax, and what of it was paid halfway already (n,).
    """
    closes = moment.closes
    ledger.year_pretax += pretax
    taxable = ledger.year_pretax + lift - ledger.loss_carried
    # entertainment and the like: the tax office's profit is never quite the books'
    counted = np.where(taxable > 0, taxable + moment.traits.add_back * moment.traits.base_sales, 0.0)
    tax = TAX_LOW * np.minimum(counted, TAX_STEP) + TAX_HIGH * np.maximum(counted - TAX_STEP, 0.0)
    taxes = np.where(closes, np.floor(tax / 100) * 100 + least, 0.0)
    settled = np.where(closes, np.minimum(taxes, ledger.tax_prepaid), 0.0)
    ledger.tax_prepaid -= settled
    ledger.income_tax_due += taxes - settled
    ledger.income_tax_last = np.where(closes, taxes, ledger.income_tax_last)
    ledger.loss_carried = np.where(closes, np.maximum(-taxable, 0.0), ledger.loss_carried)
    ledger.year_pretax = np.where(closes, 0.0, ledger.year_pretax)
    ledger.vat_due += np.where(closes, ledger.vat, 0.0)
    ledger.vat_last_year = np.where(closes, ledger.vat, ledger.vat_last_year)
    ledger.vat = np.where(closes, 0.0, ledger.vat)
    return taxes, settled


def balance_sheet(ledger: Ledger) -> dict[str, np.ndarray]:
    """Return the balances without loans; `receivables` and `payables` are yet to be split by instrument."""
    vat = ledger.vat + ledger.vat_due + ledger.vat_arrears
    receivables = ledger.receivable.sum(axis=(1, 2)) + ledger.bad_receivable
    sheet = {
        "cash_deposits": ledger.cash.copy(),
        "receivables": receivables,
        "securities": ledger.securities,
        "inventories": ledger.stock.copy(),
        "suspense_payments": ledger.suspense + ledger.tax_prepaid,
        "officer_loans_receivable": ledger.officer_receivable,
        # consumption tax to be refunded is an asset
        "other_current_assets": ledger.other_current + np.maximum(-vat, 0.0),
        "depreciable_assets": ledger.depreciable.copy(),
        "land": ledger.land,
        "intangible_assets": ledger.intangible,
        "investments": ledger.investments,
    }
    sheet["total_assets"] = sum(sheet.values())
    deposits = np.floor(ledger.staffs_part * ledger.social_due)
    return sheet | {
        "payables": ledger.payable.sum(axis=(1, 2)),
        "accounts_payable_other": ledger.other_due + ledger.claims,
        "other_current_liabilities": deposits,
        "accrued_expenses": ledger.social_due
        - deposits
        + ledger.social_arrears
        + ledger.wages_unpaid
        + ledger.interest_unpaid,
        "income_taxes_payable": ledger.income_tax_due + ledger.income_tax_arrears,
        "consumption_taxes_payable": np.maximum(vat, 0.0),
        "officer_loans_payable": ledger.owner_loan.copy(),
        "capital": ledger.capital,
        "retained_earnings": ledger.retained.copy(),
    }
