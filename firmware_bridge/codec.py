"""Stops 2 to 4 of one armband: arrivals in, chunks out, everything odd counted and nothing raised."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol

from myoedge.edge.chunk import Chunk
from myoedge.edge.recording import Arrival
from myoedge.edge.stream import StreamSpec
from myoedge.firmware_bridge.assemble import Assembler
from myoedge.firmware_bridge.framing import CobsFrames, Deframer, WholeFrames
from myoedge.firmware_bridge.packet import LINK_SOURCE, Packet, ProtocolError
from myoedge.firmware_bridge.protocols import cyton, ganglion, generic, gforce, myo, serial_plain

_COUNTED = ("packets", "garbage", "duplicates", "time_back", "links", "restarts", "taken_back")

_LAST_NS = 1 << 62  # no host has run for 146 years


class Codec(Protocol):
    """What an armband's bytes become; the same live and in a replay."""

    @property
    def specs(self) -> Mapping[str, StreamSpec]: ...

    @property
    def counters(self) -> Mapping[str, int]: ...

    def feed(self, arrival: Arrival) -> list[Chunk]: ...


class PacketCodec:
    """A Codec for armbands that send packets: whole ones (BLE) or, with a deframer, cut from a wire's bytes.

    `decode` turns (source, bytes) into a Packet, None where they hold no samples, or raises ProtocolError;
    `numbers` says modulo what each modality's packets are numbered (1: not at all). An unnumbered modality is
    judged beside the first, which shares its link.
    """

    def __init__(
        self,
        decode: Callable[[str, bytes], Packet | None],
        specs: Mapping[str, StreamSpec],
        numbers: Mapping[str, int],
        deframer: Deframer | None = None,
    ) -> None:
        self._decode, self._specs = decode, dict(specs)
        self._counters: Counter[str] = Counter(dict.fromkeys(_COUNTED, 0))
        self._assemblers: dict[str, Assembler] = {}
        for name, spec in specs.items():
            companion = next(iter(self._assemblers.values()), None) if numbers[name] == 1 else None
            self._assemblers[name] = Assembler(name, spec.rate_hz, numbers[name], self._counters, companion)
        self._deframer: Deframer = deframer or WholeFrames()
        self._latest_ns = 0

    @property
    def specs(self) -> Mapping[str, StreamSpec]:
        return self._specs

    @property
    def counters(self) -> Mapping[str, int]:
        return self._counters

    def feed(self, arrival: Arrival) -> list[Chunk]:
        """The chunks that this arrival completes: none for garbage and duplicates. Never raises."""
        if arrival.source == LINK_SOURCE:
            self._relink(arrival.data)
            return []
        counters = self._counters
        t_ns = arrival.t_ns
        if t_ns > _LAST_NS:
            counters["packets"] += 1
            counters["garbage"] += 1
            return []
        if t_ns < self._latest_ns:  # clocks do not go back: the packet came no earlier than the one before
            counters["time_back"] += 1
            t_ns = self._latest_ns
        self._latest_ns = t_ns
        chunks: list[Chunk] = []
        for frame in self._deframer.feed(arrival.data):
            counters["packets"] += 1
            try:
                packet = self._decode(arrival.source, frame)
            except ProtocolError:
                counters["garbage"] += 1
                continue
            if packet is None:
                continue
            chunk = self._assemblers[packet.modality](packet, t_ns)
            if chunk is not None:
                chunks.append(chunk)
        if self._deframer.noise:
            counters["noise"] = self._deframer.noise
        return chunks

    def _relink(self, word: bytes) -> None:
        if word == b"linked":
            self._counters["links"] += 1
            self._deframer.reset()
            for assembler in self._assemblers.values():
                assembler.relink()


class MyoCodec(PacketCodec):
    """The Thalmic Myo: "emg" 8 x int8 at 200 Hz, "imu" 10 x int16 at 50 Hz."""

    def __init__(self) -> None:
        super().__init__(myo.decode, myo.SPECS, myo.NUMBERS)


class GenericCodec(PacketCodec):
    """The generic protocol: "emg" of any channels and rate, as info or a recording's header says."""

    def __init__(self, spec: StreamSpec) -> None:
        channels = spec.channels
        super().__init__(
            lambda source, data: generic.decode(channels, source, data),
            {"emg": spec},
            {"emg": generic.NUMBERS},
        )


class SerialCodec(PacketCodec):
    """The plain serial protocol: as the generic one, in frames on a wire."""

    def __init__(self, spec: StreamSpec) -> None:
        channels = spec.channels
        super().__init__(
            lambda source, body: serial_plain.decode(channels, source, body),
            {"emg": spec},
            {"emg": generic.NUMBERS},
            CobsFrames(),
        )


class CytonCodec(PacketCodec):
    """The OpenBCI Cyton: "emg" 8 x 24 bit at 250 Hz; with a Daisy 16 at 125 Hz."""

    def __init__(self, daisy: bool) -> None:
        specs = cyton.WITH_DAISY if daisy else cyton.ALONE
        numbers = cyton.NUMBERS // 2 if daisy else cyton.NUMBERS
        super().__init__(cyton.CytonDecoder(daisy), specs, {"emg": numbers}, cyton.CytonFrames())


class GanglionCodec(PacketCodec):
    """The OpenBCI Ganglion: "emg" 4 x 24 bit at 200 Hz, packed as its firmware (3, or 2 and older) does."""

    def __init__(self, version: int) -> None:
        decoder = ganglion.GanglionDecoder(version)
        super().__init__(decoder, ganglion.SPECS, {"emg": ganglion.NUMBERS[version]})


class GforceCodec(PacketCodec):
    """The OYMotion gForcePro: "emg" 8 channels, 12 bits at 500 Hz or 8 bits at 1000."""

    def __init__(self, bits: int) -> None:
        super().__init__(gforce.GforceDecoder(bits), {"emg": gforce.spec(bits)}, {"emg": 1})
