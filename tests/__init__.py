"""Tests: a mirror of the source tree, journeys of people, attacks, and the lab of real peers."""
