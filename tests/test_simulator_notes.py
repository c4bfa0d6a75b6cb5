"""Notes: what was so before they were written, by writers who stay, in words that fit; and their truth."""

import copy
import doctest
import re
import unicodedata

import numpy as np
import pandas as pd
import pytest

from intake.contracts import contract
from simulator.firms import draw_traits
from simulator.life import live
from simulator.notes import briefs, cited, figures, heard, layout, phrases, picks, slots, visits, wording
from simulator.notes.table import TRUTH, empty_truth_notes, notes_and_truth
from simulator.notes.told import MODALITY, RESOLVED, told
from simulator.notes.writers import ERAS, MOVES, writers
from simulator.seen import interim
from simulator.seen.desk import Desk
from simulator.seen.endings import endings
from simulator.seen.statements import statements
from simulator.world import make_world

WORLD = make_world(6, first_month="2015-01", months=132)
SINCE = {"2023-04": pd.Timestamp("2023-04-01"), "2024-07": pd.Timestamp("2024-07-01")}
TRADES = sorted(set(phrases.industries()["trade"]))


@pytest.fixture(scope="module")
def desk():
    return Desk(WORLD, live(WORLD, draw_traits(WORLD, np.arange(1200))))


@pytest.fixture(scope="module")
def both(desk):
    return notes_and_truth(desk)


@pytest.fixture(scope="module")
def joined(desk, both):
    table, truth = both
    frame = table.merge(truth.drop(columns="firm_id"), on="note_id", validate="one_to_one")
    firm = frame["firm_id"].astype(int).to_numpy()
    month = frame["date"].dt.year * 12 + frame["date"].dt.month - 1
    # the end of the month before is what a note knows
    return frame.assign(firm=firm, s=month.to_numpy() - WORLD.first - desk.traits.start[firm] - 1)


def plain(texts: pd.Series) -> pd.Series:
    """Return texts with half-width figures."""
    return texts.map(lambda text: unicodedata.normalize("NFKC", text))


@pytest.mark.parametrize("module", [briefs, cited, figures, heard, phrases, picks, slots, visits, wording])
def test_doctests(module):
    assert doctest.testmod(module).failed == 0


# --- the data files


def test_every_slot_of_every_phrase_can_be_filled():
    known = set(slots.MAKERS) | set(phrases.industries().columns)
    known |= set.intersection(*(set(phrases.words(role)) for role in visits.ROLES))
    texts = [text for trade in TRADES for pools in phrases.forms(trade).values() for text in pools[0]]
    texts += [
        part for frame in phrases.frames() for one in frame.variants for is_form, part in one if not is_form
    ]
    for kind in ("open", "trend", "level", "routine", "close", "small", "refuse", "nothing", "copied"):
        for trade in TRADES:
            for month in range(2015 * 12, 2026 * 12):
                pools = phrases.calm(kind, "bank_officer", "visit", trade, month)
                texts += [text for pool in pools.values() for variants in pool for text in variants]
    asked = {name for text in set(texts) for name in re.findall(r"\{([^}]*)\}", text)}
    assert asked - known == set()
    assert len(asked) > 30


def test_every_fact_can_be_told_in_every_trade_it_is_told_of():
    frames = phrases.frames()
    assert len({frame.name for frame in frames}) == len(frames) > 120
    for row in heard.facts().itertuples():
        for trade in TRADES:
            if not phrases.fits(row.trades, trade):
                continue
            for style in range(3):
                plain_, new = (
                    phrases.fitting(row.fact, "asserted", trade, era, style, frozenset()) for era in (0, 2)
                )
                assert plain_, (row.fact, trade)
                assert len({frame.name for _, frame in new}) > len({frame.name for _, frame in plain_})
            # whoever has no figure to name needs another phrase
            forms = phrases.forms(trade)
            assert all(forms[row.fact, form][1] for form in ("yes", "memo"))


