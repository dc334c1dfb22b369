"""What a cell returned."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A figure: SVG, or PNG where it holds images or many points."""

    svg: str | None
    png: bytes | None
    text: str = ""

    def image(self) -> Any:
        """As an image of Pillow, which has to be installed; of an SVG, have `plot … > name.png` written instead."""
        if self.png is None:
            raise ValueError("this figure is SVG; write it as PNG: s.run('plot … > figure.png')")
        from PIL import Image

        return Image.open(io.BytesIO(self.png))

    def _repr_svg_(self) -> str | None:
        return self.svg

    def _repr_png_(self) -> bytes | None:
        return self.png


@dataclass
class Result:
    """The outputs of a cell: text as at the prompt, the last value as data, and its figures."""

    text: str = ""
    value: Any = None
    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def figure(self) -> Figure:
        """The only figure, or the last."""
        if not self.figures:
            raise ValueError("the cell drew no figure")
        return self.figures[-1]

    def __str__(self) -> str:
        return self.text

    def _add(self, data: dict[str, Any], is_result: bool) -> None:
        text = data.get("text/plain", "")
        self.text += text if text.endswith("\n") or not text else text + "\n"
        if is_result:
            self.value = data.get("application/json")
        png = data.get("image/png")
        if "image/svg+xml" in data or png:
            self.figures.append(Figure(data.get("image/svg+xml"), base64.b64decode(png) if png else None, text))
