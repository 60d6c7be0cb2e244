"""Recordings of other people, and your own, as repetitions under one set of names.

load(key, root, people, modalities)  a data set as a LoadedDataset                          table.py
DATASETS                             the table: licence, streams, sessions, unseen people   table.py
Repetition                           one gesture performed once                             repetition.py
Deferred                             signals that stay in their file until used             deferred.py
split(loaded, protocol)              who calibrates and who tests                           split.py
folds(loaded, scheme, seed)          train, validation and test without a leak              fold.py
training_scale(fold, modality)       mean and deviation of the training alone               scale.py
canonical(key, native)               what a set's label is called here                      labels.py
movement_names(key)                  what a large set's numbers stand for                   movements.py
describe(loaded), picture(...)       what is in a set, for people           show.py and picture.py
"""
