"""A firm's life on one page, to be read critically: what the institution saw, and the truth apart from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from intake.contracts import DEFAULT_KINDS
from review import life_charts, life_events
from review.formats import bilingual, number, percent
from review.labels import Words, label
from review.life_books import bank_versions, closings_grid, trial_grid
from review.life_credit import counterparties, loans, reliefs
from review.life_facts import day, ends, facts, truth
from review.life_frames import Frames, end_of, firm_frames, latest
from review.life_panel import calendar
from review.sources import source_words

NO_ROLE = Words("", "")
LATE_MONTHS = 3  # trial balances older than this at the end are said to have stopped coming


def render_life(
    frames: Mapping[str, pd.DataFrame],
    firm_id: str,
    span: tuple[pd.Timestamp, pd.Timestamp],
    *,
    why: Words = NO_ROLE,
    index: str = "",
) -> str:
    """Return one firm's page.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Raw tables by name, and ``truth/...`` tables; other firms' rows are passed over, missing tables are
        taken as empty and named on the page.
    firm_id : str
    span : (first day, last day)
        What the portfolio reports; the charts begin earlier where closings do.
    why : Words
        Why this firm was chosen, if it was.
    index : str
        Address of the page that lists the firms, if there is one.

    Returns
    -------
    str
        HTML without any reference to the outside; the same tables give the same bytes.

    Raises
    ------
    ValueError
        If table firms has no such firm.

    Examples
    --------
    >>> from intake.contracts import empty_table
    >>> days = (pd.Timestamp("2015-01-31"), pd.Timestamp("2025-12-31"))
    >>> render_life({"firms": empty_table("firms")}, "00000017", days)
    Traceback (most recent call last):
    ValueError: table firms has no firm '00000017'
    """
    own = firm_frames(frames, firm_id)
    end = end_of(own, DEFAULT_KINDS)
    until = min(end[0], span[1]) if end else span[1]
    rules = life_charts.rules(own)
    closings = own["statements"].loc[own["statements"]["kind"].eq("annual").to_numpy(), "period_end"]
    days = calendar(min([span[0], *closings]), span[1])
    return _environment().get_template("life.html").render(
        firm_id=firm_id,
        why=why,
        index=index,
        source=source_words("simulator"),
        style=_style(),
        script=_script(),
        ends=ends(own),
        facts=facts(own, until),
        truth=truth(own),
        lanes=life_events.lanes(own, days, rules),
        lane_legend=life_events.legend(own),
        rules=_kinds(rules),
        charts=life_charts.charts(own, days),
        closings=closings_grid(own),
        trials=trial_grid(own, until),
        last_month=f"{until - pd.DateOffset(months=LATE_MONTHS):%Y-%m}",
        versions=bank_versions(own),
        loans=loans(own),
        reliefs=reliefs(own),
        counterparties=counterparties(own),
        notes=notes(own),
        tables=own,
        arrears=latest(own["arrears"], "kind", "from_date"),
    )  # fmt: skip


def _kinds(rules: Sequence) -> list[tuple[str, Words]]:
    """Return the style and words of each kind of rule once."""
    return list(dict.fromkeys((rule.style, rule.words) for rule in rules))


def notes(frames: Frames) -> list[dict]:
    """Return the notes in order of date, each with what it truly said where ``truth/notes`` knows."""
    true = frames["truth/notes"]
    said = {row["note_id"]: row for row in true.to_dict("records")} if len(true) else {}
    rows = latest(frames["notes"], "note_id").sort_values(["date", "note_id"], kind="stable")
    return [row | {"true": said.get(row["note_id"])} for row in rows.to_dict("records")]


@dataclass(frozen=True)
class Entry:
    """One line of the index."""

    page: str
    firm_id: str
    role: Words
    line: Words


def entry(frames: Mapping[str, pd.DataFrame], firm_id: str, *, page: str, role: Words) -> Entry:
    """Return a firm's line: industry, place, size, how it ended, and the cause where the truth names one."""
    own = firm_frames(frames, firm_id)
    parts = [fact.lines[0] for fact in facts(own, pd.Timestamp.max)[:3]] + [ends(own)]
    cause = own["truth/lives"]["cause"].dropna() if len(own["truth/lives"]) else []
    if len(cause):
        words = label("cause", cause.iloc[0])
        parts.append(Words(f"原因（真実）：{words.ja}", f"cause (truth): {words.en}"))
    line = Words("、".join(one.ja for one in parts), ", ".join(one.en for one in parts))
    return Entry(page, firm_id, role, line)


def render_index(entries: Sequence[Entry], *, seed: int, rule: Words) -> str:
    """Return the page that lists the firms drawn, each with one line, and says by what rule."""
    return _environment().get_template("life_index.html").render(
        entries=entries, seed=seed, rule=rule,
        source=source_words("simulator"), style=_style(), script=_script(),
    )  # fmt: skip


def _style() -> Markup:
    here = files("review")
    return Markup(
        "".join(here.joinpath(name).read_text(encoding="utf-8") for name in ("report.css", "life.css"))
    )


def _script() -> Markup:
    return Markup(files("review").joinpath("report.js").read_text(encoding="utf-8"))


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("review", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"t": bilingual, "label": label, "day": day}
    environment.filters |= {"number": number, "percent": percent}
    return environment