OF_STAFF = (
    "健康診断|若手|資産形成|取締役会|従業員の|社員の|就業規則|退職金|有給|残業|給与振込|シフト|人件費率"
)


def test_a_visit_is_not_copied_as_a_call(joined):
    copied = joined[joined["copied"]]
    for channel, words in {
        "visit": "電話で|電話にて|架電|来店|オンライン面談|Web",
        "phone": "訪問。|来店|Web",
    }.items():
        mine = copied[copied["channel"] == channel]
        assert len(mine) > 10
        assert not mine["text"].str.contains(f"^(?:・|①)?(?:{words})").any()


def test_who_works_alone_is_not_said_to_have_staff():
    assert [phrases.band(staff) for staff in (1, 2, 4, 9, 19, 500)] == [0, 2, 3, 5, 10, 20]
    for trade in TRADES:
        alone, all_ = phrases.forms(trade, 0), phrases.forms(trade)
        for row in heard.facts().itertuples():
            if not phrases.fits(row.trades, trade):
                continue
            # whatever is told of a firm that small can still be put into each form but one: reasons and plans
            for form in phrases.FORMS:
                if (row.fact, form) in all_ and form not in ("why", "plan"):
                    assert (row.fact, form) in alone, (row.fact, form, trade)
            if row.least_staff == 1:
                texts = [text for (fact, form), pool in alone.items() for text in pool[0]
                         if fact == row.fact and form != "other"]  # fmt: skip
                assert not [text for text in texts if re.search(OF_STAFF, text)]
        for role in visits.ROLES:
            for kind in ("open", "trend", "level", "routine", "close", "small", "refuse", "nothing"):
                for month in range(2015 * 12, 2026 * 12):
                    pools = phrases.calm(kind, role, "visit", trade, month, 0)
                    texts = [text for pool in pools.values() for one in pool for text in one]
                    assert not [text for text in texts if re.search(OF_STAFF, text)]
    # a firm of 20 may have a board; one of 10 has none. Nobody reorganises in January
    ten, twenty = (
        {text for pool in phrases.calm("routine", "bank_officer", "visit", "maker", 2020 * 12, staff).values()
         for one in pool for text in one}
        for staff in (10, 20)
    )  # fmt: skip
    assert twenty - ten == {"次の取締役会の日程を確認。"}


def test_phrases_are_written_out():
    assert phrases.expand("納付が[遅れ|滞っ]ている") == ("納付が遅れている", "納付が滞っている")
    with pytest.raises(ValueError, match="brackets do not match"):
        phrases.expand("納付が]遅れ")
    assert phrases.fits("", "builder")
    assert phrases.fits("builder maker", "maker")
    assert not phrases.fits("!maker !food", "food")


@pytest.mark.parametrize("wrong", [0.0, 1.0, np.nan])
def test_only_uniforms_are_spread(wrong):
    with pytest.raises(ValueError, match="inside"):
        picks.spread(np.array([0.5, wrong]), 2)


def test_spread_numbers_are_uniform_and_do_not_hang_together():
    wide = picks.shares((np.arange(4000) + 0.5) / 4000, 8, salt=3)
    assert np.allclose(wide.mean(axis=0), 0.5, atol=0.02)
    assert np.abs(np.corrcoef(wide.T) - np.eye(8)).max() < 0.06
    assert not np.array_equal(wide, picks.shares((np.arange(4000) + 0.5) / 4000, 8, salt=4))


# --- the tables


def test_truth_joins_one_to_one_and_uses_the_agreed_words(both):
    table, truth = both
    assert (table["note_id"] == truth["note_id"]).all()
    assert (table["firm_id"] == truth["firm_id"]).all()
    assert truth["note_id"].is_unique
    assert tuple(table.columns) == contract("notes").columns
    assert set(truth["modality"]) == {"asserted", "denied", "hearsay", "resolved", "hedged", "none"}
    assert set(truth["topic"]) == {f"Q{n}" for n in range(1, 12)} | {"calm"}
    assert set(truth["polarity"]) == {-2, -1, 0, 1}
    assert (truth.loc[truth["topic"] == "calm", ["polarity"]] == 0).all().all()
    empty = empty_truth_notes()
    assert list(empty.columns) == list(truth.columns) == list(TRUTH)
    assert (empty.dtypes == truth.dtypes).all()


