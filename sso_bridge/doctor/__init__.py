"""Looks at ourselves and at every configured peer, and says what to change before users notice.

Reads only; asks the same `check` that workplaces and connectors have for everybody. May import all rooms but `web`.
"""
