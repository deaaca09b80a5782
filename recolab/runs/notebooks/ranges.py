"""The range of a parameter, as it stands in square brackets at the end of the parameter's comment.

It is written for people, so that whoever reads the cell knows what may be tried, and checked before a kernel starts:

    epochs: int = 10  # passes over the ratings [1 to 1000]
    widths: list[int] = [64, 32]  # outputs of each layer [1 or more]
    rate: float = 0.01  # learning rate [above 0]
    loss: str = "bpr"  # what is minimised [one of "bpr", "warp"]
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import Any

NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
BRACKET = re.compile(r"\[([^\[\]]*)(\]?)\s*$")
BEGINS = re.compile(rf"(?:above|one of)\b|{NUMBER} +(?:to|or)\b")
"""A bracket that begins like this is meant to be a range, and any other to be a part of the comment."""


@dataclass(frozen=True)
class Range:
    """The values a parameter may have; of a list, those of each element. None, where its type allows it, is always one.

    Attributes:
        lowest: the least number; None where there is no range of numbers.
        highest: the largest number; None where there is none.
        above: whether `lowest` itself is left out.
        choices: all values there are; empty where there is a range of numbers.
    """

    lowest: float | None = None
    highest: float | None = None
    above: bool = False
    choices: tuple[Any, ...] = ()

    def refuses(self, value: Any) -> bool:
        """Whether `value`, or an element of it, lies outside."""
        if isinstance(value, list):
            return any(self.refuses(each) for each in value)
        if value is None:
            return False
        if self.choices:
            return not any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in self.choices)
        if isinstance(value, bool) or not isinstance(value, int | float) or self.lowest is None:
            return True
        too_low = value <= self.lowest if self.above else value < self.lowest
        return too_low or (self.highest is not None and value > self.highest)

    def __str__(self) -> str:
        if self.choices:
            return f"one of {', '.join(json.dumps(each, ensure_ascii=False) for each in self.choices)}"
        if self.above:
            return f"above {self.lowest}"
        return f"{self.lowest} or more" if self.highest is None else f"{self.lowest} to {self.highest}"


def range_of(comment: str) -> Range | None:
    """The range at the end of a comment; None where there is none.

    Raises:
        ValueError: a bracket begins like a range and goes on like none.
    """
    found = BRACKET.search(comment)
    if found is None or not BEGINS.match(text := found[1].strip()):
        return None
    allowed = _read(text) if found[2] else None
    if allowed is None:
        raise ValueError(
            f"ends with {found[0].strip()}, which is no range: write [1 to 10], [1 or more], [above 0] or "
            '[one of "a", "b"], or take the brackets off.'
        )
    return allowed


def _read(text: str) -> Range | None:
    if both := re.fullmatch(rf"({NUMBER}) +to +({NUMBER})", text):
        allowed = Range(_number(both[1]), _number(both[2]))
        return None if allowed.refuses(allowed.lowest) else allowed  # from more to less
    if lowest := re.fullmatch(rf"({NUMBER}) +or +more", text):
        return Range(_number(lowest[1]))
    if lowest := re.fullmatch(rf"above +({NUMBER})", text):
        return Range(_number(lowest[1]), above=True)
    if listed := re.fullmatch(r"one of +(.+)", text):
        return _choices(listed[1])
    return None


def _choices(text: str) -> Range | None:
    try:
        choices = ast.literal_eval(f"[{text}]")
    except (ValueError, SyntaxError, TypeError):
        return None
    return Range(choices=tuple(choices)) if all(isinstance(each, str | int | float) for each in choices) else None


def _number(text: str) -> float:
    return int(text) if re.fullmatch(r"[+-]?\d+", text) else float(text)
