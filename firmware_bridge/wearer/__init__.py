"""The simulated wearer: the raw counts that an armband on a person would give, fitted to real recordings."""

from myoedge.firmware_bridge.wearer.wearer import Wearer, make_wearer

WEARERS = {
    "anna": "uci person 21",
    "ben": "uci person 22",
    "chen": "uci person 23",
    "dara": "uci person 24",
    "elif": "uci person 25",
    "femi": "uci person 26",
    "goran": "uci person 01",
    "hana": "uci person 05",
    "ines": "uci person 08",
    "jonas": "uci person 12",
    "kofi": "uci person 15",
    "lena": "uci person 19",
}  # the first six are people whom no shipped bundle was trained on

__all__ = ["WEARERS", "Wearer", "make_wearer"]
