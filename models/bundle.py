"""What is saved of a trained model: LightGBM's own text beside one JSON file, and nothing that runs code.

`booster.txt` holds the trees, `bundle.json` everything else and the SHA-256 of both. No pickle is written or
read: whoever may write to the folder could otherwise run code in whoever scores.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import lightgbm as lgb

from features.dictionary import load_dictionary
from intake.store import fresh_folder, write_json, write_text
from models.booster import model_text
from models.calibrator import Calibrator
from models.grades import UPPER, letters

FORMAT = 1  # of bundle.json; raise it when old readers could misread a new file
TEXT_FILE, JSON_FILE = "booster.txt", "bundle.json"


class BundleError(ValueError):
    """A bundle that is damaged, changed, or of features that this installation does not make."""


@dataclass(frozen=True)
class Bundle:
    """A booster with all that scoring needs.

    `trained_on` is free for what people should know (dates, rows, defaults), as plain JSON values.
    """

    alert: str
    tier: str
    booster: lgb.Booster
    calibrator: Calibrator
    features: tuple[str, ...]
    monotone: tuple[int, ...]
    trained_on: Mapping[str, object] = field(default_factory=dict)
    grade_bounds: tuple[float, ...] = UPPER
    lightgbm: str = lgb.__version__  # the version that trained it

    def __post_init__(self) -> None:
        if list(self.features) != self.booster.feature_name():
            raise BundleError(
                f"bundle {self.alert}/{self.tier}: features are not the booster's, in its order"
            )
        if len(self.monotone) != len(self.features):
            sizes = f"{len(self.monotone)} directions, {len(self.features)} features"
            raise BundleError(f"bundle {self.alert}/{self.tier}: {sizes}")
        letters(self.grade_bounds)

    def content(self) -> dict[str, object]:
        """Return what bundle.json holds besides the hash, as plain values."""
        return {
            "format": FORMAT,
            "alert": self.alert,
            "tier": self.tier,
            "lightgbm": self.lightgbm,
            "trained_on": dict(self.trained_on),
            "calibrator": self.calibrator.to_dict(),
            "grade_bounds": list(self.grade_bounds),
            "features": list(self.features),
            "monotone": [int(way) for way in self.monotone],
        }

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the model text and the JSON content: equal models have equal hashes on any machine."""
        return _hash(model_text(self.booster), self.content())

    @property
    def version(self) -> str:
        """First twelve digits of the hash, which scores carry."""
        return self.hash[:12]


def _hash(text: str, content: Mapping[str, object]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(f"{text}\n{canonical}".encode()).hexdigest()


def save_bundle(folder: Path, bundle: Bundle) -> str:
    """Write the bundle as a folder, whole or not at all, and return its hash.

    What stood in `folder` before is replaced; if writing fails it stays.
    """
    with fresh_folder(Path(folder)) as fresh:
        write_text(model_text(bundle.booster), fresh / TEXT_FILE)
        write_json(bundle.content() | {"hash": bundle.hash}, fresh / JSON_FILE)
    return bundle.hash


def load_bundle(folder: Path, *, known_features: Collection[str] | None = None) -> Bundle:
    """Read a bundle back, after checking that nothing in it was changed.

    Parameters
    ----------
    folder : Path
    known_features : names, optional
        The features that can be made; those of features/dictionary.csv by default.

    Raises
    ------
    BundleError
        When a file is missing or cannot be read, the hash does not fit the content, the format is another,
        or a feature is not known.

    Examples
    --------
    >>> load_bundle(Path("nowhere"))
    Traceback (most recent call last):
    models.bundle.BundleError: nowhere holds no bundle: booster.txt and bundle.json are missing
    """
    folder = Path(folder)
    missing = [name for name in (TEXT_FILE, JSON_FILE) if not (folder / name).is_file()]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        raise BundleError(f"{folder} holds no bundle: {' and '.join(missing)} {are} missing")
    text = (folder / TEXT_FILE).read_bytes().decode("utf-8", errors="replace")
    try:
        content = json.loads((folder / JSON_FILE).read_text(encoding="utf-8"))
    except ValueError as error:
        raise BundleError(f"{folder / JSON_FILE} is no JSON: {error}") from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BundleError(f"{folder / JSON_FILE} is not of format {FORMAT}")
    stated = content.pop("hash", None)
    if _hash(text, content) != stated:
        raise BundleError(
            f"{folder}: the files are not what was saved (their hash is not {str(stated)[:12]})"
        )
    known = set(load_dictionary()["name"]) if known_features is None else set(known_features)
    unknown = [name for name in content["features"] if name not in known]
    if unknown:
        raise BundleError(f"{folder}: features {', '.join(unknown)} are not in the dictionary any more")
    return Bundle(
        alert=content["alert"],
        tier=content["tier"],
        booster=lgb.Booster(model_str=text),
        calibrator=Calibrator.from_dict(content["calibrator"]),
        features=tuple(content["features"]),
        monotone=tuple(content["monotone"]),
        trained_on=content["trained_on"],
        grade_bounds=tuple(content["grade_bounds"]),
        lightgbm=content["lightgbm"],
    )
