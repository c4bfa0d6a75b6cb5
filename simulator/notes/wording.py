"""How a note is put into words: statements in sentence frames, figures, routine, small talk."""

from functools import cache

from simulator.notes import figures, heard, phrases
from simulator.notes.layout import BUSINESS, FUNDS, OPENING, OTHER, add_line, lay_out
from simulator.notes.slots import Note, Slots, Statement
from simulator.notes.told import ASSERTED, DENIED, HINT, MODALITY, SUPPOSED

OFFICIAL = ("eased", "grace_end")  # what no writer needs to be told
PASSING = ("social_late", "tax_late", "supplier_late", "cash_tight", "eased", "quality", "customer_failed")
BANKRUPTCY, PREPARED_FOR = ("customer_failed", "ruin_talk"), (
    "customer_failed", "owner_old", "staff_left", "disaster", "cash_tight", "lawsuit", "customer_late",
)  # fmt: skip
OF_OWNER = ("owner_ill", "owner_away")  # while this is so, others are spoken with
HEADINGS = {"money": FUNDS} | dict.fromkeys(("owner", "staff", "books", "rumour"), OTHER)
# shares of notes or statements
EXPLAINED, JOINED, STANDS_LAST, WORRIES, GOES_ON = 0.55, 0.4, 0.25, 0.6, 0.85
LONG = 4  # sentences from which a writer also tells what will be done


@cache
def _fact(name: str) -> dict:
    """Return a fact's row of the table of facts."""
    table = heard.facts()
    return table[table["fact"] == name].iloc[0].to_dict()


@cache
def _marks(fact: str) -> frozenset[str]:
    """Return what frames may take for granted of a fact."""
    row = _fact(fact)
    still = any((fact, "still") in phrases.forms(trade) for trade in ("maker", "estate"))
    return frozenset(name for name, given in {
        "learned": fact not in OFFICIAL,
        "asked": fact != "eased",  # lenders need not ask whether they granted relief
        "common": row["common"] == 1,
        "bankrupt": fact in BANKRUPTCY,
        "prepare": fact in PREPARED_FOR,
        "curable": fact != "customer_failed",
        "lasting": still,
    }.items() if given)  # fmt: skip


@cache
def _needs(fact: str, manner: int, before: int | None, second: bool) -> frozenset[str]:
    given = {
        "denied": before == DENIED,
        "asserted": before in (ASSERTED, HINT),
        "second": second,
        "hint": manner == HINT,
        "suppose": manner == SUPPOSED,
    }
    return _marks(fact) | {name for name, is_so in given.items() if is_so}


def _pick(note: Note, choices: tuple[tuple[int, phrases.Frame], ...]) -> phrases.Frame:
    """Return one of the frames; every writer has frames of his own, half of them come easily."""
    for _ in range(3):
        place, frame = choices[next(note.picks) % len(choices)]
        if note.writer["frames"] >> (place % 61) & 1:
            break
    return frame


def _form(note: Note, one: Statement, fact: str, form: str, *, quoted: bool = False) -> str:
    """Return a phrase of a fact in a form, with figures where they are known and worth naming.

    Where the owner is `quoted` he does not speak of himself as others do, if it can be said otherwise.
    """
    told = one.there and one.manner == ASSERTED
    told = told and (one.fact not in figures.PCT_FACTS or one.pct in figures.PCT_WORTH_NAMING)
    told = told and (one.amount < 0 or one.amount >= figures.LEAST_AMOUNT)
    full, bare = phrases.forms(note.trade, note.staff)[fact, form]
    pool = full if told or not bare else bare
    if quoted:
        pool = [text for text in pool if "{rep}" not in text] or pool
    return pool[next(note.picks) % len(pool)]


def state(note: Note, slots: Slots, one: Statement) -> str:
    """Put one statement into words, and note the frame it came in."""
    note.about = one
    second = _second(note, one) if one.manner == DENIED else ""
    needs = _needs(one.fact, one.manner, note.previous.get(one.fact), bool(second))
    writer = note.writer
    frame = _pick(note, phrases.fitting(
        one.fact, MODALITY[one.manner], note.trade, writer["era"], writer["style"], needs
    ))  # fmt: skip
    parts: list[str] = []
    for is_form, part in frame.variants[next(note.picks) % len(frame.variants)]:
        quoted = bool(parts) and parts[-1].endswith("「")
        if is_form and part in phrases.SECOND:
            part = _form(note, one, second, part[:-1])
        elif is_form:
            part = _form(note, one, one.fact, part, quoted=quoted)
        parts.append(part)
    if one.manner == ASSERTED and writer["sentences"] > 1 and note.chance(EXPLAINED):
        parts.extend(_background(note, one, "why"))
        if writer["sentences"] > LONG and "plan" not in frame.forms:
            parts.extend(_background(note, one, "plan"))
    one.frame = frame.name
    if frame.polarity is not None:
        one.polarity = frame.polarity
    return "".join(parts).format_map(slots)


def _background(note: Note, one: Statement, form: str) -> tuple[str, ...]:
    """Return a sentence on why it is so, or what will be done, where there is one."""
    pool = phrases.forms(note.trade, note.staff).get((one.fact, form), ((),))[0]
    return (pool[next(note.picks) % len(pool)], "。") if pool else ()


@cache
def _passing(fact: str, trade: str) -> tuple[str, ...]:
    """Return the facts that may be denied in the same breath as another."""
    family = _fact(fact)["family"]
    return tuple(
        name
        for name in PASSING
        if _fact(name)["family"] != family and phrases.fits(_fact(name)["trades"], trade)
    )


