"""What each armband's bytes mean: characteristics, commands and packet layouts (stop 3)."""