def test_texts_are_whole(both):
    text = both[0]["text"]
    assert (text.str.strip().str.len() >= 2).all()
    assert not text.str.contains(r"[{}\[\]|]|nan|None", regex=True).any()
    assert not text.str.contains("。。|、。|／／", regex=True).any()


def test_lengths_and_variety(both):
    table, truth = both
    own = table.loc[~truth["copied"].to_numpy(), "text"]
    assert own.nunique() / len(own) > 0.8
    assert 55 <= own.str.len().median() <= 125
    assert own.str.len().max() > 250
    assert 0.005 < truth["copied"].mean() < 0.15
    assert truth["structure"].nunique() > 100


def test_most_notes_state_nothing_bad(joined):
    assert (joined["polarity"] >= 0).mean() > 0.65
    assert (joined["topic"] == "calm").mean() > 0.35
    assert 0.04 < (joined["polarity"] == -2).mean() < 0.15


def test_what_is_denied_supposed_over_or_of_others_is_never_grave(joined):
    light = joined["modality"].isin(["denied", "resolved", "none"])
    assert light.sum() > 500
    assert (joined.loc[light, "polarity"] >= -1).all()
    # a denied good thing is the only denial below nought
    assert (joined.loc[light & (joined["polarity"] < 0), "topic"] == "Q11").all()
    for part in joined["also"].str.split(";").explode():
        if part:
            _, polarity, modality = part.split(":")
            assert int(polarity) > -2 or modality in ("asserted", "hearsay", "hedged")


@pytest.mark.parametrize(
    "word", ["倒産", "滞納", "資金繰", "遅れ", "差押", "延滞|条変|条件変更", "焦げ|焦付|貸倒"]
)
def test_alarming_words_stand_in_harmless_notes_about_as_often_as_in_harmful_ones(joined, word):
    found = joined[joined["text"].str.contains(word, regex=True)]
    assert len(found) > 20
    assert 0.3 < (found["polarity"] >= 0).mean() < 0.8


def test_structures_come_into_use_with_new_writers(joined):
    frames = {frame.name: frame for frame in phrases.frames()}
    stated = joined[joined["structure"].isin(frames) & ~joined["copied"]]
    era = stated["structure"].map(lambda name: frames[name].era)
    for place, since in enumerate(SINCE.values(), start=1):
        of_era = stated[era == place]
        assert (of_era["date"] >= since).all()
        assert len(of_era) > 20
        # later notes hold structures that earlier ones cannot have
        later = stated[stated["date"] >= since + pd.DateOffset(months=15)]
        assert later["structure"].isin(set(of_era["structure"])).mean() > 0.05
    assert [np.datetime64(day, "M").astype(int) + 1970 * 12 for day in SINCE] == list(ERAS)


def test_notes_are_dated_on_working_days_of_firms_that_are_there(desk, both):
    table = both[0]
    firm = table["firm_id"].astype(int).to_numpy()
    last = np.fmin(desk.ends_on, endings(desk).default_on)
    assert (table["date"].to_numpy() <= last[firm].astype("datetime64[ms]")).all()
    assert (table["known_date"].to_numpy() <= desk.ends_on[firm].astype("datetime64[ms]")).all()
    assert (table["known_date"] > table["date"]).all()
    assert table["date"].dt.day_of_week.max() <= 4
    assert not ((table["date"].dt.month == 1) & (table["date"].dt.day <= 3)).any()
    assert (table.loc[table["channel"] == "online", "date"] >= pd.Timestamp("2020-04-01")).all()


