"""Makes a trained network smaller.

importance   what each head, neuron and channel of the residual path is worth
plan         which stay, for a target of multiply-adds
cut          the smaller network
distil       what it learns again by, beside its own loss
task         a network's own training: by episodes, or by windows
"""
