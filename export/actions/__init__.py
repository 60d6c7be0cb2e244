"""What actions mean in words: four views of each, and which label of which data set is which action."""
