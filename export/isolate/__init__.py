"""The Isolation Network: how much of a decision travels within a modality, and how much across.

The idea is IsoNet's (arXiv 2506.16744): silence groups of attention's pathways in a trained network and see
what the decision loses. How it is silenced, measured and shared out is our choice.

probe        windows with truth and person, and what a network makes of them
cut          which entries of which layers' attention are silenced, and the random control
measure      M1 and M2: what accuracy and margin lose by each cut, by person
attribution  M3 and M4: the parts of attention's output, by gradient and by norm
share        losses and parts to shares with intervals over people
sensors      what it costs to leave a channel or a modality out
source       a finished training run to a network and windows
analysis     all of it for some runs
figures      the figures to report, and what they say about sensors
tables       CSV
plot, report a page with pictures
"""
