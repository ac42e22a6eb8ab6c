"""The configuration document: its parts as frozen models, read and checked as a whole, told apart by path."""