def test_some_firms_have_no_note_in_two_years_and_firms_in_trouble_have_more(desk, joined):
    there = desk.in_sight(24)
    count = np.zeros(there.shape)
    np.add.at(count, (joined["firm"], joined["s"] + 1), 1)
    window = [
        count[f, k : k + 24].sum()
        for f, k in zip(*np.nonzero(there), strict=True)
        if there[f, k:].sum() >= 24
    ]
    assert 0.05 < (np.array(window) == 0).mean() < 0.6
    stressed = np.pad(desk.lives.stressed, ((0, 0), (1, 0)))[:, :-1] & there
    assert count[stressed].mean() > 1.4 * count[there & ~stressed].mean()


# --- writers


def test_writers_stay_until_they_are_moved(desk):
    seen = visits.visits(desk)
    authors = writers(desk, seen)
    bank = seen.role == visits.BANK
    frame = pd.DataFrame({"firm": seen.firm, "month": seen.month, "writer": authors.number[authors.who]})[
        bank
    ]
    posts = frame.assign(post=frame["writer"] // 24)
    assert posts.groupby("firm")["post"].nunique().max() == 1
    spans = frame.groupby("firm").agg(
        months=("month", lambda m: m.max() - m.min()), people=("writer", "nunique")
    )
    # each stays two years or more
    assert (spans["people"] <= spans["months"] / 24 + 2).all()
    assert spans.loc[spans["months"] > 100, "people"].mean() > 2
    moved = posts.sort_values("month").groupby("post")
    assert (moved["writer"].diff().dropna() >= 0).all()
    assert set(MOVES) == {3, 6, 9}
    assert set(np.unique(authors.style)) == {0, 1, 2}
    assert set(np.unique(authors.layout)) == {0, 1, 2, 3, 4}


def test_only_advisers_of_firms_that_agreed_write(desk):
    seen = visits.visits(desk)
    of_adviser = seen.role == visits.ADVISER
    assert 0.03 < of_adviser.mean() < 0.3
    firm, k = seen.firm[of_adviser], seen.k[of_adviser]
    assert (desk.supply.consent[firm, k] >= 3).all()
    assert (desk.supply.adviser[firm, k] >= 0).all()


# --- points in time


def spoiled(desk: Desk, after: int) -> Desk:
    """Return a desk on the same lives with another future: everything is wild after month `after` of life."""
    lives = copy.copy(desk.lives)
    lives.accounts = {name: values.copy() for name, values in lives.accounts.items()}
    for name, values in lives.accounts.items():
        values[:, after + 1 :] = 9 if name == "employees" else 7e8
    for name, value in {
        "gap": 0.9,
        "delay": 3,
        "customer_failed": True,
        "issued": 1.0,
        "customer": 5,
    }.items():
        changed = getattr(lives, name).copy()
        changed[:, after + 1 :] = value
        setattr(lives, name, changed)
    for name in ("stressed", "eased"):
        changed = getattr(lives, name).copy()
        changed[:, after + 1 :] = ~changed[:, after + 1 :]
        setattr(lives, name, changed)
    lives.loans = {name: values.copy() for name, values in lives.loans.items()}
    for name in ("balance", "executed"):
        lives.loans[name][:, after + 1 :] = 99
    return Desk(desk.world, lives)


def test_a_note_knows_nothing_of_its_month_or_later(desk, joined):
    after = 90
    other = spoiled(desk, after)
    table, truth = notes_and_truth(other)
    # a note of month after + 1 speaks of the end of month `after`
    known = joined[joined["s"] <= after].sort_values("note_id")
    again = table.merge(truth.drop(columns="firm_id"), on="note_id").set_index("note_id")
    ids = [one for one in known["note_id"] if one in again.index]
    # the world's end decides which firms are still there, not what is written of them
    assert len(ids) > 0.97 * len(known)
    same = known.set_index("note_id").loc[ids]
    for column in ("date", "known_date", "author_role", "channel", "text", *list(TRUTH)[2:]):
        assert (again.loc[ids, column] == same[column]).all(), column
    later = joined[joined["s"] > after].set_index("note_id")
    shared = later.index.intersection(again.index)
    assert (again.loc[shared, "text"] != later.loc[shared, "text"]).mean() > 0.3


def test_a_firms_notes_are_the_same_alone_and_in_a_chunk(desk, joined):
    for number in (17, 60, 311):
        alone = Desk(WORLD, live(WORLD, draw_traits(WORLD, np.array([number]))))
        table, truth = notes_and_truth(alone)
        mine = joined[joined["firm"] == number]
        assert table["text"].tolist() == mine["text"].tolist()
        for column in ("topic", "polarity", "modality", "structure", "copied", "also", "writer"):
            assert truth[column].tolist() == mine[column].tolist()


# --- what is said and what is so


def test_what_is_asserted_is_so_and_what_is_denied_may_be_a_lie(desk, joined):
    own = joined[~joined["copied"]]
    a = desk.lives.accounts
    owes = (a["tax_arrears"] + a["social_arrears"])[own["firm"], own["s"]] > 0
    arrears = own["topic"] == "Q6"
    assert owes[arrears & (own["modality"] == "asserted")].all()
    denied = arrears & (own["modality"] == "denied")
    assert 0 < owes[denied].mean() < 0.5
    liars = desk.traits.honesty[own["firm"][denied & owes]]
    truthful = desk.traits.honesty[own["firm"][denied & ~owes]]
    assert liars.mean() < truthful.mean()
    # trouble that is over was there within the months that people remember
    over = arrears & (own["modality"] == "resolved")
    window = [
        (a["tax_arrears"] + a["social_arrears"])[f, max(s - heard.LAGS + 1, 0) : s + 1].max() > 0
        for f, s in zip(own["firm"][over], own["s"][over], strict=True)
    ]
    assert over.sum() > 5
    assert all(window)
    assert MODALITY[RESOLVED] == "resolved"


def test_nobody_denies_relief_that_he_granted(desk, joined):
    lenders = joined[joined["author_role"] != "tax_adviser"]
    denial = "条件変更の(?:予定|相談)はない|条変予定なし|延滞・条変なし|条件変更は考えていない"
    denial += "|約定(?:通|どお)り行われて|返済は約定どおり"
    said = lenders[lenders["text"].str.contains(denial, regex=True)]
    # what was said the last time may be told, if it is told as past
    said = said[~said["text"].str.contains("(?:前回|昨年).{0,12}(?:条件変更|約定)", regex=True)]
    within = [desk.lives.eased[f, max(s - 11, 0) : s + 1].any()
              for f, s in zip(said["firm"], said["s"], strict=True)]  # fmt: skip
    assert len(said) > 50
    assert not any(within)
    # and relief that is written of was granted
    open_ = joined[joined["text"].str.contains("条変先訪問|条件変更先の定例|返済を減額した状態が続いている")]
    assert len(open_) > 5
    assert all(desk.lives.eased[f, max(s - 11, 0) : s + 1].any()
               for f, s in zip(open_["firm"], open_["s"], strict=True))  # fmt: skip


def test_sentences_may_ask_that_something_is_not_so(desk):
    wanted = "条件変更は考えていないが、制度だけ知っておきたいとのことで説明。"
    texts = phrases.calm("routine", "association_officer", "visit", "maker", 2018 * 12)
    note = next(iter(briefs.briefs(desk, *_first_talks(desk))))
    for given, there in (((), True), (("eased",), False), (("sound",), True)):
        note.given = given
        assert ((wanted,) in wording._usual(note, texts)) == there


def _first_talks(desk):
    seen, books = visits.visits(desk), cited.books(desk)
    authors = writers(desk, seen)
    return seen, authors, told(desk, heard.states(desk, books), seen, authors.talkative[authors.who]), books


def test_notes_of_bankrupt_customers_come_of_customers_that_failed(desk, joined):
    own = joined[~joined["copied"] & (joined["topic"] == "Q3") & (joined["polarity"] < 0)]
    said = own[own["text"].str.contains("焦げ付い|民事再生を申請|破産を申し立て|法的整理入り", regex=True)]
    said = said[said["modality"] == "asserted"]
    assert len(said) > 3
    for row in said.itertuples():
        assert desk.lives.customer_failed[row.firm, max(row.s - 4, 0) : row.s + 1].any()


def test_only_customers_of_weight_are_called_main_ones(desk, joined):
    words = phrases.industries()
    main = "|".join(sorted({one for text in words["mainclient"] for one in text.split("|")}))
    small = "|".join(sorted({one for text in words["smallclient"] for one in text.split("|")}))
    own = joined[~joined["copied"] & (joined["topic"] == "Q3") & (joined["modality"] == "asserted")]
    stopped = "との取引が?終了|失注|離脱|より発注停止|から取引を打ち|が他社に|からの受注が"
    stopped += "|の内製化|の発注先の見直し"
    said = {}
    for name, names in (("main", main), ("small", small)):
        said[name] = own[plain(own["text"]).str.contains(f"(?:{names})(?:{stopped})")]
    assert {name: len(rows) > 4 for name, rows in said.items()} == {"main": True, "small": True}
    weight = (1 - desk.traits.cash_share)[:, None] * desk.traits.customer_share[:, :3]
    for name, rows in said.items():
        for f, s in zip(rows["firm"], rows["s"], strict=True):
            bills = desk.lives.issued[f, max(s - 1, 0) : s + 1].sum(axis=0)
            left = bills[:3] / bills.sum() < 0.45 * desk.traits.customer_share[f, :3]
            assert (weight[f, left].max() >= 0.15) == (name == "main")


def test_cited_changes_of_sales_are_those_of_the_books(desk, joined):
    books = cited.books(desk)
    own = joined[~joined["copied"]]
    text = plain(own["text"])
    for pattern, sign in ((r"前年比▲(\d+)%", -1), (r"前年比\+(\d+)%", 1), (r"前年比(\d+)%増", 1)):
        found = text.str.extract(pattern)[0].dropna()
        rows = own.loc[found.index]
        change = books.change[rows["firm"], rows["s"]]
        assert len(found) > 20, pattern
        assert (np.rint(100 * change) == sign * found.astype(int)).all(), pattern
    level = text.str.extract(r"前年比(\d+)%(?:と|。|で|」|$)")[0].dropna()
    rows = own.loc[level.index]
    assert (100 + np.rint(100 * books.change[rows["firm"], rows["s"]]) == level.astype(int)).all()


def test_cited_staff_and_sums_are_those_of_the_books(desk, joined):
    own = joined[~joined["copied"]]
    text = plain(own["text"])
    staff = text.str.extract(r"(?:従業員は|人員は|従業員数は|人員)(\d+)名")[0].dropna()
    rows = own.loc[staff.index]
    assert len(staff) > 50
    assert (desk.lives.accounts["employees"][rows["firm"], rows["s"]] == staff.astype(int)).all()
    monthly = text.str.extract(r"月商は?([\d,]+)万円")[0].str.replace(",", "").dropna().astype(float)
    rows = own.loc[monthly.index]
    true = cited.books(desk).monthly[rows["firm"], rows["s"]]
    # two figures are kept: off by 5 % at the most, and by half of 10,000 yen
    assert len(monthly) > 50
    assert (np.abs(monthly * 1e4 - true) <= 0.05 * true + 5e3).all()


def test_dressed_closings_are_cited_as_they_are_shown(desk):
    record = desk.lives.dressed
    books = cited.books(desk)
    a = desk.lives.accounts
    ordinary = a["sales"] - a["cost_of_sales"] - a["selling_general_admin"]
    ordinary = ordinary + a["nonoperating_income"] - a["nonoperating_expenses"]
    rows = np.flatnonzero((record.booked.sum(axis=1) > 0) & ~record.corrected & (record.k >= 24))
    assert len(rows) > 3
    for row in rows[:20]:
        f, k = record.firm[row], record.k[row]
        true = ordinary[f, k - 11 : k + 1].sum()
        assert books.year_profit[f, k] == pytest.approx(true + record.booked[row].sum(), abs=1)
        assert books.year_sales[f, k] >= a["sales"][f, k - 11 : k + 1].sum()


def test_sums_cited_of_a_closing_are_those_of_the_paper(desk, joined):
    books = cited.books(desk)
    paper = statements(desk)
    paper = paper[(paper["kind"] == "annual") & (paper["source_actor"] == "association")]
    paper = paper.drop_duplicates(["firm_id", "period_end"], keep="last")
    firm, end = paper["firm_id"].astype(int).to_numpy(), paper["period_end"].dt
    k = (end.year * 12 + end.month - 1).to_numpy() - WORLD.first - desk.traits.start[firm]
    off = books.year_sales[firm, k] / paper["sales"].to_numpy() - 1
    gross = interim.habits(desk).with_tax[firm]
    assert gross.sum() > 200
    # but for errors in the books that nobody put right
    assert (np.abs(off[gross]) < 1e-6).mean() > 0.97
    assert (np.abs(off[~gross]) < 1e-6).mean() > 0.97
    # by hand: one firm's year within the time of 8 per cent
    day = WORLD.month_ends[desk.traits.start[firm] + k]
    eight = (day > np.datetime64("2015-04-01")) & (day < np.datetime64("2019-10-01"))
    f, at = firm[gross & eight][0], k[gross & eight][0]
    net = desk.lives.accounts["sales"][f, at - 11 : at + 1]
    assert books.year_sales[f, at] == np.rint(net * 1.08).sum()
    assert books.monthly[f, at] == pytest.approx(books.year_sales[f, at] / 12)
    # what notes say of last year's sales, three figures kept; copies of older notes aside
    own = joined[~joined["copied"]]
    said = plain(own["text"]).str.extract(r"前期は売(?:上|上高|り上げ)([\d,]+)万円、")[0].str.replace(",", "")
    said = said.dropna().astype(float)
    rows = own.loc[said.index]
    since = (rows["date"].dt.month.to_numpy() - desk.traits.year_end[rows["firm"]]) % 12
    shown = books.year_sales[rows["firm"], rows["s"] + 1 - since]
    assert len(said) > 20
    assert (np.abs(said * 1e4 - shown) <= 0.005 * shown + 5e3).all()


def test_notes_fit_trade_and_size(desk, joined):
    own = joined[~joined["copied"]]
    trade = phrases.trade_of(desk.traits.industry[own["firm"]])
    stock = own["topic"].to_numpy() == "Q5"
    assert stock.sum() > 10
    assert set(trade[stock]) <= {"food", "maker", "wholesale", "retail", "estate", "other"}
    staff = desk.lives.accounts["employees"][own["firm"], own["s"]]
    hired = own["text"].str.contains(OF_STAFF, regex=True).to_numpy()
    assert hired.sum() > 50
    # of others it may be told that their staff ran away
    assert (staff[hired] >= 2).mean() > 0.99
    heads = own["text"].str.contains("経理部長|総務部長", regex=True).to_numpy()
    assert (staff[heads] > 60).all()
    clinics = own["text"].str.contains("院長|理事長", regex=True).to_numpy()
    assert set(trade[clinics]) == {"medical"}
    corona = own["text"].str.contains("コロナ").to_numpy()
    assert own.loc[corona, "date"].min() >= pd.Timestamp("2020-03-01")


def test_what_is_checked_is_so_and_feasts_keep_to_their_time(desk, joined):
    a = desk.lives.accounts
    own = joined[~joined["copied"]]
    owes = (a["tax_arrears"] + a["social_arrears"])[own["firm"], own["s"]] > 0
    checked = own["text"].str.contains(
        "納付状況を確認、滞納なし|滞納のない旨の証明書を預かる|納税資金は準備できている"
    )
    assert checked.sum() > 20
    assert not owes[checked.to_numpy()].any()
    feasts = own["text"].str.contains("神輿|花火大会|夏祭り|高校野球|忘年会の日程|宴会の予約は例年並み")
    away = (own["date"] >= "2020-04-01") & (own["date"] <= "2021-09-30")
    assert feasts.sum() > 3
    assert not (feasts & away).any()
    books = cited.books(desk)
    slight = own[own["text"].str.contains("小幅な赤字で着地")]
    since = (slight["date"].dt.month.to_numpy() - desk.traits.year_end[slight["firm"]]) % 12
    year = slight["firm"], slight["s"] + 1 - since
    assert len(slight) > 5
    assert (books.year_profit[year] / books.year_sales[year] > -0.02).all()


@pytest.mark.parametrize(
    ("plain_", "polite"),
    [
        ("特段の懸念事項なし。", "特段の懸念事項はありません。"),
        ("その他特になし。", "その他特にありません。"),
        ("契約書の印紙について質問あり。", "契約書の印紙について質問がありました。"),
        ("領収書の一部に漏れあり。", "領収書の一部に漏れがあります。"),
        ("次回確認したい。", "次回確認したいと思います。"),
        ("新人が入った由。", "新人が入ったとのことです。"),
        ("仕訳の確認を行う。", "仕訳の確認を行う。"),
    ],
)
def test_polite_sentences_end_as_people_end_them(plain_, polite):
    assert layout._politely(plain_) == polite


def test_a_line_with_a_mark_of_its_own_gets_no_bullet():
    assert [layout._bullet(line) for line in ("■滞納：なし。", "甲。")] == ["■滞納：なし", "・甲"]


def test_a_note_of_one_part_has_no_heading():
    names = ("", "＜業況＞", "＜資金繰り＞", "＜その他＞")
    one = [(layout.OTHER, "甲。"), (layout.OTHER, "乙。")]
    assert layout._under_headings(one, ["甲。", "乙。"], names) == ["甲。", "乙。"]
    two = [(layout.FUNDS, "甲。"), (layout.OTHER, "乙。")]
    assert layout._under_headings(two, ["甲。", "乙。"], names) == ["＜資金繰り＞甲。", "＜その他＞乙。"]


# --- figures as people write them


@pytest.mark.parametrize(
    ("yen", "unit", "text"),
    [
        (999_999, 0, "100万円"), (15_400_000, 0, "1,500万円"), (99_600_000, 0, "1億円"),
        (250_000_000, 0, "2億5千万円"), (15_400_000, 1, "15百万円"), (15_400_000, 2, "15,000千円"),
        (4_000, 0, "1万円"),
    ],
)  # fmt: skip
def test_sums_are_rounded_as_people_do(yen, unit, text):
    assert figures.money(yen, unit) == text


def test_months_ago_are_named_by_month_and_year():
    february = 2021 * 12 + 1
    assert figures.back(1, february) == "先月"
    assert figures.back(4, february) == "昨年10月"
    assert figures.back(14, february) == "昨年12月".replace("昨年", "一昨年")
    assert figures.since(3) == "この数ヶ月、"


def test_nobody_is_quoted_as_speaking_of_himself_by_his_title(joined):
    own = joined[~joined["copied"]]
    quotes = own["text"].str.extract("「([^」]*)」と(社長|代表者|代表|代取)").dropna()
    assert len(quotes) > 20
    himself = [title in text for text, title in quotes.itertuples(index=False, name=None)]
    # of his health nobody can speak otherwise
    assert np.mean(himself) < 0.1
