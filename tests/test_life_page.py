"""The page of a firm's life: the figures it was given, the truth apart, reasons where nothing came."""

import re
import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from intake.accounts import ACCOUNTS
from intake.contracts import contract, empty_table
from review.labels import Words
from review.life import entry, render_index, render_life

FIRM = "00000007"
SPAN = (pd.Timestamp("2019-01-31"), pd.Timestamp("2021-12-31"))


def day(text: str) -> pd.Timestamp:
    """Return a day, NaT for an empty text."""
    return pd.Timestamp(text) if text else pd.NaT


def rows(table: str, *records: dict) -> pd.DataFrame:
    """Return rows of a raw table in its contract's types; a column left out is missing."""
    frame = pd.DataFrame([dict.fromkeys(contract(table).columns) | one for one in records])
    return frame.astype(empty_table(table).dtypes.to_dict())


def statement(kind: str, end: str, known: str, actor: str = "association", **accounts: float) -> dict:
    """Return a statement with the accounts named in thousand yen and nought in all others."""
    given = {name: 1000.0 * value for name, value in accounts.items()}
    months = 12.0 if kind == "annual" else 1.0
    head = {"firm_id": FIRM, "kind": kind, "source_actor": actor, "period_months": months}
    return dict.fromkeys(ACCOUNTS, 0.0) | head | {"period_end": day(end), "known_date": day(known)} | given


def closing(end: str, known: str, actor: str = "association", **accounts: float) -> dict:
    """Return a closing of round figures, changed where accounts are named."""
    usual = {
        "sales": 120_000, "cost_of_sales": 80_000, "gross_profit": 40_000, "operating_profit": 6_000,
        "ordinary_profit": 5_000, "depreciation": 2_000, "cash_deposits": 12_345,
        "accounts_receivable": 20_000, "inventories": 10_000, "accounts_payable": 15_000,
        "long_term_loans": 52_345,
        "total_assets": 100_000, "net_assets": 25_000,
    }  # fmt: skip
    return statement("annual", end, known, actor, **(usual | accounts))


def trials(count: int = 14) -> list[dict]:
    """Return the trial balances of the months from 2020-01 on, sales of 1,001, 1,002, … thousand yen."""
    ends = pd.date_range("2020-01-31", periods=count, freq="ME")
    return [
        statement("trial", f"{end:%Y-%m-%d}", f"{end + pd.Timedelta(days=20):%Y-%m-%d}", sales=1001 + place,
                  ordinary_profit=50, cash_deposits=4000 + place, accounts_receivable=2002)
        for place, end in enumerate(ends)
    ]  # fmt: skip


def item(name: str, side: str, due: str, settled: str, amount: float, party: str, known: str) -> dict:
    """Return a due item issued 31 days before it is due."""
    about = {"item_id": name, "side": side, "counterparty": party, "instrument": "account"}
    dates = {"issued": day(due) - pd.Timedelta(days=31), "due": day(due), "settled_date": day(settled)}
    return {"firm_id": FIRM, "known_date": day(known), "amount": amount} | about | dates


def loan(name: str, known: str, balance: float, guarantee: str | None) -> dict:
    """Return a loan of 24 million yen made in 2018."""
    terms = {"rate_pct": 1.85, "amount": 24e6, "monthly_repayment": 200_000.0, "lender": "bank:0011"}
    dates = {"executed": day("2018-03-31"), "maturity": day("2028-03-31"), "known_date": day(known)}
    return {"loan_id": name, "firm_id": FIRM, "guarantee_id": guarantee, "balance": balance} | terms | dates


def note(text: str, date: str = "2020-05-11", name: str = "N1") -> dict:
    """Return a bank officer's note of a visit."""
    about = {"author_role": "bank_officer", "channel": "visit", "text": text}
    return {"note_id": name, "firm_id": FIRM, "date": day(date), "known_date": day(date)} | about


