"""Choosing lives by the truth, and the command that draws them."""

import re

import pandas as pd
import pytest
from typer.testing import CliRunner

from intake.contracts import EVENT_KINDS, PREFECTURES
from pipelines.cli import app
from pipelines.lives import choose
from review.labels import codes
from simulator.credit import SCHEMES
from simulator.layers import KINDS
from simulator.notes.visits import CHANNELS, ROLES
from simulator.shocks import CAUSES

run = CliRunner().invoke


def lives(*rows: tuple) -> pd.DataFrame:
    """Return truth/lives of (number, trial balances, cause, first sign, default), months in 2020."""
    columns = ["number", "trial_months", "cause", "first_sign_date", "default_date"]
    frame = pd.DataFrame(rows, columns=columns)
    for name in ("first_sign_date", "default_date"):
        ends = [None if pd.isna(month) else f"2020-{month:02.0f}-15" for month in frame[name]]
        frame[name] = pd.to_datetime(pd.Series(ends))
    return frame.assign(firm_id=[f"{number:08d}" for number in frame["number"]])


def truth(frame: pd.DataFrame, *, passed: dict[int, int] | None = None, dressed: tuple = ()) -> dict:
    """Return the truth of `frame`, with months of spells that passed and the numbers that dressed."""
    spells = [(f"{number:08d}", months, "passed") for number, months in (passed or {}).items()]
    return {
        "truth/lives": frame,
        "truth/troubles": pd.DataFrame(spells, columns=["firm_id", "months", "outcome"]),
        "truth/dressing": pd.DataFrame({"firm_id": [f"{number:08d}" for number in dressed]}, dtype="str"),
    }


PORTFOLIO = lives(
    (20, 132, "demand", 1, 9),
    (3, 23, "owner", 1, 9),  # failed, but a month too few was handed in
    (4, 24, "demand", 2, 9),  # before 20 by number
    (5, 24, "wages", 9, 9),  # its sign came in the month of default
    (6, 132, "material", None, 9),  # no sign at all, after 5 by number
    (7, 24, None, None, None),
    (8, 24, None, None, None),
    (9, 132, None, None, None),
    (10, 24, None, None, None),
    (11, 24, None, None, None),
    (12, 24, "owner", 3, 9),
    (13, 24, "stock", 3, 9),
    (14, 24, "quality", 3, 9),
    (15, 24, "staff", 3, 9),
    (16, 24, "accident", 3, 9),
)


def test_the_first_by_number_that_fits_takes_each_role() -> None:
    found = choose(
        truth(PORTFOLIO, passed={7: 11, 8: 12, 9: 30, 10: 15, 11: 40, 16: 20}, dressed=(4, 11, 12))
    )

    assert found == [
        (4, "failed", "demand"), (12, "failed", "owner"), (13, "failed", "stock"), (14, "failed", "quality"),
        (15, "failed", "staff"),  # five causes are enough: 16 is not drawn
        (8, "recovered", ""), (9, "recovered", ""), (10, "recovered", ""),  # eleven months are not long
        (11, "dressed", ""),  # 4 is drawn already
        (5, "unsigned", "wages"),
    ]  # fmt: skip


def test_the_order_of_the_rows_does_not_matter() -> None:
    passed, dressed = {8: 12, 9: 30}, (11,)
    shuffled = PORTFOLIO.sample(frac=1, random_state=1)

    assert choose(truth(shuffled, passed=passed, dressed=dressed)) == choose(
        truth(PORTFOLIO, passed=passed, dressed=dressed)
    )


def test_a_spell_that_did_not_pass_is_no_recovery() -> None:
    told = truth(PORTFOLIO, passed={8: 12})
    told["truth/troubles"] = told["truth/troubles"].assign(outcome="open")

    assert "recovered" not in [role for _, role, _ in choose(told)]


def test_ten_lives_are_drawn_with_an_index_that_links_them(tmp_path) -> None:
    options = ["--firms", "250", "--months", "72", "--seed", "3", "--workers", "1"]
    said = run(app, ["lives", "--out", str(tmp_path), *options])

    assert said.exit_code == 0, said.output
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    linked = re.findall(r'href="(\d{8}\.html)"', index)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*linked, "index.html"])
    assert len(linked) == len(set(linked)) >= 5
    for page in linked:
        text = (tmp_path / page).read_text(encoding="utf-8")
        assert f"</span> {page[:8]}</h1>" in text
        assert "真実（審査では見えない）" in text


def test_a_firm_is_drawn_by_its_number(tmp_path) -> None:
    said = run(app, ["lives", "--out", str(tmp_path), "--number", "1", "--months", "36", "--seed", "3"])

    assert said.exit_code == 0, said.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000001.html", "index.html"]


def test_where_nobody_fits_the_command_says_so() -> None:
    with pytest.raises(ValueError, match="none of 1 firms failed, recovered or dressed its books: simulate"):
        choose(truth(PORTFOLIO[PORTFOLIO["number"] == 7]))


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("event", EVENT_KINDS),
        ("scheme", [name for name in SCHEMES if name != "none"]),
        ("cause", CAUSES),
        ("dressing", KINDS),
        ("role", ROLES),
        ("channel", CHANNELS),
        ("prefecture", PREFECTURES),
    ],
)
def test_every_code_that_a_life_can_meet_has_words(kind: str, known: tuple) -> None:
    assert set(known) <= set(codes(kind))
