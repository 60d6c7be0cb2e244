"""What helps a wearer do a gesture: without the hand, and the second time."""

from myoedge.calibration.verdict import Verdict

REST = "rest"
MISSING = "imagine doing it with the missing hand, or mirror it: do it with both hands at once"
MISSING_REST = "let both arms lie, and imagine nothing"
BETTER = {
    "quiet": "contract more firmly, as if holding a full cup",
    "clipped": "use less force",
    "moved": "let the arm lie still and loose",
    "early": "begin at the prompt and hold on until told to relax",
    "late": "begin as soon as the prompt comes",
    "dead": "press the band onto the skin, or moisten the electrodes",
    "lost": "keep the armband near the computer",
}


def how_to(label: str, missing: bool, before: Verdict | None) -> str:
    """A hint for the next try; `before` is the verdict on the last one, where this one is done again."""
    hints = []
    if missing:
        hints.append(MISSING_REST if label == REST else MISSING)
    if before and before.like:
        hints.append(f"make it as different from {before.like} as you can")
    if before:
        hints += [BETTER[kind] for kind in before.kinds if kind in BETTER and not before.good]
    return "; ".join(hints)
