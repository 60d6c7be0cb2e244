"""MyoSem (arXiv 2606.00174): an EMG encoder aligned with texts of actions; muscles can be asked in words."""
