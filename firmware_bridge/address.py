"""How an armband is written on the command line: KIND[:TARGET][?option=value&...]."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from myoedge.edge.errors import UsageError


@dataclass(frozen=True, slots=True)
class Address:
    """`virtual:myo?wearer=anna` is kind "virtual", target "myo", options {"wearer": "anna"}."""

    kind: str
    target: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> "Address":
        """UsageError when an option has no value or comes twice."""
        kind, _, rest = text.partition(":")
        if not rest:
            kind, mark, query = kind.partition("?")
            target = ""
        else:
            target, mark, query = rest.rpartition("?") if "?" in rest else (rest, "", "")
        if mark and "=" not in query:
            raise UsageError(f"address {text!r}: {query!r} is no option; wanted ?name=value&name=value")
        return cls(kind, target, _options(query, text))

    def allow(self, *known: str) -> None:
        """UsageError for an option that is not known."""
        strange = [name for name in self.options if name not in known]
        if strange:
            raise UsageError(
                f"{self.kind} has no option {strange[0]!r}; known: {', '.join(known) or 'none'}; leave it out"
            )


def _options(query: str, text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    for part in query.split("&") if query else ():
        name, equals, _ = part.partition("=")
        if not name or not equals or name in options:
            raise UsageError(f"address {text!r}: {part!r} is no option or comes twice; wanted name=value")
        options[name] = dict(parse_qsl(part, keep_blank_values=True))[name]
    return options
