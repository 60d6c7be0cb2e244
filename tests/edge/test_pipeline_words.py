"""Taught words in the pipeline: one stream of events, the same however the samples are cut."""

from dataclasses import replace
from typing import Any

import numpy as np

from myoedge.boards.stand_in import fit_wearer
from myoedge.calibration.embedding import StreamEmbedder
from myoedge.calibration.stretch import stretch_of
from myoedge.calibration.words import teach
from myoedge.edge.bundle import load_bundle
from myoedge.edge.pipeline import Pipeline
from myoedge.edge.stream import StreamSpec
from myoedge.edge.word_population import load_population

EMG = {"emg": StreamSpec(200, 8, limit=128)}


def test_chunking_changes_no_event_where_the_muscles_cut_the_words(moves: Any) -> None:
    bundle = load_bundle("default")
    population = load_population(bundle)
    assert population is not None
    taught = teach(
        StreamEmbedder(bundle, None, EMG),
        [
            stretch_of(word, number, {"emg": moves(word, 10 * number)["emg"]}, {"emg": 200.0})
            for number in range(2)
            for word in moves.words
        ],
        population,
    )
    profile = replace(fit_wearer(bundle, None, "anna", EMG), words=taught)
    told = []
    for rows in (2, 7, 38):  # more would be a silence of 200 ms
        pipeline = Pipeline(bundle, None, profile, EMG, every=True)
        chunks = moves.chunks([*moves.words, "still"], seed=50, rows=rows, imu=False)
        events = [event for chunk in chunks for event in pipeline.feed(chunk)]
        told.append([replace(event, arrival_ns=0) for event in events])  # a chunk arrives as a whole
    assert told[0] == told[1] == told[2]
    by_movement = [e.label for e in told[0] if e.detail.get("by") == "movement" and e.phase == "start"]
    assert np.isin(by_movement, moves.words).all()
    assert by_movement