def _second(note: Note, one: Statement) -> str:
    """Return another fact that may be denied in the same breath, or nothing."""
    choices = _passing(one.fact, note.trade)
    for _ in range(3):
        other = choices[next(note.picks) % len(choices)]
        # who denies what is so denies the rest as well, but not to those who granted it
        if other not in note.family_wrong or (one.there and other not in OFFICIAL):
            return other
    return ""


def join(note: Note, slots: Slots, first: Statement, second: Statement) -> str:
    """Put two statements into one sentence, good and bad, denied and admitted, or nothing where none fits."""
    kinds = tuple(sorted(_kind(one) for one in (first, second)))
    frames = phrases.joining(kinds, note.writer["era"])
    if not frames or {first.fact, second.fact} & set(OFFICIAL):
        return ""
    frame = _pick(note, frames)
    left = [first, second] if _kind(first) == kinds[0] else [second, first]
    parts = []
    for is_form, part in frame.variants[next(note.picks) % len(frame.variants)]:
        if is_form:
            note.about = one = left[part.endswith("2")]
            part = _form(note, one, one.fact, "no" if one.manner == DENIED else "yes").format_map(slots)
        parts.append(part)
    for one in left:
        one.frame = frame.name
        if one.manner == DENIED:
            one.polarity = 0
    return "".join(parts).format_map(slots)


def _kind(one: Statement) -> str:
    if one.manner == ASSERTED:
        return "good" if one.polarity > 0 else "bad"
    return "denied" if one.manner == DENIED and one.polarity < 0 else "other"


def calm(note: Note, slots: Slots, kind: str) -> str:
    """Return a sentence that states nothing, in keeping with how things are, or nothing."""
    texts = phrases.calm(kind, note.role, note.channel, note.trade, note.month, note.staff)
    turn = next(note.picks)
    given = [name for name in note.given if name in texts]
    is_special = given and ("" not in texts or turn % 3)
    pool = texts[given[turn % len(given)]] if is_special else _usual(note, texts)
    for _ in range(min(len(pool), 3)):
        variants = pool[next(note.picks) % len(pool)]
        if variants not in note.used:
            note.used.append(variants)
            return variants[next(note.picks) % len(variants)].format_map(slots)
    return ""


def _usual(note: Note, texts: dict) -> tuple:
    """Return the sentences that take nothing for granted but that some state (``!state``) is not so."""
    barred = [pool for state, pool in texts.items() if state[:1] == "!" and state[1:] not in note.given]
    return sum(barred, texts.get("", ()))


def compose(note: Note) -> tuple[str, str]:
    """Write a note.

    Parameters
    ----------
    note : Note
        Its statements are given their frames and polarities; those that find no room are dropped.

    Returns
    -------
    (text, structure)
        `structure` is the main statement's frame, or K1…K4 for notes that state nothing.
    """
    slots, writer = Slots(note), note.writer
    length = max(1, writer["sentences"] + next(note.picks) % 3 - 1)
    note.aside = any(one.fact in OF_OWNER and one.there for one in note.statements)
    said: list[tuple[int, str]] = []
    if length > 1 and note.chance(writer["opens"]):
        opening = calm(note, slots, "open")
        said.append((OPENING, opening))
        note.aside |= slots["accountant"] in opening
    del note.statements[1 if length == 1 else 2 if length < LONG else 3 :]
    about = _about(note, slots)
    left = length - len(said) - len(about)
    business = []
    for kind, head in (("trend", BUSINESS), ("level", FUNDS))[: max(left, 0)]:
        if note.chance(writer["figures"]):
            business.append((head, calm(note, slots, kind)))
    rest = []
    while len(rest) < left - len(business) and note.chance(GOES_ON):
        rest.append((OTHER, calm(note, slots, "routine")))
    structure = note.statements[0].frame if note.statements else "K" + "1234"[2 * bool(business) + bool(rest)]
    if left > len(business) + len(rest) and note.chance(writer["small_talk"]):
        rest.append((OTHER, calm(note, slots, "small")))
    # what matters may stand last
    said += business + rest + about if note.chance(STANDS_LAST) else business + about + rest
    if length > 1 and note.chance(writer["closes"]):
        if note.statements and note.statements[0].polarity < 0 and note.chance(WORRIES):
            note.given = (*note.given, "worried")
        said.append((OTHER, calm(note, slots, "close")))
    if not (about or any(text for _, text in business + rest)):
        said.insert(1, (OTHER, calm(note, slots, "nothing")))
    seen: set[str] = set()
    kept = [(head, text) for head, text in said if text and not (text in seen or seen.add(text))]
    return lay_out(note, kept), structure


def _about(note: Note, slots: Slots) -> list[tuple[int, str]]:
    """Return the sentences that state something, with their headings."""
    if len(note.statements) > 1 and note.chance(JOINED):
        first, second, *others = note.statements
        text = join(note, slots, first, second)
        if text:
            return [(HEADINGS.get(first.group, BUSINESS), text)] + [
                (HEADINGS.get(one.group, BUSINESS), state(note, slots, one)) for one in others
            ]
    return [(HEADINGS.get(one.group, BUSINESS), state(note, slots, one)) for one in note.statements]


def append(note: Note, text: str) -> str:
    """Add a word or two to a note that is taken over from the last time."""
    return add_line(text, calm(note, Slots(note), "copied"))


def refuse(note: Note) -> str:
    """Write that nobody could be spoken with."""
    return lay_out(note, [(OTHER, calm(note, Slots(note), "refuse"))])
