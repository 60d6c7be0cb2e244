"""What calibration learned about one wearer with one armband and one bundle; the edge only reads it."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from myoedge.edge.errors import FormatError, MismatchError, NotThereError
from myoedge.edge.head import Head, head_from_json
from myoedge.edge.rising import Rising, ramp_blocks, rising_from_json
from myoedge.edge.words import Taught, taught_from_json

VERSION = 1


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From held-out repetitions: a decision outside them is rejected (no gesture)."""

    score: float  # smallest posterior that is believed
    distance: float  # largest distance to the nearest label that is believed
    distances: tuple[float, ...] = ()  # the same by label, in the head's order; empty: `distance` for each

    def farthest(self, label: int) -> float:
        """The largest distance to this label that is believed."""
        return self.distances[label] if self.distances else self.distance


@dataclass(frozen=True, slots=True)
class LevelScale:
    """Mean absolute value of the signal over all channels: at rest and at the wearer's full contraction."""

    rest: float
    full: float

    def __call__(self, mean_absolute: float) -> float:
        """Contraction strength, 0 to 1."""
        return min(1.0, max(0.0, (mean_absolute - self.rest) / max(self.full - self.rest, 1e-9)))


@dataclass(frozen=True, slots=True)
class Profile:
    """One wearer, one armband, one bundle."""

    wearer: str
    armband: str
    bundle: str  # digest of the bundle it belongs to
    bundle_name: str
    created_utc: str
    order: tuple[int, ...]  # armband channel that stands at each place of the window
    gain: float  # counts of this armband times this are the counts the bundle knows
    head: Head
    thresholds: Thresholds
    level: LevelScale
    dead: tuple[int, ...] = ()  # channels (places of the window) that gave nothing at calibration
    unused: tuple[str, ...] = ()  # modalities that told calibration nothing about this wearer's gestures
    turn: float = 0.0  # share of an electrode, -0.5 to 0.5, by which the band sits off `order`
    rising: Rising | None = None  # what the first moments of this wearer's contractions look like
    words: Taught | None = None  # movements that the wearer taught
    facts: Mapping[str, Any] = field(default_factory=dict)  # held-out accuracy, quality, recording's name

    def to_json(self) -> dict[str, Any]:
        return {
            "myoedge": "profile",
            "v": VERSION,
            "wearer": self.wearer,
            "armband": self.armband,
            "bundle": self.bundle,
            "bundle_name": self.bundle_name,
            "created_utc": self.created_utc,
            "order": list(self.order),
            "gain": self.gain,
            "head": self.head.to_json(),
            "thresholds": {
                "score": self.thresholds.score,
                "distance": self.thresholds.distance,
                "distances": list(self.thresholds.distances),
            },
            "level": {"rest": self.level.rest, "full": self.level.full},
            "dead": list(self.dead),
            "unused": list(self.unused),
            "turn": self.turn,
            "rising": self.rising.to_json() if self.rising else None,
            **({"words": self.words.to_json()} if self.words else {}),
            "facts": dict(self.facts),
        }

    def check_fits(self, digest: str, channels: int) -> None:
        """Raise MismatchError unless this profile was made for that bundle and number of channels."""
        if self.bundle != digest:
            raise MismatchError(
                f"profile {self.wearer} was made for bundle {self.bundle_name} (sha256:{self.bundle[:12]}), "
                f"this is sha256:{digest[:12]}; run that bundle, or calibrate again"
            )
        if sorted(self.order) != list(range(channels)):
            raise MismatchError(
                f"profile {self.wearer} maps {len(self.order)} channels, the armband has {channels}; "
                "calibrate with this armband"
            )
        if self.rising and self.rising.head.blocks != ramp_blocks(channels):
            raise MismatchError(
                f"profile {self.wearer} rises on other channels than {channels}; calibrate again"
            )
        if not set(self.dead) < set(range(channels)):
            raise MismatchError(
                f"profile {self.wearer} leaves no channel of {channels} alive; calibrate again"
            )

    def check_blocks(self, blocks: Sequence[tuple[int, int]]) -> None:
        """Raise MismatchError unless the head was fitted on an embedding of these blocks."""
        if self.head.blocks != tuple(blocks):
            raise MismatchError(
                f"the head of profile {self.wearer} stands on features {list(self.head.blocks)}, the bundle "
                f"gives {list(blocks)}; calibrate again"
            )


def load_profile(path: Path) -> Profile:
    """Read a profile file; raises NotThereError or FormatError."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise NotThereError(f"no profile at {path}: {error.strerror}; run `myoedge calibrate`") from error
    try:
        return profile_from_json(json.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError) as error:
        raise FormatError(f"{path} is no profile ({error}); restore an older one with --restore") from error


def profile_from_json(row: Mapping[str, Any]) -> Profile:
    """Read a profile; raises KeyError, TypeError or ValueError (FormatError is one)."""
    if row.get("myoedge") != "profile" or row.get("v") != VERSION:
        raise FormatError(
            f"kind {row.get('myoedge')!r} version {row.get('v')!r}; wanted profile version {VERSION}"
        )
    profile = Profile(
        wearer=str(row["wearer"]),
        armband=str(row["armband"]),
        bundle=str(row["bundle"]),
        bundle_name=str(row["bundle_name"]),
        created_utc=str(row["created_utc"]),
        order=tuple(int(c) for c in row["order"]),
        gain=float(row["gain"]),
        head=head_from_json(row["head"]),
        thresholds=_thresholds(row["thresholds"]),
        level=LevelScale(float(row["level"]["rest"]), float(row["level"]["full"])),
        dead=tuple(int(c) for c in row.get("dead", ())),
        unused=tuple(str(name) for name in row.get("unused", ())),
        turn=float(row.get("turn", 0.0)),
        rising=rising_from_json(row.get("rising")),
        words=taught_from_json(row.get("words")),
        facts=dict(row.get("facts", {})),
    )
    numbers = (profile.gain, *_values(profile.thresholds), *_values(profile.level))
    if not all(math.isfinite(n) for n in numbers) or profile.gain <= 0:
        raise FormatError("a gain, threshold or level that is no number; calibrate again")
    if not -0.5 <= profile.turn <= 0.5:
        raise FormatError(f"a band turned by {profile.turn} of an electrode; wanted -0.5 to 0.5")
    if len(profile.thresholds.distances) not in (0, len(profile.head.labels)):
        raise FormatError("thresholds of other labels than the head's; calibrate again")
    return profile


def _thresholds(row: Mapping[str, Any]) -> Thresholds:
    each = tuple(float(d) for d in row.get("distances", ()))
    return Thresholds(float(row["score"]), float(row["distance"]), each)


def _values(row: Thresholds | LevelScale) -> tuple[float, ...]:
    if isinstance(row, Thresholds):
        return row.score, row.distance, *row.distances
    return row.rest, row.full
