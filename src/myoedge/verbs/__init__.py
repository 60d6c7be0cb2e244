"""The front desk: one verb a file; arguments, a call, printing."""
