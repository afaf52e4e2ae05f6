"""What a browser would send of a page's forms, without a browser."""

from collections.abc import Iterator
from html.parser import HTMLParser


class Forms(HTMLParser):
    """The forms of a page by their id, each with the fields as they stand there."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.fields: dict[str, dict[str, list[str]]] = {}
        self.boxes: dict[str, list[tuple[str, str]]] = {}
        self._form = self._select = self._area = ""
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = has.get("id", "")
            self.fields[self._form], self.boxes[self._form] = {}, []
        elif tag == "input":
            self._input(has)
        elif tag == "textarea":
            self._area = has["name"]
            self._put(self._area, "")
        elif tag == "select":
            self._select = has["name"]
        elif tag == "option" and "selected" in has:
            self._put(self._select, has["value"])

    def _input(self, has: dict[str, str]) -> None:
        name, value = has.get("name", ""), has.get("value", "on" if has.get("type") == "checkbox" else "")
        if has.get("type") == "checkbox":
            self.boxes.setdefault(self._form, []).append((name, value))
            if "checked" not in has:
                return
        self._put(name, value)

    def _put(self, name: str, value: str) -> None:
        self.fields.setdefault(self._form, {}).setdefault(name, []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._form][self._area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            values = self.fields[self._form][self._area]
            values[-1] = values[-1].removeprefix("\n")
            self._area = ""

    def values(self, form: str, name: str) -> Iterator[str]:
        """The values of all boxes of this name."""
        return (value for box, value in self.boxes[form] if box == name)
