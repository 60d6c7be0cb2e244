"""A frozen sentence encoder from its published weights to the int8 file that the device reads."""
