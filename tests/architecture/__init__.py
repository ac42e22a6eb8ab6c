"""The house itself is tested: sizes, door plates, arrows, and that the documents tell the truth."""
