"""The one TOML file of what a person keeps: armband, radio, profile, bundle, sinks, budget."""

import json
import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path

from myoedge.edge.errors import FormatError
from myoedge.edge.places import config_path, write_atomically


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
    try:
        row = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return Settings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FormatError(f"{path} is no TOML ({error}); mend it or move it away") from error
    known = {f.name for f in fields(Settings)}
    if unknown := set(row) - known:
        raise FormatError(f"{path}: unknown {', '.join(sorted(unknown))}; wanted {', '.join(sorted(known))}")
    budget_ms, to = row.get("budget_ms"), row.get("to", [])
    texts = {name: row.get(name) for name in ("armband", "radio", "profile", "bundle")}
    if any(not isinstance(v, str | None) for v in texts.values()) or not isinstance(budget_ms, int | float | None):
        raise FormatError(f"{path}: armband, radio, profile and bundle are texts, budget_ms is a number")
    if not isinstance(to, list) or not all(isinstance(sink, str) for sink in to):
        raise FormatError(f"{path}: `to` is a list of sinks such as [\"-\", \"udp:127.0.0.1:9000\"]")
    return Settings(**texts, budget_ms=budget_ms, to=tuple(to))


def keep(path: Path | None = None, **changes: str | None) -> Path:
    """Write the settings with some texts changed (None forgets); returns where."""
    path = path or config_path()
    settings = replace(load_settings(path), **changes)
    lines = []
    for field in fields(Settings):
        value = getattr(settings, field.name)
        if value not in (None, ()):
            lines.append(f"{field.name} = {json.dumps(list(value) if isinstance(value, tuple) else value)}\n")
    write_atomically(path, "".join(lines).encode())
    return path
