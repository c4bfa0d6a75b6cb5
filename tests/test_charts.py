"""Charts: marks stand where the figures say, texts come in both languages."""

import re

import numpy as np
import pandas as pd
import pytest

from review.charts import calibration, default_rates, signed, timeline, waterfall
from review.labels import Words

SPLITS = {
    "train": ["2018-03-31", "2019-03-31"],
    "calibration": ["2020-03-31"],
    "test": ["2021-03-31"],
    "horizon_months": 12,
    "label_cutoff_date": "2022-07-31",
}


def elements(svg: str, tag: str, style: str) -> list[dict[str, str]]:
    """Return the attributes of every element of a tag and class."""
    found = [dict(re.findall(r'([\w-]+)="([^"]*)"', part)) for part in re.findall(rf"<{tag}([^>]*)>", svg)]
    return [attributes for attributes in found if style in attributes.get("class", "").split()]


def test_a_window_ends_where_the_next_part_begins() -> None:
    svg = timeline(SPLITS)
    windows = elements(svg, "rect", "window")
    dots = [float(dot["cx"]) for dot in elements(svg, "circle", "asof")]
    assert len(dots) == 4
    ends = [float(rect["x"]) + float(rect["width"]) for rect in windows]
    # train's last window ends on 2020-03-31, calibration's only date; calibration's on test's
    assert ends[0] == pytest.approx(dots[2], abs=0.11)
    assert ends[1] == pytest.approx(dots[3], abs=0.11)
    assert "ラベル締切 2022-07-31" in svg


def test_dates_are_spaced_by_time() -> None:
    dots = [float(dot["cx"]) for dot in elements(timeline(SPLITS), "circle", "asof")]
    # 2018-03-31 to 2019-03-31 has 365 days, to 2020-03-31 another 366
    assert (dots[2] - dots[1]) / (dots[1] - dots[0]) == pytest.approx(366 / 365, abs=2e-3)


@pytest.mark.parametrize("cutoff", [None, "2022-07-31"])
def test_the_dates_of_a_late_part_end_with_its_window(cutoff: str | None) -> None:
    late = {**SPLITS, "train": ["2015-09-30", "2021-03-31"], "test": ["2023-12-31", "2024-09-30"]}
    svg = timeline({**late, "label_cutoff_date": cutoff})
    window = elements(svg, "rect", "window")[-1]
    end = float(window["x"]) + float(window["width"])
    texts = re.findall(r"<text([^>]*)>2023-12-31 – 2024-09-30", svg)
    assert len(texts) == 2  # in both languages
    assert all(f'x="{end:.1f}"' in part and 'text-anchor="end"' in part for part in texts)
    first = re.search(r"<text([^>]*)>2015-09-30 – 2021-03-31", svg)[1]
    assert "text-anchor" not in first


def test_a_part_without_dates_is_left_out() -> None:
    svg = timeline({**SPLITS, "calibration": [], "label_cutoff_date": None})
    assert "較正</text>" not in svg
    assert "ラベル締切" not in svg


def reliability() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "bin": [1, 2],
            "predicted": [0.05, 0.2],
            "observed": [0.0, 0.2],
            "low": [0.0, 0.1],
            "high": [0.05, 0.2],
        }
    )


def test_observed_and_predicted_share_one_scale() -> None:
    svg = calibration(reliability(), Words("較正", "Calibration"))
    observed = [float(dot["cy"]) for dot in elements(svg, "circle", "observed")]
    predicted = [float(line["y1"]) for line in elements(svg, "line", "predicted")]
    assert observed[1] == predicted[1]  # both 20 %
    # square root: 5 % of a top of 20 % stands half-way between 0 and 20 %
    assert predicted[0] == pytest.approx((observed[0] + observed[1]) / 2, abs=0.11)


def test_a_chart_carries_its_name_for_screen_readers() -> None:
    assert 'role="img" aria-label="較正 / Calibration"' in calibration(
        reliability(), Words("較正", "Calibration")
    )


def test_rates_stand_on_a_linear_scale() -> None:
    days = pd.to_datetime(["2020-03-31", "2020-06-30", "2020-09-30"])
    rates = pd.DataFrame(
        {"as_of_date": days, "rate": [0.0, 0.01, 0.02], "low": 0.0, "high": [0.01, 0.02, 0.04]}
    )
    heights = [float(dot["cy"]) for dot in elements(default_rates(rates), "circle", "observed")]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.11)


def test_rates_of_nothing_but_zero_still_have_an_axis() -> None:
    rates = pd.DataFrame({"as_of_date": [pd.Timestamp("2020-03-31")], "rate": 0.0, "low": 0.0, "high": 0.0})
    assert ">0%</text>" in default_rates(rates)


def test_bars_of_a_waterfall_lead_from_the_base_value_to_the_margin() -> None:
    steps = [
        (Words("現預金", "Cash"), 0.5),
        (Words("売上高", "Sales"), -0.25),
        (Words("純資産", "Equity"), 1.0),
    ]
    svg = waterfall(-4.0, steps)
    up, down = elements(svg, "rect", "raises"), elements(svg, "rect", "lowers")
    begin, end = (float(line["x1"]) for line in elements(svg, "line", "level"))
    widths = [float(rect["width"]) for rect in up], [float(rect["width"]) for rect in down]
    assert sum(widths[0]) - sum(widths[1]) == pytest.approx(end - begin, abs=0.2)  # −4 + 1.25 = −2.75
    assert "−2.75" in svg
    assert svg.index("純資産") < svg.index("現預金") < svg.index("売上高")  # largest first, whatever the sign
    assert "−0.25" in svg
    assert "+1.00" in svg


def test_small_steps_are_summed_up() -> None:
    steps = [(Words(f"項目{i}", f"Item {i}"), 0.1 * (i + 1)) for i in range(11)]
    svg = waterfall(0.0, steps, most=8)
    # the three smallest, .1 + .2 + .3
    assert "その他 3 項目" in svg
    assert "+0.60" in svg
    assert len(elements(svg, "rect", "raises")) == 9


def test_names_are_escaped() -> None:
    svg = waterfall(0.0, [(Words("<b>", "<b>"), 0.1)])
    assert "<b>" not in svg
    assert "&lt;b&gt;" in svg


@pytest.mark.parametrize("value", np.linspace(-2, 2, 9))
def test_signs_are_written_out(value: float) -> None:
    assert signed(value).startswith({-1.0: "−", 0.0: "0", 1.0: "+"}[np.sign(value)])
