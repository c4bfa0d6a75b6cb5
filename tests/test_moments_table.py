"""The table of moments: every figure has its rule, every rule its source or reason, and verdicts follow."""

import numpy as np
import pytest

from pipelines.moments.figures import Figure, correlation, mean, median, ranking, rate, share
from pipelines.moments.table import TRUST, Row, is_passed, judge, lines, load_table, rule_of

TABLE = load_table()


def test_every_rule_has_a_unit_a_mark_of_trust_and_a_reason():
    assert (TABLE[["moment", "scope", "unit", "trust", "source", "reason"]] != "").all().all()
    assert set(TABLE["trust"]) == set(TRUST)
    assert not TABLE.duplicated(["moment", "scope"]).any()


def test_what_is_not_the_projects_own_choice_names_its_source():
    assert (TABLE.loc[TABLE["trust"] != "project", "source"] != "none").all()


def test_a_tolerance_has_two_ends_and_holds_what_is_published():
    has = TABLE[["low", "high"]].notna()
    assert (has["low"] == has["high"]).all()
    bound = TABLE[has["low"]]
    assert (bound["low"] < bound["high"]).all()
    published = bound[bound["published"].notna()]
    assert len(published) > 10
    assert published["published"].between(published["low"], published["high"]).all()


def test_no_rule_is_hidden_behind_an_earlier_one():
    for place, (moment, scope) in enumerate(zip(TABLE["moment"], TABLE["scope"], strict=True)):
        example = scope.replace("[01]", "1").replace("*", "anything")
        assert rule_of(moment, example, TABLE) == place


def verdict(*figures: tuple[float, float], low=1.0, high=2.0, open="") -> str:
    rule = TABLE.iloc[[0]].assign(moment="m", scope="*", low=low, high=high, open=open)
    return judge([[Figure("m", "s", *figure, 9)] for figure in figures], rule)[0].status


@pytest.mark.parametrize(
    ("figures", "status"),
    [
        ([(1.5, 0.1), (1.9, 0.1), (2.1, 0.1)], "inside"),  # mean 1.83; the third is outside by one error
        ([(1.5, 0.1), (1.5, 0.1), (2.3, 0.1)], "outside"),  # mean 1.77, but the third is outside by three
        ([(2.1, 0.1), (2.1, 0.1), (2.1, 0.1)], "near"),  # mean 2.1, each within two errors
        ([(3.0, 0.1), (3.0, 0.1), (3.0, 0.1)], "outside"),
        ([(1.5, np.nan)], "inside"),  # no error is known: none is allowed for
        ([(2.1, np.nan)], "outside"),
        ([(np.nan, np.nan), (1.5, 0.1)], "inside"),  # a seed that had nothing to measure does not count
        ([(np.nan, np.nan)], "absent"),
    ],
)
def test_verdicts(figures, status):
    assert verdict(*figures) == status


def test_what_the_table_explains_is_open_and_what_has_no_tolerance_is_shown():
    assert verdict((3.0, 0.1), open="the reason") == "open"
    assert verdict((1.5, 0.1), open="the reason") == "inside"
    assert verdict((3.0, 0.1), low=np.nan, high=np.nan) == "shown"


@pytest.mark.parametrize(
    ("statuses", "passed"),
    [
        (["inside", "open", "shown"], True),
        (["inside", "near"], False),
        (["inside", "outside"], False),
        (["inside", "absent"], False),
    ],
)
def test_the_check_passes_when_all_is_inside_or_named(statuses, passed):
    rows = [Row("m", "s", None, 1.0, 2.0, 1.5, 1.4, 1.6, 0.1, 9, status) for status in statuses]
    assert is_passed(rows) is passed


def test_a_published_figure_of_the_portfolios_own_weights_wins():
    scope = "2021-22, op_margin_pct"
    figures = [[Figure("mean of cells' medians", scope, 1.0, np.nan, 9, own)] for own in (2.0, 4.0)]
    assert judge(figures)[0].published == 3.0


def test_lines_mark_what_is_not_inside():
    rows = judge([[Figure("wave", "x", 2.0, 0.1, 9)], [Figure("default rate", "2019", 9.0, 0.1, 9)]])
    head, inside, outside = lines(rows)
    assert head.split()[:2] == ["moment", "scope"]
    assert inside.startswith("        wave")
    assert outside.startswith("OUTSIDE default rate")
    assert "1 to 2.5" in outside


# ── figures ──


def test_a_share_of_nothing_keeps_an_error():
    none = share("m", "s", 0, 100)
    assert (none.value, none.error) == (0.0, pytest.approx(100 * np.sqrt(0.005 * 0.995 / 100)))


def test_a_share_counts_its_error_by_firms():
    assert share("m", "s", 50, 100, firms=25).error == pytest.approx(10.0)


def test_a_rate_of_no_events_has_the_error_of_one():
    assert rate("m", "s", 0, 50.0)[2:4] == (0.0, 2.0)


def test_means_and_medians_leave_out_what_is_missing():
    found = np.array([1.0, np.nan, 3.0])
    assert mean("m", "s", found)[2:5] == (2.0, 1.0, 2)  # standard deviation root 2, over root 2
    assert median("m", "s", np.array([np.nan])).n == 0


def test_a_median_of_a_normal_sample_wanders_by_its_error():
    rng = np.random.default_rng(1)
    samples = rng.normal(size=(400, 200))
    figures = [median("m", "s", sample) for sample in samples]
    assert np.std([figure.value for figure in figures]) == pytest.approx(figures[0].error, rel=0.25)


def test_an_auc_counts_failing_firms_not_rows():
    label = np.array([0, 0, 1, 1])
    risk = np.array([1.0, np.inf, 2.0, 3.0])
    once = ranking("m", "s", label, risk, np.array(["a", "b", "c", "c"]))
    assert (once.value, once.n) == (0.5, 1)  # above a, below b's infinite risk
    twice = ranking("m", "s", label, risk, np.array(["a", "b", "c", "d"]))
    assert (twice.value, twice.n) == (0.5, 2)
    assert twice.error < once.error


def test_an_auc_wanders_by_its_error():
    rng = np.random.default_rng(1)
    label = np.repeat([0.0, 1.0], [300, 40])
    figures = [
        ranking("m", "s", label, rng.normal(size=340) + label, np.arange(340).astype(str)) for _ in range(200)
    ]
    assert np.std([figure.value for figure in figures]) == pytest.approx(figures[0].error, rel=0.25)


def test_a_rank_correlation_needs_pairs():
    before = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    assert correlation("m", "s", before, -before).value == -1.0
    assert np.isnan(correlation("m", "s", before[:3], before[:3]).value)
