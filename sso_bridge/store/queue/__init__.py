"""Queued work and who is doing it."""
