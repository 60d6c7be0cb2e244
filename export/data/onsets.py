"""Hand-placed beginnings of movements, read from onsets.toml."""

import tomllib
from pathlib import Path

FILE = Path(__file__).with_name("onsets.toml")


def hand_placed(key: str, session: str) -> dict[str, list[tuple[int, str]]]:
    """Person -> (sample on the loader's grid, label) in order of time; empty where nobody looked."""
    people = tomllib.loads(FILE.read_text(encoding="utf-8")).get(key, {}).get(session, {})
    return {
        person: sorted((sample, label) for label, samples in labels.items() for sample in samples)
        for person, labels in people.items()
    }
