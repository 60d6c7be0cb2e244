"""Recordings of other people, and your own, as repetitions under one set of names.

load(key, root, people)   a data set as a LoadedDataset                          table.py
DATASETS                  the table: licence, streams, sessions, unseen people   table.py
Repetition                one gesture performed once                             repetition.py
split(loaded, protocol)   who calibrates and who tests                           split.py
folds(loaded, scheme, seed)  train, validation and test without a leak            fold.py
training_scale(fold, modality)  mean and deviation of the training alone         scale.py
canonical(key, native)    what a set's label is called here                      labels.py
"""
