"""The one TOML file of what a person keeps: armband, radio, profile, bundle, sinks, budget."""

import json
import math
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from myoedge.edge.errors import FormatError
from myoedge.edge.places import config_path, writable_config, write_atomically

TEXTS = ("armband", "radio", "profile", "bundle")


@dataclass(frozen=True, slots=True)
class Settings:
    """None and () mean "not kept"; every option on the command line wins."""

    armband: str | None = None
    radio: str | None = None
    profile: str | None = None
    bundle: str | None = None
    budget_ms: float | None = None
    to: tuple[str, ...] = ()


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings file; all empty when there is none. Raises FormatError when it is broken."""
    path = path or config_path()
    row = _read(path)
    known = {f.name for f in fields(Settings)}
    if unknown := set(row) - known:
        raise FormatError(f"{path}: unknown {', '.join(sorted(unknown))}; wanted {', '.join(sorted(known))}")
    texts = {name: row.get(name) for name in TEXTS}
    if wrong := [name for name, value in texts.items() if not isinstance(value, str | None)]:
        raise FormatError(f'{path}: {", ".join(wrong)} is no text; write {wrong[0]} = "..."')
    to = row.get("to", [])
    if not isinstance(to, list) or not all(isinstance(sink, str) for sink in to):
        raise FormatError(f'{path}: `to` is a list of sinks such as ["-", "udp:127.0.0.1:9000"]')
    return Settings(**texts, budget_ms=_budget_ms(path, row.get("budget_ms")), to=tuple(to))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise FormatError(f"{path} cannot be read ({error.strerror}); check its permissions") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"{path} is no TOML ({error}); mend it or move it away") from error


def _budget_ms(path: Path, value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise FormatError(f"{path}: budget_ms = {value!r}; wanted milliseconds above zero, such as 150")
    return float(value)


def keep(path: Path | None = None, **changes: str | None) -> Path:
    """Write the settings with some of TEXTS changed (None forgets); returns where."""
    kept = load_settings(path)
    path = path or writable_config()
    lines = []
    for field in fields(Settings):
        value = changes[field.name] if field.name in changes else getattr(kept, field.name)
        if value not in (None, ()):
            text = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
            lines.append(f"{field.name} = {text}\n")
    write_atomically(path, "".join(lines).encode())
    return path