def raw(*, monthly: bool = True) -> dict[str, pd.DataFrame]:
    """Return the firm's raw tables; without monthly ones it hands in closings only."""
    closings = [closing("2019-12-31", "2020-03-15"), closing("2020-12-31", "2021-03-15", sales=108_000)]
    firm = {"firm_id": FIRM, "known_date": day("2018-12-01"), "industry": "0201", "size_class": "small",
            "prefecture": "27", "established": day("1990-05-05"), "association": "cgc:27",
            "main_bank": "bank:0011", "adviser": None, "consent_scope": "all"}  # fmt: skip
    tables = {
        "firms": rows("firms", firm),
        "headcounts": rows("headcounts", {"firm_id": FIRM, "period_end": day("2020-12-31"),
                                          "known_date": day("2021-03-15"), "employees": 8.0}),
        "statements": rows("statements", *closings, *(trials() if monthly else [])),
        "loans": rows("loans", loan("L1", "2019-01-15", 22_200_000.0, "G1"),
                      loan("L1", "2021-04-15", 16_800_000.0, "G1")),
        "guarantees": rows("guarantees", {
            "guarantee_id": "G1", "firm_id": FIRM, "known_date": day("2019-01-15"), "bank": "bank:0011",
            "scheme": "small_lot", "guaranteed_ratio": 1.0, "amount": 24e6, "balance": 22_200_000.0,
            "executed": day("2018-03-31"), "maturity": day("2028-03-31")}),
        "notes": rows("notes", note("資金繰りに問題なし。")),
        "crd_grades": rows("crd_grades", {"firm_id": FIRM, "graded_on": day("2020-04-01"), "grade": 4.0,
                                          "known_date": day("2020-04-03"), "assigned_by_default": False}),
        "arrears": rows("arrears", {"firm_id": FIRM, "kind": "tax", "from_date": day("2021-02-28"),
                                    "known_date": day("2021-04-10"), "amount": 777_000.0,
                                    "cleared_date": day("")}),
        "events": rows("events",
                       {"firm_id": FIRM, "kind": "rescheduling", "event_date": day("2021-03-31"),
                        "known_date": day("2021-04-20")},
                       {"firm_id": FIRM, "kind": "overdue_90d", "event_date": day("2021-08-29"),
                        "known_date": day("2021-09-10")}),
    }  # fmt: skip
    if monthly:
        tables["account_flows"] = rows("account_flows", *(
            {"firm_id": FIRM, "month": end, "bank": "bank:0011", "known_date": end + pd.Timedelta(days=5),
             "inflow": 9e6, "outflow": 8e6, "end_balance": 5e6, "lowest_balance": 1e6}
            for end in pd.date_range("2020-01-31", periods=14, freq="ME")))  # fmt: skip
        tables["due_items"] = rows(
            "due_items",
            item("R1", "receivable", "2020-03-31", "2020-03-31", 300_000.0, "customer:0001", "2020-04-05"),
            item("R2", "receivable", "2020-03-31", "2020-04-30", 100_000.0, "customer:0002", "2020-05-05"),
            item("P1", "payable", "2020-03-31", "", 250_000.0, "supplier:x", "2020-04-05"),
        )
    return tables


def true() -> dict[str, pd.DataFrame]:
    """Return a truth: the second closing was dressed by 7 million yen of stock, and the firm failed."""
    shown = closing("2020-12-31", "2021-03-15", sales=108_000)
    really = shown | {"inventories": 3e6, "ordinary_profit": -2e6}
    closings = pd.DataFrame([closing("2019-12-31", "2020-03-15"), really])
    lives = {"firm_id": FIRM, "number": 7, "cause": "customer_lost", "first_sign_date": day("2020-09-30"),
             "default_date": day("2021-08-29"), "default_kind": "overdue_90d", "owner_wealth": 3_210_000.0,
             "honesty": 0.125, "stage": 3}  # fmt: skip
    dressing = {"firm_id": FIRM, "period_end": day("2020-12-31"), "kind": "stock_padding",
                "account": "inventories", "balance_yen": 7e6, "profit_yen": 7e6, "shown_to": "all",
                "found_on": day("")}  # fmt: skip
    troubles = {"firm_id": FIRM, "begin_date": day("2020-09-30"), "end_date": day("2021-08-29"),
                "cause": "customer_lost", "outcome": "failed", "months": 11.0, "least_cash_months": 0.25,
                "longest_delay_months": 2.0, "most_arrears_yen": 987_000.0}  # fmt: skip
    notes = {"note_id": "N1", "firm_id": FIRM, "topic": "Q7", "polarity": 1, "modality": "denied",
             "structure": "plain", "copied": False}  # fmt: skip
    arrears = {"firm_id": FIRM, "kind": "social_insurance", "from_date": day("2021-01-31"),
               "cleared_date": day(""), "most": 654_000.0}  # fmt: skip
    return {
        "truth/lives": pd.DataFrame([lives]),
        "truth/closings": closings[["firm_id", "period_end", *ACCOUNTS]],
        "truth/dressing": pd.DataFrame([dressing]),
        "truth/troubles": pd.DataFrame([troubles]),
        "truth/notes": pd.DataFrame([notes]),
        "truth/arrears": pd.DataFrame([arrears]),
    }


