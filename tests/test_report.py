"""The page: self-contained, escaped, both languages, marked with its source, the same bytes every time."""

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from alerts.reasons import COLUMNS
from review.report import ReportData, render

DAY = pd.Timestamp("2025-03-31")
NAMES = {
    "cash_months": ("S48", "手元流動性", "Cash in months of sales", "months"),
    "equity_ratio_pct": ("S55", "自己資本比率", "Equity ratio", "pct"),
    "sales_yen": ("S46", "売上高", "Sales", "yen"),
    "has_tax_arrears": ("S59", "税金の滞納", "Tax arrears", "flag"),
    "crd_grade": ("S88", "CRD区分（1が最低）", "CRD grade (1 is worst)", "grade"),
    "trial_age_months": ("S12", "直近試算表の経過月数", "Age of the latest trial balance", "months"),
}
TIERS = ("basic", "standard", "advanced")
SCRIPT = "<script>alert(1)</script>"
GRADES = (0.0025, 0.005, 0.01, 0.02, 0.05, 0.10)


def dictionary() -> pd.DataFrame:
    rows = [(name, *about, "basic", 0) for name, about in NAMES.items()]
    return pd.DataFrame(rows, columns=["name", "item", "label_ja", "label_en", "unit", "tier", "monotone"])


def record(
    tier: str, split: str, model: str, metric: str, value: float, spread: float, n: int, k: int
) -> dict:
    head = {"benchmark": "portfolio", "data": "simulator", "tier": tier, "split": split, "model": model}
    figures = {"metric": metric, "value": value, "low": value - spread, "high": value + spread}
    return head | figures | {"n": n, "positives": k, "reference": None}


