"""A firm's case in the terminal: score, reasons with their figures, the way to the next diagnosis."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from alerts.reasons import reasons
from features.dictionary import load_dictionary
from models.contributions import Contributions
from review.case import WIDTH, case_text
from review.terminal import text_width

DAY = pd.Timestamp("2025-03-31")
NAMES = (
    "cash_months",
    "equity_ratio_pct",
    "sales_growth_pct",
    "is_insolvent",
    "equity_ratio_vs_industry_pct",
)
NORMS = pd.DataFrame(
    {"industry": "0201", "size_class": "small", "feature": ["cash_months", "equity_ratio_pct"]}
    | {"median": [1.9, 21.0], "level": ["cell", "cell"]}
)


def tables(firm: str = "00000017", tier: str = "standard") -> dict[str, pd.DataFrame]:
    """Return what scoring writes for one made-up firm: scored as basic and standard, shown as standard."""
    now = pd.DataFrame([[0.8, 5.2, 3.0, 0.0, -15.8]], columns=NAMES)
    now = now.assign(firm_id=firm, industry="0201", size_class="small", tier=tier)
    before = now.assign(cash_months=1.6, equity_ratio_pct=8.1, equity_ratio_vs_industry_pct=-12.9)
    given = Contributions(np.array([[0.9, 0.1, -0.25, -0.05, 0.4]]), np.array([-4.0]), NAMES)
    key = pd.DataFrame({"as_of_date": [DAY], "firm_id": firm, "alert": "default", "tier": "standard"})
    margin = -4.0 + 0.9 + 0.1 - 0.25 - 0.05 + 0.4  # −2.9, as a probability 1 / (1 + e^2.9) = 5.2 %
    score = key.assign(
        is_shown=True, margin=margin, base_value=-4.0, probability=1 / (1 + np.exp(-margin)), grade="D"
    )
    score = score.assign(model_version="3f2a90c1", data_version="8c1d77aa")
    basic = score.assign(tier="basic", is_shown=False, probability=0.031, grade="C")
    long = pd.concat(
        [key.assign(feature=n, contribution=v) for n, v in zip(NAMES, given.values[0], strict=True)]
    )
    return {
        "values": now,
        "scores": pd.concat([basic, score], ignore_index=True),
        "contributions": long.reset_index(drop=True),
        "reasons": reasons(key, given, now, before, NORMS, load_dictionary()),
    }


def test_the_whole_case_in_japanese() -> None:
    text = case_text("00000017", DAY, tables(), language="ja", source="simulator")
    assert text.splitlines()[:10] == [
        "[模擬データ]",
        "事業者      00000017",
        "基準日      2025-03-31",
        "業種・規模  建設業・小規模",
        "診断        通常",
        "確率        5.2%  今後12か月のデフォルト",
        "リスク区分  D",
        "",
        "リスクを高めている理由",
        "  1. 現預金                                   +0.90",
    ]
    assert "現在 0.8か月 | 1年前 1.6か月 | 業種中央値 1.9か月" in text
    # S55 sums to .5; its leader is a distance to the industry: a median beside it would be of another scale
    assert "  2. 自己資本比率                             +0.50" in text
    assert "現在 ▲15.8ポイント | 1年前 ▲12.9ポイント\n" in text
    assert "  売上高増加率                                −0.25" in text
    assert "基準値 −4.00 ＋ 寄与の合計 ＝ マージン −2.90" in text
    assert "簡易          3.1%  C" in text
    assert "通常          5.2%  D  ← 表示" in text
    assert "次の段階    売掛金・買掛金等の期日明細があれば高度診断が可能" in text


def test_the_same_in_english() -> None:
    text = case_text("00000017", DAY, tables(), language="en")
    assert "Probability 5.2%  of default within 12 months" in text
    assert "now 0.8 months | a year before 1.6 months | industry median 1.9 months" in text
    assert "Construction, Small" in text
    assert "模擬" not in text
    assert text.replace("−", "-").replace("←", "<").isascii()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_lines_fit_a_terminal(language: str) -> None:
    lines = case_text("00000017", DAY, tables(), language=language, source="simulator").splitlines()
    assert max(map(text_width, lines)) <= WIDTH


def test_an_item_that_lowers_the_risk_is_no_reason() -> None:
    text = case_text("00000017", DAY, tables(), language="ja")
    given = text[text.index("高めている") : text.index("下げている")]
    assert "売上高増加率" not in given
    assert "純資産額" not in given


def test_a_firm_without_a_score_is_told_why_and_what_would_help() -> None:
    own = tables(tier="none")
    own = own | {name: own[name].head(0) for name in ("scores", "contributions", "reasons")}
    text = case_text("00000017", DAY, own, language="ja")
    assert "この基準日にスコアはない" in text
    assert "決算書または試算表があれば簡易診断が可能" in text


def test_a_tier_without_a_model_is_no_diagnosis() -> None:
    own = tables(tier="advanced")  # what is known allows advanced; standard speaks for the firm
    text = case_text("00000017", DAY, own, modelled=("basic", "standard"))
    assert "診断        通常（情報は高度診断に足りるが、そのモデルがない）\n" in text
    assert "次の段階" not in text
    english = case_text("00000017", DAY, own, language="en", modelled=("basic", "standard"))
    assert "Standard (the information allows Advanced, which has no model)" in english
    assert "Every diagnosis is possible" in case_text("00000017", DAY, own, language="en")


def test_the_next_tier_is_not_promised_where_it_has_no_model() -> None:
    text = case_text("00000017", DAY, tables(), modelled=("basic", "standard"))
    assert "次の段階    高度診断のモデルはまだない" in text
    assert "期日明細" not in text


def test_a_firm_whose_tier_has_no_model_is_not_called_diagnosed() -> None:
    own = tables(tier="basic")
    own = own | {name: own[name].head(0) for name in ("scores", "contributions", "reasons")}
    text = case_text("00000017", DAY, own, modelled=("standard",))
    assert "診断        なし（情報は簡易診断に足りるが、そのモデルがない）" in text
    assert "月次試算表または口座入出金があれば通常診断が可能" in text


def test_cash_ahead_is_said_where_there_is_a_projection(
    make_projections: Callable[..., pd.DataFrame],
) -> None:
    projections = pd.concat([make_projections("00000099", repaid=0.0), make_projections("00000017")])
    text = case_text("00000017", DAY, tables() | {"projections": projections})
    # 30 − 5 a month from January 2026
    assert "資金見通し  予定（約定どおり返済し、新たに借りない場合）では2026年7月末に" in text
    assert max(map(text_width, text.splitlines())) <= WIDTH
    assert "資金見通し" not in case_text("00000017", DAY, tables() | {"projections": projections.head(0)})


def test_what_may_have_come_to_light_since_is_what_was_known() -> None:
    own = tables()
    own["reasons"]["item"] = "S59"
    assert "1年前の把握 1.6か月" in case_text("00000017", DAY, own)
    assert "known a year before 1.6 months" in case_text("00000017", DAY, own, language="en")


def test_a_firm_that_is_not_live() -> None:
    gone = {name: frame.head(0) for name, frame in tables().items()}
    assert "already in default, or has paid off" in case_text("00000017", DAY, gone, language="en")


def test_other_firms_rows_are_passed_over() -> None:
    both = {name: pd.concat([frame, tables("00000099")[name]]) for name, frame in tables().items()}
    assert case_text("00000017", DAY, both) == case_text("00000017", DAY, tables())


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="ja or en, got 'fr'"):
        case_text("00000017", DAY, tables(), language="fr")