def page(tables: dict[str, pd.DataFrame]) -> str:
    return render_life(tables, FIRM, SPAN)


def text_of(html: str, language: str = "ja") -> str:
    """Return what a reader sees in one language, without styles and drawings."""
    html = re.sub(r"<(style|script|svg|title)\b.*?</\1>", " ", html, flags=re.S)
    other = {"ja": "en", "en": "ja"}[language]
    html = re.sub(rf'<span class="{other}" lang="{other}">.*?</span>', "", html, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def row_of(html: str, words: str) -> list[str]:
    """Return the cells of the first table row whose head reads `words`."""
    for row in re.findall(r"<tr.*?</tr>", html, flags=re.S):
        cells = [text_of(cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", row, flags=re.S)]
        if cells and cells[0] == words:
            return cells[1:]
    raise AssertionError(f"no row {words}")


def drawings(html: str) -> list[ET.Element]:
    """Return every chart as XML, which also proves that it is well-formed."""
    return [ET.fromstring(svg) for svg in re.findall(r'<svg class="chart".*?</svg>', html, flags=re.S)]


def test_the_tables_print_the_figures_they_were_given() -> None:
    html = page(raw())
    assert row_of(html, "売上高")[:2] == ["120,000", "108,000"]
    assert row_of(html, "現金及び預金")[:2] == ["12,345", "12,345"]
    # 108,000 ÷ 120,000 − 1; 6,000 ÷ 120,000; (52,345 − 12,345) ÷ (6,000 + 2,000); 25,000 ÷ 100,000
    assert row_of(html, "① 売上増加率 ％") == ["–", "−10.0"]
    assert row_of(html, "② 営業利益率 ％")[0] == "5.0"
    assert row_of(html, "③ 労働生産性 千円/人") == ["–", "750"]  # 6,000 thousand yen by 8 people
    assert row_of(html, "④ EBITDA有利子負債倍率 倍")[0] == "5.0"
    assert (
        row_of(html, "⑤ 営業運転資本回転期間 か月")[0] == "1.5"
    )  # (20 + 10 − 15) million ÷ 10 million a month
    assert row_of(html, "⑥ 自己資本比率 ％")[0] == "25.0"
    # the last twelve of fourteen months: sales of 1,003 to 1,014
    assert [row_of(html.split('id="trials"')[1], "売上高")[place] for place in (0, -1)] == ["1,003", "1,014"]
    seen = text_of(html)
    for figure in ("2021-08 90日延滞", "建設業・小規模", "大阪府", "小口零細企業保証 1件 22,200 千円",
                   "24,000,000", "16,800,000", "資金繰りに問題なし。", "777", "CRD区分"):  # fmt: skip
        assert figure in seen, figure


def test_relief_shows_what_was_to_be_paid_what_was_and_the_cash_there_was() -> None:
    tables = raw()
    assert "毎月返済 千円 – → – 、現預金（月商） 4.0" in text_of(page(tables))  # no balance after it yet
    after = loan("L1", "2021-10-15", 16_500_000.0, "G1")
    # a loan in grace is no part of it, nor one that is repaid in one sum
    graced = loan("L2", "2021-04-15", 9e6, None) | {"grace_until": day("2022-03-31")}
    short = loan("L3", "2021-04-15", 3e6, None) | {"monthly_repayment": 0.0}
    others = [
        one | {"known_date": day(known)} for one in (graced, short) for known in ("2021-04-15", "2021-10-15")
    ]
    tables["loans"] = pd.concat([tables["loans"], rows("loans", after, *others)])
    # it failed in August: what becomes of its loans from then on is no repayment
    assert "毎月返済 千円 – → – 、現預金（月商） 4.0" in text_of(page(tables))
    tables["events"] = tables["events"].replace({day("2021-08-29"): day("2022-02-28")})
    # 16.8 − 16.5 million from March to September are 50 thousand a month instead of 200;
    # 4,013 of cash by sales of 1,003 + … + 1,014 = 12,102 a year: 4,013 ÷ 1,008.5 = 3.98 months
    assert "毎月返済 千円 200 → 50 、現預金（月商） 4.0" in text_of(page(tables))
    assert "Monthly, JPY thousand 200 → 50 ; cash, months of sales 4.0" in text_of(page(tables), "en")
    # a firm of which only closings come: 12,345 by 108,000 ÷ 12, known by the closing of December
    assert "現預金（月商） 1.4" in text_of(page(raw(monthly=False)))


def test_counterparties_show_shares_terms_and_what_is_late() -> None:
    html = page(raw())
    # of 400 thousand yen, 300 on the day; the other 100 a month after; the supplier's 250 never
    assert row_of(html, "売上債権") == [
        "customer:0001",
        "掛",
        "1",
        "300",
        "75.0%",
        "31",
        "0.0%",
        "–",
        "0",
        "2020-02 – 2020-02",
    ]
    late = row_of(html.replace("customer:0001", "").split("75.0%")[1], "売上債権")
    assert late[4:8] == ["25.0%", "31", "100.0%", "30"]
    assert row_of(html, "仕入債務")[6:9] == ["100.0%", "35", "250"]  # open 35 days after, when last heard


def test_without_truth_nothing_of_it_is_on_the_page_and_with_it_what_was_shown_stays() -> None:
    plain, told = page(raw()), page(raw() | true())
    assert "真実" not in text_of(plain)
    assert 'class="true"' not in plain
    assert row_of(plain, "棚卸資産") == row_of(told, "棚卸資産") == ["10,000", "10,000"]
    box = text_of(re.search(r'<section class="truth".*?</section>', told, flags=re.S)[0])
    for words in ("主要販売先の喪失", "2020-09-30", "10.9 か月前", "3,210", "0.12", "破綻", "0.25", "987",
                  "在庫の水増し", "棚卸資産 7,000", "社会保険料", "654"):  # fmt: skip
        assert words in box, words
    rows = re.findall(r'<tr class="true">.*?</tr>', told, flags=re.S)
    assert [text_of(row).split() for row in rows] == [["真実", "−2,000"], ["真実", "3,000"]]
    assert "他行・資金 1 否定" in text_of(told)
    outside = told.replace(re.search(r'<section class="truth".*?</section>', told, flags=re.S)[0], "")
    assert "主要販売先の喪失" not in text_of(outside)


def test_the_cause_of_a_spell_and_of_the_failure_say_when_they_were_looked_at() -> None:
    tables = true()
    # the customer turned away at the beginning; at the end the owner's illness cost more
    tables["truth/lives"] = tables["truth/lives"].assign(cause="owner")
    html = page(raw() | tables)
    told = {
        "ja": ("破綻の原因（終わりの時点） 代表者の病気・承継", "始まりの原因", "主要販売先の喪失",
               "長い苦境では異なる"),
        "en": ("Cause of failure (at the end) The owner", "Cause at its beginning", "Main customer lost",
               "they may differ"),
    }  # fmt: skip
    for language, words in told.items():
        box = text_of(re.search(r'<section class="truth".*?</section>', html, flags=re.S)[0], language)
        for one in words:
            assert one in box, one
    without = page(raw() | tables | {"truth/troubles": tables["truth/troubles"][:0]})
    assert "長い苦境では異なる" not in text_of(without)


def test_truth_marks_dots_only_where_a_closing_was_shown_otherwise() -> None:
    found = [
        len([one for one in svg.iter() if one.get("class") == "true"])
        for svg in drawings(page(raw() | true()))
    ]
    # lanes, sales, profit, cash, flows, loans, turnover (stock), arrears, delays
    assert found == [0, 0, 1, 0, 0, 0, 1, 0, 0]


def test_an_annual_only_firm_is_drawn_and_says_why_the_rest_is_missing() -> None:
    html = page(raw(monthly=False))
    seen = text_of(html)
    for words in ("試算表の提出がない先", "口座情報の共有がない先", "債権・債務の期日情報がない先",
                  "試算表の提出はない。", "期日情報の提供はない。", "外部フラグはない。",
                  "決算書のみ（第1段階）"):  # fmt: skip
        assert words in seen, words
    # sales, profit, cash, turnover by closings; loans, arrears; lanes: flows and delays are words alone
    assert len(drawings(html)) == 7
    assert len(re.findall(r'<p class="empty">', html.split('id="closings"')[0])) == 2


def test_a_firm_of_which_nothing_is_known_but_its_name_has_a_page_of_reasons() -> None:
    html = page({"firms": raw()["firms"]})
    assert len(drawings(html)) == 1  # the lanes, empty but for their names
    assert len(re.findall(r'<p class="empty">', html)) == 18
    assert "継続中" in text_of(html)


def test_the_page_shows_last_versions_and_names_where_a_bank_got_other_books() -> None:
    tables = raw()
    corrected = closing("2020-12-31", "2021-05-01", sales=107_000)
    other = closing("2020-12-31", "2021-03-20", "bank:0011", sales=107_000, long_term_loans=40_000)
    tables["statements"] = pd.concat([tables["statements"], rows("statements", corrected, other)])
    html = page(tables)
    assert row_of(html, "売上高")[:2] == ["120,000", "107,000"]
    assert row_of(html, "2020-12") == ["bank:0011", "長期借入金", "52,345", "40,000"]


def test_other_firms_change_nothing() -> None:
    tables = raw() | true()
    others = {name: frame.assign(firm_id="00000008") for name, frame in tables.items()}
    both = {name: pd.concat([others[name], frame], ignore_index=True) for name, frame in tables.items()}
    assert page(both) == page(tables)


def test_texts_are_escaped_and_the_page_needs_nothing_from_outside() -> None:
    script = '<script>alert("x")</script>'
    tables = raw()
    tables["notes"] = rows("notes", note(script))
    tables["firms"] = tables["firms"].assign(main_bank=script)
    html = page(tables)
    assert script not in html
    assert "&lt;script&gt;alert" in html
    drawings(html)
    assert not re.search(r'(?:src|href)="(?!#)', html)
    assert html == page(tables)


def test_all_charts_share_one_calendar() -> None:
    years = []
    for svg in drawings(page(raw() | true())):
        years.append([(one.text, one.get("x")) for one in svg.iter() if one.get("class") == "tick"
                      and re.fullmatch(r"20\d\d", one.text or "")])  # fmt: skip
    assert len(years) == 9
    assert all(one == years[0] for one in years)
    assert [year for year, _ in years[0]] == ["2019", "2020", "2021"]


def test_english_is_there_for_every_word_outside_notes() -> None:
    seen = text_of(page(raw() | true()), "en")
    assert re.findall(r"[ぁ-んァ-ヶー一-龠]+", seen) == ["ロカベン", "資金繰りに問題なし"]


def test_an_unknown_firm_is_refused() -> None:
    with pytest.raises(ValueError, match="table firms has no firm '00000009'"):
        render_life(raw(), "00000009", SPAN)


def test_the_index_links_each_page_with_one_line() -> None:
    line = entry(raw() | true(), FIRM, page="a.html", role=Words("粉飾", "Dressed"))
    html = render_index([line], seed=5, rule=Words("規則", "A rule"))
    assert '<a href="a.html">00000007</a>' in html
    assert "建設業・小規模、大阪府、8 → 8 人、2021-08 90日延滞、原因（真実）：主要販売先の喪失" in text_of(
        html
    )
    assert "規則" in html
