"""The list of keywords keeps its contract; hits and scores by hand; a note known later is not seen."""

from pathlib import Path

import pandas as pd
import pytest

from models.notes.keywords import SIGNS, TOPICS, check, firm_scores, hits, load_keywords, note_scores

ROOT = Path(__file__).resolve().parent.parent


def test_the_list_speaks_of_every_topic_and_its_page_counts_it_right():
    keywords = load_keywords()
    counts = keywords["direction"].value_counts()
    sources = keywords["source"].value_counts()
    page = " ".join((ROOT / "docs" / "notes.md").read_text(encoding="utf-8").split())

    assert set(keywords["topic"]) == set(TOPICS)
    assert set(keywords["direction"]) == set(SIGNS)
    assert (keywords.loc[keywords["topic"] == "Q11", "direction"] == "better").all()  # good news
    assert f"{len(keywords)} words, {counts['worse']} that worsen and {counts['better']} that comfort" in page
    assert f"{sources['read']} stood in the 200 notes (`read`); {sources['added']} are other ways" in page


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"word": "差押"}, "word '差押' has word"),  # there twice
        ({"word": "仮差押"}, "word '差押' has word"),  # holds another: one finding would count twice
        ({"word": "５％減"}, "word '５％減' has word"),  # never found in normalised text
        ({"word": ""}, "word '' has word"),
        ({"topic": "Q12"}, "has topic 'Q12'"),
        ({"direction": "bad"}, "has direction 'bad'"),
        ({"source": "heard"}, "has source 'heard'"),
        ({"why": ""}, "has why ''"),
    ],
)
def test_a_list_that_breaks_its_rules_is_refused(changes, complaint):
    good = {"topic": "Q6", "direction": "worse", "source": "read", "why": "because"}
    seizure, other = good | {"word": "差押"}, good | {"word": "督促"}
    check(pd.DataFrame([seizure, other]))
    check(pd.DataFrame([seizure, other | {"word": "差押なし", "direction": "better"}]))

    with pytest.raises(ValueError, match=f"keywords.csv: .*{complaint}"):
        check(pd.DataFrame([seizure, other | changes]))


def test_every_word_is_found_in_a_note_that_is_that_word():
    words = load_keywords()["word"]
    found = hits(words, words)
    assert all(found.loc[row, word] for row, word in words.items())


@pytest.mark.parametrize(
    ("text", "worse", "better"),
    [
        ("代表者と面談。", 0, 0),
        ("月末の資金が不足気味。主力先より発注停止。", 2, 0),
        ("資金不足。やはり資金不足。", 1, 0),  # a word counts once in a note
        ("売上は前年比８％減。", 1, 0),  # %減, written in full width
        ("支払遅延なし。", 1, 1),  # denied: 支払遅延, 遅延なし
        ("社保料の納付が遅れていたが、既に完納した。", 1, 1),  # settled: 納付が遅れ, 完納
        ("受注は好調で増員を検討。資金繰りに問題はない。", 0, 2),  # 増員, 問題はない
        ("滞納があると補助金が申請できないのかと質問を受ける。", 0, 0),
    ],
)
def test_scores_of_notes_worked_out_by_hand(text, worse, better):
    assert note_scores(pd.Series([text])).iloc[0].tolist() == [worse, better, worse - better]


def test_an_index_is_kept_and_no_notes_have_no_scores():
    texts = pd.Series(["業況順調", "資金不足"], index=[7, 3])
    assert note_scores(texts)["score"].to_dict() == {7: -1, 3: 1}
    assert note_scores(texts.iloc[:0])["score"].tolist() == []


def known(*rows: tuple) -> pd.DataFrame:
    """Return notes of (note_id, firm_id, known_date, worse, score)."""
    frame = pd.DataFrame(rows, columns=["note_id", "firm_id", "known_date", "worse", "score"])
    return frame.astype({"known_date": "datetime64[ms]"})


def test_a_firm_adds_up_the_notes_of_twelve_months():
    notes = known(
        ("1", "a", "2023-12-31", 9, 9),  # a day too old
        ("2", "a", "2024-01-01", 3, 2),
        ("3", "a", "2024-12-31", 1, -1),
        ("4", "a", "2025-01-01", 9, 9),  # a day too late
        ("5", "b", "2024-06-01", 0, -2),
        ("6", "c", "2023-01-01", 1, 1),  # no note in the window: no row
    )

    found = firm_scores(notes.sample(frac=1, random_state=1), "2024-12-31")

    assert found.to_dict("index") == {
        "a": {"notes": 2, "worse": 4, "score": 1, "mean_score": 0.5},
        "b": {"notes": 1, "worse": 0, "score": -2, "mean_score": -2.0},
    }
    assert firm_scores(notes, "2024-12-31", months=1)["score"].to_dict() == {"a": -1}
    with pytest.raises(ValueError, match="months must be positive, got 0"):
        firm_scores(notes, "2024-12-31", months=0)


def test_a_note_known_after_the_date_has_no_effect():
    early = known(("1", "a", "2024-05-01", 1, 1))
    late = known(
        ("1", "a", "2024-05-01", 1, 1), ("2", "a", "2024-07-01", 5, 5), ("3", "b", "2024-07-01", 5, 5)
    )
    pd.testing.assert_frame_equal(firm_scores(late, "2024-06-30"), firm_scores(early, "2024-06-30"))
    assert firm_scores(late.assign(known_date=pd.Timestamp("2024-07-01")), "2024-06-30").empty


def test_a_corrected_note_counts_once_as_last_known_on_the_date():
    notes = known(("1", "a", "2024-03-05", 2, 2), ("1", "a", "2024-08-05", 0, -1))
    assert firm_scores(notes, "2024-06-30").loc["a", ["notes", "score"]].tolist() == [1, 2]
    assert firm_scores(notes, "2024-09-30").loc["a", ["notes", "score"]].tolist() == [1, -1]
