"""Words that explain themselves."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Word(StrEnum):
    """An enumeration whose members carry their own explanation: `ACTIVE = "ACTIVE", "In force today."`."""

    explanation: str

    def __new__(cls, value: str, explanation: str) -> Self:
        """A member of that value, with its explanation."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.explanation = explanation
        return member