def evaluation() -> list[dict]:
    rng = np.random.default_rng(3)
    values = {"auc": 0.81, "pr_auc": 0.17, "brier": 0.0161, "calibration_slope": 0.94}
    values |= {f"precision_at_{k}pct": 0.3 / k for k in (1, 3, 5)}
    values |= {f"recall_at_{k}pct": 0.1 * k for k in (1, 3, 5)}
    records = []
    for tier in TIERS:
        for split, n, k in (("out_of_time", 4120, 71), ("out_of_time_and_firm", 830, 14)):
            for model in ("lightgbm", "logistic", "altman_z2", "crd_grade", "prior"):
                for metric, value in values.items():
                    if model == "prior" and metric == "calibration_slope":
                        continue  # a constant has no slope
                    value *= 1 - 0.1 * rng.random()
                    records.append(record(tier, split, model, metric, value, value / 10, n, k))
            records.append(record(tier, split, "lightgbm", "lead_time_months", 7.5, 1.2, k, k // 2))
    for pair in ("standard − basic", "advanced − basic", "advanced − standard"):
        for metric, value in (("auc", 0.021), ("pr_auc", 0.013), ("brier", -0.0004)):
            records.append(record("all", "out_of_time_advanced_firms", pair, metric, value, 0.01, 812, 17))
    return records


def portfolio(firms: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return made-up firms with their features; the first bears a script for a name."""
    ids = [SCRIPT, *(f"{number:08d}" for number in range(2, firms + 1))]
    tier = rng.choice(["none", *TIERS], firms, p=[0.06, 0.4, 0.34, 0.2])
    values = pd.DataFrame({"firm_id": ids, "tier": tier})
    values.loc[0, "tier"] = "advanced"
    industries = ["0201", "0306", "0404", "0501", "0601", "0801", "1004", "unknown"]
    values["industry"] = rng.choice(industries, firms)
    values["size_class"] = rng.choice(["small", "medium"], firms, p=[0.8, 0.2])
    values["cash_months"] = rng.gamma(2.0, 0.8, firms)
    values["equity_ratio_pct"] = rng.normal(18, 22, firms)
    values["sales_yen"] = np.round(np.exp(rng.normal(18.2, 1.0, firms)))
    values["has_tax_arrears"] = (rng.random(firms) < 0.08).astype(float)
    values["crd_grade"] = rng.integers(1, 10, firms).astype(float)
    values["trial_age_months"] = np.where(rng.random(firms) < 0.4, np.nan, rng.integers(0, 6, firms))
    return values


def scored(values: pd.DataFrame, tier: str) -> dict[str, pd.DataFrame]:
    """Return the scored tables of one tier: contributions are a plain function of the features."""
    part = values[values["tier"].isin(TIERS[TIERS.index(tier) :])]
    given = np.column_stack([
        0.9 - 0.5 * part["cash_months"], 0.03 * (18 - part["equity_ratio_pct"]),
        0.1 - part["sales_yen"] / 1e9, 1.1 * part["has_tax_arrears"] - 0.08,
        0.2 * (5 - part["crd_grade"]), 0.3 * part["trial_age_months"].isna(),
    ])  # fmt: skip
    given[part["firm_id"] == SCRIPT] = [2.3, 0.8, 0.2, 1.0, -0.3, 0.1]  # the riskiest of all
    margin = -4.4 + given.sum(axis=1)
    probability = 1 / (1 + np.exp(-margin))
    key = {"as_of_date": DAY, "firm_id": part["firm_id"].to_numpy(), "alert": "default", "tier": tier}
    scores = pd.DataFrame(key | {
        "is_shown": (part["tier"] == tier).to_numpy(), "margin": margin, "base_value": -4.4,
        "probability": probability, "grade": np.array(list("ABCDEFG"))[np.digitize(probability, GRADES)],
        "model_version": "3f2a90c1", "data_version": "8c1d77aa",
    })  # fmt: skip
    long = pd.concat([
        pd.DataFrame(key | {"feature": name, "contribution": column.astype("float32")})
        for name, column in zip(NAMES, given.T, strict=True)
    ])  # fmt: skip
    long["feature"] = pd.Categorical(long["feature"], categories=list(NAMES))
    reasons = pd.concat([
        pd.DataFrame(key | {
            "rank": place, "item": item, "contribution": 0.4 / place, "feature": name, "value": 0.8,
            "value_year_before": 1.6, "industry_median": 1.9, "direction": "raises",
            "text_ja": f"{ja}は0.8か月と、1年前の1.6か月から減少し、同業種・同規模の中央値1.9か月を下回る。",
            "text_en": f"{en}: 0.8 months, down from 1.6 months a year before.",
        })[list(COLUMNS)]
        for place, (name, (item, ja, en, _)) in enumerate(list(NAMES.items())[:4], start=1)
    ])  # fmt: skip
    long = long.sort_values(["firm_id", "feature"], kind="stable")
    return {"scores": scores, "contributions": long, "reasons": reasons}


def deciles() -> pd.DataFrame:
    table = pd.DataFrame({"bin": range(1, 11), "n": 400, "predicted": np.geomspace(0.001, 0.12, 10)})
    table["positives"] = [0, 1, 1, 2, 2, 6, 9, 16, 35, 57]
    table["observed"] = table["positives"] / table["n"]
    half = 1.96 * np.sqrt((table["observed"] + 0.002) / table["n"])
    table["low"], table["high"] = (table["observed"] - half).clip(0), table["observed"] + half
    return pd.concat([table.assign(tier=tier, split="out_of_time", model="lightgbm") for tier in TIERS])


def made_up(firms: int = 60, **changes: object) -> ReportData:
    """Return everything a page shows, made up."""
    rng = np.random.default_rng(7)
    values = portfolio(firms, rng)
    parts = [scored(values, tier) for tier in TIERS]
    cohorts = pd.date_range("2017-03-31", "2023-12-31", freq="QE")
    label = np.where(rng.random((len(cohorts), firms)) < 0.02, 1.0, 0.0)
    label[rng.random(label.shape) < 0.05] = np.nan
    iso = [f"{day:%Y-%m-%d}" for day in cohorts]
    data = ReportData(
        source="simulator",
        as_of_date=DAY,
        data_report={"tables": {
            "firms": counted(firms, {"duplicate": 2}, {"industry": {"rows": 7, "codes": {SCRIPT: 7}}}),
            "statements": counted(firms * 40, {"total_assets: not liabilities and net assets": 31}),
            "notes": counted(0) | {"present": False},
            "arrears": counted(0),
        }},
        labels=pd.DataFrame({"as_of_date": np.repeat(cohorts, firms), "label": label.ravel()}),
        splits={"train": iso[:13], "calibration": iso[16:20], "test": iso[23:], "horizon_months": 12,
                "label_cutoff_date": "2025-03-31"},
        evaluation=evaluation(),
        reliability=deciles(),
        **{name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]},
        values=values,
        dictionary=dictionary(),
        exposure=pd.Series(np.round(rng.gamma(1.5, 8e6, firms)), index=values["firm_id"]),
        versions={"model (basic)": "3f2a90c1", "data": "8c1d77aa"},
        shap_rows=100,
        dependence_plots=1,
    )  # fmt: skip
    return replace(data, **changes)


def counted(rows: int, reasons: dict | None = None, unknown: dict | None = None) -> dict:
    """Return one table's part of a data report."""
    first = "2015-03-31" if rows else None
    bad = sum((reasons or {}).values())
    return {
        "present": True, "files": 1, "rows_in": rows, "kept": rows - bad, "quarantined": bad,
        "reasons": reasons or {}, "first_known_date": first, "last_known_date": first and "2025-03-31",
        "unknown_levels": unknown or {}, "absent_columns": [], "ignored_columns": [],
    }  # fmt: skip


class Reader(HTMLParser):
    """Collect what a page refers to, its headings and table headers, and whether tags are balanced."""

    EMPTY = frozenset({"meta", "link", "br", "line", "rect", "circle", "polyline", "path", "use", "image"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.outside: list[str] = []
        self.headings: list[str] = []
        self.ids: list[str] = []
        self.bare_headers = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        found = dict(attrs)
        self.outside += [v for k, v in attrs if k in ("src", "href", "xlink:href", "action", "data")
                         and not v.startswith(("#", "data:"))]  # fmt: skip
        self.ids += [found["id"]] if "id" in found else []
        self.bare_headers += tag == "th" and "scope" not in found
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append(tag)
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def page() -> str:
    return render(made_up())


@pytest.fixture(scope="module")
def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_the_page_needs_nothing_from_outside(page: str, read: Reader) -> None:
    assert read.outside == []
    assert not re.search(r"@import|url\((?!#)", page)  # url(#…) is a clip path of the page itself
    assert set(re.findall(r"https?://[^\s\"<]+", page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_tags_are_balanced_ids_unique_and_headings_in_order(read: Reader) -> None:
    assert read.open == []
    assert len(read.ids) == len(set(read.ids))
    levels = [int(tag[1]) for tag in read.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
    assert read.bare_headers == 0


def test_a_firm_named_like_a_script_is_text(page: str) -> None:
    assert SCRIPT not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count("<script") == 1  # the language switch


def test_the_same_data_give_the_same_bytes(page: str) -> None:
    assert render(made_up()) == page


def test_every_section_says_that_the_portfolio_is_simulated(page: str) -> None:
    sections = page.split("<section ")[1:]
    assert len(sections) == 8
    assert all("模擬データ" in section and "Simulated data" in section for section in sections)
    assert "模擬データ — 本ページの事業者・金額・デフォルトはすべてシミュレーション" in page


def test_a_public_set_is_named_and_a_users_own_tables_are_not_called_anything() -> None:
    american = render(made_up(source="american", currency="dollar"))
    assert american.count("公開データ（米国上場企業）") >= 8
    assert "千ドル" in american
    assert "模擬データ" not in american
    own = render(made_up(source="folder"))
    assert "模擬データ" not in own
    assert 'class="banner"' not in own


def test_both_languages_are_there_and_japanese_is_shown_first(page: str) -> None:
    assert '<html lang="ja" data-lang="ja">' in page
    assert page.count('class="ja" lang="ja"') == page.count('class="en" lang="en"') > 200
    assert 'html[data-lang="ja"] .en, html[data-lang="en"] .ja { display: none; }' in page


def test_the_riskiest_firm_comes_first_with_reasons_and_a_breakdown(page: str) -> None:
    flags = page[page.index('id="flags"') : page.index('id="cases"')]
    cases = page[page.index('id="cases"') : page.index('id="validation"')]
    assert flags.index("&lt;script&gt;") < flags.index("00000")
    assert flags.count("<tr>") - 1 == 50 or flags.count("<tr>") - 1 == len(made_up().scores.query("is_shown"))
    assert cases.count("<article") == 10
    # contributions 2.3 + .8 + .2 + 1.0 − .3 + .1 = 4.1 on a base of −4.4
    first = cases[cases.index("<article") : cases.index("</article>")]
    assert "−4.40" in first
    assert "−0.30" in first
    assert "+2.30" in first


def cash_and_notes(make_projections: Callable[..., pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return projections, notes and signals of the riskiest firm alone."""
    day = pd.Timestamp("2025-02-20")
    note = {"note_id": "N1", "firm_id": SCRIPT, "known_date": day, "date": day, "author_role": "tax_adviser",
            "channel": "visit", "text": "<i>社保を滞納</i>との噂。"}  # fmt: skip
    signal = {"note_id": "N1", "firm_id": SCRIPT, "known_date": day, "signal": "Q6", "polarity": -1,
              "modality": "hearsay", "start": 3.0, "end": 8.0, "confidence": 0.8}  # fmt: skip
    return {
        "projections": make_projections(SCRIPT, day=f"{DAY:%Y-%m-%d}"),
        "notes": pd.DataFrame([note]),
        "note_signals": pd.DataFrame([signal]),
    }


def test_cash_ahead_and_notes_stand_beside_the_breakdown(
    make_projections: Callable[..., pd.DataFrame],
) -> None:
    page = render(made_up(**cash_and_notes(make_projections)))
    cases = page[page.index('id="cases"') : page.index('id="validation"')]
    first, *others = cases.split("<article")[1:]
    # 30 − 5 a month from March: below 0 after seven months, October 2025
    assert "中央の見通し（P50）では2025年10月末に資金が不足する" in first
    assert "cash runs short by the end of October 2025" in first
    assert "資金ショート予想月 2025-10" in first
    assert first.count('<tr class="total">') == 6
    assert '&lt;i&gt;<mark class="bad">社保を滞納</mark>' in first
    assert 'data-ja="↓ 税・社保（伝聞）"' in first
    assert "（24か月以内の1件のうち1件。兆しを読み取ったもの（全1件）を先に示す）" in first
    assert all("資金の見通しを立てられるだけの資料がない" in other for other in others)
    assert all("24か月以内の記録はない" in other for other in others)
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert reader.bare_headers == 0
    assert page.count('class="ja" lang="ja"') == page.count('class="en" lang="en"')
    levels = [int(tag[1]) for tag in reader.headings]
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))


def test_without_the_tables_the_page_speaks_of_no_cash_and_no_notes(
    page: str, make_projections: Callable[..., pd.DataFrame]
) -> None:
    tables = cash_and_notes(make_projections)
    empty = {name: frame.head(0) for name, frame in tables.items()}
    assert render(made_up(**empty)) == page
    assert render(made_up(notes=tables["notes"])) == page  # nobody has read them
    assert "資金の見通し" not in page
    assert '<ul class="notes">' not in page


def test_figures_of_the_validation_tables(page: str) -> None:
    part = page[page.index('id="validation"') : page.index('id="calibration"')]
    assert "n = 4,120" in part
    assert "1.72%" in part  # 71 of 4,120
    assert part.count("LightGBM（本モデル）") == 6  # three tiers, two splits
    assert "高度 − 簡易" in part
    assert "+0.0210" in part


def test_the_block_of_reschedulings_counts_reschedulings_and_ties_are_explained() -> None:
    records = [record("basic", "out_of_time_rescheduling", "lightgbm", "auc", 0.7, 0.05, 4000, 60)]
    part = render(made_up(evaluation=records))
    part = part[part.index('id="validation"') : part.index('id="calibration"')]
    assert "条件変更率" in part
    assert "reschedulings" in part
    assert "デフォルト率" not in part
    assert "同点の先が上位の境目にまたがるとき" in part
    assert "Where a tie lies across the edge" in part


def test_a_tier_without_a_model_is_named_and_an_empty_grade_has_its_row() -> None:
    data = made_up()
    is_advanced = data.scores["tier"] == "advanced"
    firms = data.scores.loc[is_advanced, "firm_id"]
    scores = data.scores[~is_advanced]
    falls = scores["firm_id"].isin(firms) & (scores["tier"] == "standard")
    scores = scores.assign(is_shown=scores["is_shown"] | falls)
    scores["grade"] = scores["grade"].replace("A", "B")
    page = render(replace(data, scores=scores))
    part = page[page.index('id="portfolio"') : page.index('id="flags"')]
    row = re.search(r"高度</span>.*?</tr>", part, re.DOTALL)[0]
    assert "モデルなし" in row
    assert f'<td class="n">{len(firms)}</td>' in row
    assert row.endswith('<td class="n">0</td></tr>')
    assert part.count("モデルなし") == 1
    assert '<tr><th scope="row">A</th><td class="n">0</td><td class="n">0.0%</td>' in part
    assert "高度" not in page[page.index('id="flags"') : page.index('id="validation"')]


def test_counts_of_the_data_report(page: str) -> None:
    part = page[page.index('id="data"') :]
    assert "total_assets：負債・純資産の合計と一致しない" in part
    assert "受け取っていない" in part
    assert "1.29%" in part  # 31 of 2,400 statements


def test_a_portfolio_without_guarantees_labels_or_quarantine_still_renders() -> None:
    data = made_up()
    bare = replace(
        data,
        exposure=pd.Series(dtype="float64"),
        labels=data.labels.head(0),
        reliability=data.reliability.head(0),
        evaluation=[],
        data_report={"tables": {"firms": counted(60)}},
    )
    text = render(bare)
    assert "保証残高" not in text
    assert "検証記録がない" in text
    assert "隔離した行はない" in text


def test_the_page_stays_small_with_thousands_of_firms() -> None:
    text = render(made_up(5000, shap_rows=1500, dependence_plots=4))
    assert len(text.encode()) < 3e6
    assert text.count("<tr>") < 400


def test_an_unknown_source_is_refused() -> None:
    with pytest.raises(KeyError, match="no words for the source 'lottery'"):
        render(made_up(source="lottery"))
