"""The page: self-contained, escaped, both languages, marked with its source, the same bytes every time."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from alerts.reasons import COLUMNS
from review.report import ReportData, explanation_of, metric_figure, render

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


def dictionary() -> pd.DataFrame:
    rows = [(name, *about, "basic", 0) for name, about in NAMES.items()]
    return pd.DataFrame(rows, columns=["name", "item", "label_ja", "label_en", "unit", "tier", "monotone"])


def evaluation() -> list[dict]:
    rng = np.random.default_rng(3)
    records = []
    for tier in TIERS:
        for split, n, positives in (("out_of_time", 4120, 71), ("out_of_time_and_firm", 830, 14)):
            for model in ("lightgbm", "logistic", "altman_z2", "crd_grade", "prior"):
                values = {"auc": 0.81, "pr_auc": 0.17, "brier": 0.0161, "calibration_slope": 0.94}
                values |= {f"precision_at_{k}pct": 0.3 / k for k in (1, 3, 5)}
                values |= {f"recall_at_{k}pct": 0.1 * k for k in (1, 3, 5)} | {"lead_time_months": 7.5}
                if model in ("altman_z2", "crd_grade"):
                    del values["brier"], values["calibration_slope"]
                for metric, value in values.items():
                    value *= 1 - 0.1 * rng.random()
                    spread = {"low": value * 0.9, "high": value * 1.1}
                    records.append({"benchmark": "yocho", "data": "simulator", "tier": tier, "split": split}
                                   | {"model": model, "metric": metric, "value": value} | spread
                                   | {"n": n, "positives": positives, "reference": None})  # fmt: skip
    return records


def made_up(firms: int = 60, **changes) -> ReportData:
    """Return a portfolio of made-up firms, the first of which bears a script for a name."""
    rng = np.random.default_rng(7)
    ids = np.array([SCRIPT, *(f"{number:08d}" for number in range(2, firms + 1))])
    values = pd.DataFrame({"firm_id": ids, "tier": rng.choice(["none", *TIERS], firms, p=[0.06, 0.4, 0.34, 0.2])})
    values.loc[0, "tier"] = "advanced"
    values["industry"] = rng.choice(["0201", "0306", "0404", "0501", "0601", "0801", "1004", "unknown"], firms)
    values["size_class"] = rng.choice(["small", "medium"], firms, p=[0.8, 0.2])
    values["cash_months"] = rng.gamma(2.0, 0.8, firms)
    values["equity_ratio_pct"] = rng.normal(18, 22, firms)
    values["sales_yen"] = np.round(np.exp(rng.normal(18.2, 1.0, firms)))
    values["has_tax_arrears"] = (rng.random(firms) < 0.08).astype(float)
    values["crd_grade"] = rng.integers(1, 10, firms).astype(float)
    values["trial_age_months"] = np.where(rng.random(firms) < 0.4, np.nan, rng.integers(0, 6, firms))

    scores, contributions, reasons = [], [], []
    for rank, tier in enumerate(TIERS):
        part = values[values["tier"].isin(TIERS[rank:])]
        given = np.column_stack([
            0.9 - 0.5 * part["cash_months"], -0.03 * (part["equity_ratio_pct"] - 18), 0.2 * rng.normal(size=len(part)),
            1.1 * part["has_tax_arrears"] - 0.08, -0.2 * (part["crd_grade"] - 5), 0.3 * part["trial_age_months"].isna() - 0.1,
        ])  # fmt: skip
        given[part["firm_id"] == SCRIPT] = [1.3, 0.8, 0.2, 1.0, -0.3, 0.1]
        margin = -4.4 + given.sum(axis=1)
        key = {"as_of_date": DAY, "firm_id": part["firm_id"].to_numpy(), "alert": "default", "tier": tier}
        probability = 1 / (1 + np.exp(-margin))
        scores.append(pd.DataFrame(key | {
            "is_shown": (part["tier"] == tier).to_numpy(), "margin": margin, "base_value": -4.4, "probability": probability,
            "grade": np.array(list("ABCDE"))[np.digitize(probability, [0.005, 0.015, 0.04, 0.1])],
            "model_version": "3f2a90c1", "data_version": "8c1d77aa",
        }))  # fmt: skip
        for name, column in zip(NAMES, given.T, strict=True):
            contributions.append(pd.DataFrame(key | {"feature": name, "contribution": column.astype("float32")}))
        for place, (name, about) in enumerate(list(NAMES.items())[:4], start=1):
            reasons.append(pd.DataFrame(key | {
                "rank": place, "item": about[0], "contribution": 0.4 / place, "feature": name, "value": 0.8,
                "value_year_before": 1.6, "industry_median": 1.9, "direction": "raises",
                "text_ja": f"{about[1]}は0.8か月と、1年前の1.6か月から減少し、同業種・同規模の中央値1.9か月を下回る。",
                "text_en": f"{about[2]}: 0.8 months, down from 1.6 months a year before and below the median.",
            })[list(COLUMNS)])  # fmt: skip
    order = pd.concat(contributions, ignore_index=True)
    order["feature"] = pd.Categorical(order["feature"], categories=list(NAMES))
    cohorts = pd.date_range("2017-03-31", "2023-12-31", freq="QE")
    label = np.where(rng.random((len(cohorts), firms)) < 0.02, 1.0, 0.0)
    label[rng.random(label.shape) < 0.05] = np.nan
    deciles = pd.DataFrame({"bin": range(1, 11), "n": 400, "predicted": np.geomspace(0.001, 0.12, 10)})
    deciles["positives"] = (deciles["n"] * deciles["predicted"] * rng.uniform(0.6, 1.4, 10)).round().astype(int)
    deciles["observed"] = deciles["positives"] / deciles["n"]
    half = 1.96 * np.sqrt((deciles["observed"] * (1 - deciles["observed"]) + 0.002) / deciles["n"])
    deciles["low"], deciles["high"] = (deciles["observed"] - half).clip(0), deciles["observed"] + half
    iso = [f"{day:%Y-%m-%d}" for day in cohorts]
    data = ReportData(
        source="simulator",
        as_of_date=DAY,
        data_report={"tables": {
            "firms": table_counts(firms, {"duplicate key": 2}, {"industry": 7, "size_class": 0}),
            "statements": table_counts(firms * 40, {"unbalanced": 31, "amount 1000 times the firm's other statements": 4}, {}),
            "arrears": table_counts(0, {}, {}),
        }},
        labels=pd.DataFrame({"as_of_date": np.repeat(cohorts, firms), "firm_id": np.tile(ids, len(cohorts)),
                             "label": label.ravel()}),
        splits={"train": iso[:13], "calibration": iso[16:20], "test": iso[23:], "horizon_months": 12,
                "label_cutoff_date": "2025-03-31"},
        evaluation=evaluation(),
        reliability=pd.concat([deciles.assign(tier=tier, split=split, model="lightgbm") for tier in TIERS
                               for split in ("out_of_time", "out_of_time_and_firm")], ignore_index=True),
        scores=pd.concat(scores, ignore_index=True),
        contributions=order.sort_values(["tier", "firm_id", "feature"], kind="stable", ignore_index=True),
        reasons=pd.concat(reasons, ignore_index=True),
        values=values,
        dictionary=dictionary(),
        exposure=pd.Series(np.round(rng.gamma(1.5, 8e6, firms)), index=ids),
        versions={"model (basic)": "3f2a90c1", "data": "8c1d77aa"},
        shap_rows=300,
        top_flags=50,
    )  # fmt: skip
    return replace(data, **changes)


def table_counts(rows: int, quarantined: dict, unknown: dict) -> dict:
    first = "2015-03-31" if rows else None
    return {
        "rows": rows, "kept": rows - sum(quarantined.values()), "quarantined": quarantined, "unknown": unknown,
        "first_known_date": first, "last_known_date": first and "2025-03-31",
    }  # fmt: skip
