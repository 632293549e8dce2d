"""What a saved card must look like: a file that somebody else wrote, or damaged, is named before it is used."""

from __future__ import annotations

from collections.abc import Mapping

NUMBER, FLAG = (int, float), (bool, type(None))
PICTURE = "the name of a picture"
ANY = "*"  # every other key

# A type or several; a dict of what its keys hold, those with "?" may be missing; a list of what each item is; PICTURE.
ERROR = {"id": str, "true": str, "predicted": str, "confidence": NUMBER, "picture": PICTURE}
SHARES = {"accuracy": NUMBER, "low": NUMBER, "high": NUMBER, "macro_f1": NUMBER}
LOSSES = {"train_loss": NUMBER, "val_loss": NUMBER, "train_accuracy": NUMBER, "val_accuracy": NUMBER}
PER_CLASS = {"class": str, "precision": NUMBER, "recall": NUMBER, "f1": NUMBER, "support": NUMBER}
FIELDS = {
    "dataset_split": {
        "data": str,
        "rule": str,
        "counts": [{"class": str, ANY: int}],
        "sizes": {ANY: int},
        "figure": PICTURE,
    },
    "prediction": {
        "images": int,
        "wrong": int,
        "first": ERROR,
        "errors": [ERROR],
        "answers?": {"images": str, "right": str},
    },
    "metric": {
        "train_val": {f"{name}?": kind for name, kind in LOSSES.items()},
        "kept_epoch": int,
        "test": SHARES,
        "calibration_error": NUMBER,
        "per_class": [PER_CLASS],
        "confusion": [[NUMBER]],
        "curves": PICTURE,
        "matrix": PICTURE,
    },
    "failure_check": {
        "checks": [
            {"check": str, "ok": FLAG, "found": str, "meaning": str, "how?": str, "part_of?": str, "sure?": NUMBER}
        ],
    },
    "expected_output": {"result": {ANY: (str, int, float, type(None))}, "errors": [PICTURE]},
    "sorting": {"images": int, "counts": {ANY: int}, "causes": {ANY: str}},
}
EXPLANATION = {
    **{name: str for name in ("id", "true", "predicted", "cause", "because", "verdict", "found")},
    "confidence": NUMBER,
    "supported": bool,
    "known": bool,
    "before?": PICTURE,
    "after?": PICTURE,
    "captions": [str],
    "asks": [str],
    "figures": [PICTURE],
}
PRACTICE = {"question": str, "answer": str, "pictures": [PICTURE]}
CARD = {
    "title": str,
    "sentence": str,
    "alts": {ANY: str},
    "practice": {ANY: PRACTICE},
    "explanations?": [EXPLANATION],
    **{f"{name}?": shape for name, shape in FIELDS.items()},
}


def check(record: object) -> None:
    """ValueError, naming the place, where `record` (of card.json, without its format) is not what a card holds."""
    _check(record, CARD, "", record.get("alts", {}) if isinstance(record, Mapping) else {})
    unknown = sorted(record.keys() - {name.rstrip("?") for name in CARD})
    if unknown:
        raise ValueError(f"it has a {unknown[0]!r}, which no card has")


def _check(value: object, shape: object, where: str, pictures: Mapping) -> None:
    if shape is PICTURE:
        if not isinstance(value, str) or value not in pictures:
            raise ValueError(f"its {where} is {value!r}, which is no picture of the card")
    elif isinstance(shape, dict):
        _must_be(value, dict, where)
        if where in FIELDS and not value:  # a field that is not there yet
            return
        _check_keys(value, shape, where, pictures)
    elif isinstance(shape, list):
        _must_be(value, list, where)
        for i, item in enumerate(value):
            _check(item, shape[0], f"{where}[{i}]", pictures)
    else:
        _must_be(value, shape, where)


def _check_keys(value: dict, shape: dict, where: str, pictures: Mapping) -> None:
    named = {name.rstrip("?"): part for name, part in shape.items() if name != ANY}
    lacking = [name for name in shape if name not in value and not name.endswith("?") and name != ANY]
    if lacking:
        raise ValueError(f"{where or 'it'} has no {lacking[0]!r}")
    for name, item in value.items():
        if name in named or ANY in shape:
            _check(item, named.get(name, shape.get(ANY)), f"{where}.{name}".strip("."), pictures)


def _must_be(value: object, kinds: type | tuple[type, ...], where: str) -> None:
    kinds = kinds if isinstance(kinds, tuple) else (kinds,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        wanted = " or ".join(kind.__name__ for kind in kinds)
        raise ValueError(f"{'its ' + where if where else 'it'} is {type(value).__name__}, not {wanted}")
